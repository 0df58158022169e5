import type { NodeAPI } from 'node-red';
import { callsIn, FileProblem, fileOf } from '../trace/call-file';
import { withFaults } from '../trace/faults';
import { withoutDigits } from '../trace/mask';
import { traceOf } from '../trace/trace';
import { refusal } from './fault';
import { serveAdmin, textIn } from './routes';

/** With `reveal=1`, the digits that callers have typed are told: to those who may change something. */
const REVEALED = {
  when: (input: Record<string, unknown>) => isRevealed(input),
  permission: 'jambonz.write',
};
const isRevealed = (input: Record<string, unknown>): boolean => textIn(input, 'reveal') === '1';

/** What the editor may ask about the calls that this Node-RED has answered or simulated. */
export function serveCalls(RED: NodeAPI): void {
  const trace = traceOf(RED);
  const { jambonzSimulator } = RED.settings as { jambonzSimulator?: unknown };
  serveAdmin(RED, [
    {
      method: 'get',
      path: '/_jambonz/calls',
      permission: 'jambonz.read',
      handle: (_params, input) => ({
        ok: true,
        calls: trace.log.list(textIn(input, 'q')),
        trace: trace.isOn,
        simulator: jambonzSimulator !== false,
      }),
    },
    {
      method: 'get',
      path: '/_jambonz/calls/:id',
      permission: 'jambonz.read',
      further: REVEALED,
      handle: ({ id }, input) => {
        const call = trace.log.get(id!);
        if (!call) return refusal('call-unknown');
        const events = call.events(Number(textIn(input, 'after')) || 0);
        return {
          ok: true,
          call: call.summary,
          events: withFaults(call, isRevealed(input) ? events : events.map(withoutDigits)),
        };
      },
    },
    {
      method: 'get',
      path: '/_jambonz/calls/:id/export',
      permission: 'jambonz.read',
      further: REVEALED,
      handle: ({ id }, input) => {
        const call = trace.log.get(id!);
        return call ? { ok: true, file: fileOf([call.record()], isRevealed(input)) } : refusal('call-unknown');
      },
    },
    {
      method: 'post',
      path: '/_jambonz/calls/import',
      permission: 'jambonz.write',
      handle: (_params, { file }) => {
        try {
          return { ok: true, calls: callsIn(file).map((call) => trace.import(call)) };
        } catch (error) {
          if (error instanceof FileProblem)
            return { ok: false, reason: error.reason, ...(error.facts && { facts: error.facts }) };
          throw error;
        }
      },
    },
    {
      method: 'post',
      path: '/_jambonz/calls/clear',
      permission: 'jambonz.write',
      handle: () => {
        // Whoever is on a simulated phone goes on with it.
        trace.log.clear((call) => call.source === 'simulator' && !call.over);
        return { ok: true };
      },
    },
  ]);
}
