import type { NodeAPI } from 'node-red';
import { path } from '../src/jambonz-api';
import { jsonOf, restNode } from '../src/rest';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'get_call',
    restNode(
      RED,
      async ({ read, api }) => {
        const { accountSid } = api;
        const callSid = await read.value('callSid');
        return { payload: jsonOf(await api.get(path`Accounts/${{ accountSid }}/Calls/${{ callSid }}`)) };
      },
      { failure: 'Error getting call info' },
    ),
  );
};
