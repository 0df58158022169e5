import type { NodeAPI } from 'node-red';
import { path } from '../src/jambonz-api';
import { restNode } from '../src/rest';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'jambonz delete call',
    restNode(RED, async ({ read, api }) => {
      const { accountSid } = api;
      const callSid = await read.value('callSid');
      const { status } = await api.delete(path`Accounts/${{ accountSid }}/Calls/${{ callSid }}`);
      return { statusCode: status };
    }),
  );
};
