import type { NodeAPI } from 'node-red';
import { path, type ApiAnswer } from '../src/jambonz-api';
import { callUpdate } from '../src/live-call';
import { jsonOf, restNode } from '../src/rest';
import { Incomplete } from '../src/server';
import { isBlank } from '../src/typed-value';

/** A SIP request brings the other side's answer; everything else is only taken note of. */
const ANSWERED = 'sip_request';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'lcc',
    restNode(
      RED,
      async ({ read, api }) => {
        const { accountSid } = api;
        const callSid = await read.value('callSid');
        if (isBlank(callSid)) throw new Incomplete('empty', { field: 'callSid', value: read.raw('callSid') ?? '' });
        const update = await callUpdate(read);
        const answer = await api.post(path`Accounts/${{ accountSid }}/Calls/${{ callSid }}`, update);
        return { payload: payloadOf(answer), statusCode: read.raw('action') === ANSWERED ? 200 : 202 };
      },
      {
        failure: 'Error sending LCC',
        failed: ({ status }) => (status === undefined ? {} : { payload: undefined }),
      },
    ),
  );
};

/** jambonz answers with plain text, or with JSON; half a JSON document is neither. */
function payloadOf(answer: ApiAnswer): unknown {
  const { data } = answer;
  return typeof data === 'string' && /^\s*[[{]/.test(data) ? jsonOf(answer) : data;
}
