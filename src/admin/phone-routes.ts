import type { NodeAPI } from 'node-red';
import { phoneOf } from '../phone/phone';
import { scriptOf } from '../script/record';
import { traceOf } from '../trace/trace';
import { refusal } from './fault';
import { serveAdmin } from './routes';

/** What the editor may ask of the phone, and do with it. */
export function servePhone(RED: NodeAPI): void {
  const phone = phoneOf(RED);
  const trace = traceOf(RED);
  serveAdmin(RED, [
    {
      method: 'get',
      path: '/_jambonz/phone',
      permission: 'jambonz.read',
      handle: () => ({
        ok: true,
        enabled: phone.isEnabled,
        webhooks: phone.isEnabled ? phone.webhooks : [],
        clock: 'real',
        login: phone.hasLogin,
        rest: phone.takesRest ? 'simulator' : 'jambonz',
      }),
    },
    {
      method: 'post',
      path: '/_jambonz/phone/call',
      permission: 'jambonz.write',
      handle: (_params, input) => phone.call(input),
    },
    {
      method: 'post',
      path: '/_jambonz/phone/:id/do',
      permission: 'jambonz.write',
      handle: ({ id }, input) => phone.act(id!, input),
    },
    {
      method: 'post',
      path: '/_jambonz/phone/rest',
      permission: 'jambonz.write',
      handle: (_params, { use }) => {
        if (!phone.isEnabled) return refusal('phone-off');
        if (typeof use !== 'boolean') return refusal('phone-input', { field: 'use' });
        phone.takesRest = use;
        return { ok: true };
      },
    },
    {
      // A test of what was typed needs the digits: only for those who may change something.
      method: 'post',
      path: '/_jambonz/phone/test/:id',
      permission: 'jambonz.write',
      handle: ({ id }) => {
        const call = trace.log.get(id!);
        if (!call) return refusal('call-unknown');
        return { ok: true, file: scriptOf(call.record()) };
      },
    },
  ]);
}
