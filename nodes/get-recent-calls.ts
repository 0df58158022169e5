import type { NodeAPI } from 'node-red';
import { path } from '../src/jambonz-api';
import { readPages } from '../src/pages';
import { restNode } from '../src/rest';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'get_recent_calls',
    restNode(
      RED,
      async (call) => {
        const { read, api } = call;
        const { accountSid } = api;
        return readPages(call, path`Accounts/${{ accountSid }}/RecentCalls`, {
          direction: await read.value('direction'),
          trunk: await read.value('trunk'),
          page: await read.value('page'),
          count: await read.value('count'),
          days: await read.value('days'),
        });
      },
      { failure: 'Error getting recent calls' },
    ),
  );
};
