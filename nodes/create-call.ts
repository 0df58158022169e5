import type { NodeAPI } from 'node-red';
import { ApiError, path } from '../src/jambonz-api';
import { newCall } from '../src/new-call';
import { jsonOf, restNode } from '../src/rest';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'create-call',
    restNode(
      RED,
      async ({ read, api }) => {
        const { accountSid } = api;
        const call = await newCall(read);
        const data = jsonOf(await api.post(path`Accounts/${{ accountSid }}/Calls`, call));
        if (data === null) throw new ApiError('api-answer', { detail: 'null' }, { data });
        const { sid, callId } = data as { sid?: unknown; callId?: unknown };
        return { statusCode: 201, callSid: sid, callId };
      },
      {
        failure: 'Error sending create call',
        // The call is there, only what it is called is not known.
        failed: ({ data }) => (data === null ? { statusCode: 201 } : {}),
      },
    ),
  );
};
