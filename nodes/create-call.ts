import type { NodeAPI } from 'node-red';
import { ApiError, path } from '../src/jambonz-api';
import { newCall } from '../src/new-call';
import { messageOf } from '../src/problem';
import { jsonOf, restNode } from '../src/rest';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'create-call',
    restNode(
      RED,
      async ({ read, api }) => {
        const { accountSid } = api;
        const data = jsonOf(await api.post(path`Accounts/${{ accountSid }}/Calls`, await newCall(read)));
        try {
          const call = data as { sid?: unknown; callId?: unknown };
          return { statusCode: 201, callSid: call.sid, callId: call.callId };
        } catch (error) {
          throw new ApiError('api-answer', { detail: messageOf(error) }, { data });
        }
      },
      {
        failure: 'Error sending create call',
        // The call is there, only what it is called is not known.
        failed: ({ data }) => (data === null ? { statusCode: 201 } : {}),
      },
    ),
  );
};
