import type { NodeAPI } from 'node-red';
import { path } from '../src/jambonz-api';
import { inPages } from '../src/pages';
import { restNode } from '../src/rest';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'get_calls',
    restNode(
      RED,
      async (call) => {
        const { read, api } = call;
        const { accountSid } = api;
        const answer = await api.get(path`Accounts/${{ accountSid }}/Calls`, {
          direction: await read.value('direction'),
          from: await read.value('from'),
          to: await read.value('to'),
          callStatus: await read.value('callStatus'),
        });
        return inPages(call, answer);
      },
      { failure: 'Error getting calls' },
    ),
  );
};
