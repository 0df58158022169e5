import type { NodeAPI } from 'node-red';
import { path } from '../src/jambonz-api';
import { jsonOf, restNode, understood } from '../src/rest';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'create-sms',
    restNode(
      RED,
      async ({ read, api }) => {
        const { accountSid } = api;
        const message = {
          from: await read.value('from'),
          to: await read.value('to'),
          text: await read.value('text'),
          provider: await read.value('provider'),
        };
        const data = jsonOf(await api.post(path`Accounts/${{ accountSid }}/Messages`, message));
        return understood(() => {
          const { sid, providerResponse } = data as { sid?: unknown; providerResponse?: unknown };
          return { statusCode: 201, messageSid: sid, providerResponse };
        });
      },
      { failure: 'Error sending create message' },
    ),
  );
};
