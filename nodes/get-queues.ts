import type { NodeAPI } from 'node-red';
import { path } from '../src/jambonz-api';
import { jsonOf, restNode } from '../src/rest';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'jambonz get queues',
    restNode(RED, async ({ api }) => {
      const { accountSid } = api;
      return { payload: jsonOf(await api.get(path`Accounts/${{ accountSid }}/Queues`)) };
    }),
  );
};
