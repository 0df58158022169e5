import { strict as assert } from 'node:assert';
import { dirname } from 'node:path';
import { startNodeRed, type FlowNode, type NodeRed } from '../support/node-red';

/** Runs on another release of Node-RED when the matrix names it. */
const nodeRed = process.env.NODE_RED;

/** A node of a row; it leads to the next one unless it says where. */
type Part = Partial<FlowNode>;

const say = { type: 'say', text: 'Hello', loop: 1, vendor: 'default' };
const out = { type: 'webhook out' };
const end = { wires: [] };
const code = (func: string, more: object = {}): Part => ({ type: 'function', func, outputs: 1, ...more });
const jambonz = 'msg.jambonz = [{ verb: "hangup" }];';
const broken = { type: 'say', text: 'Hello {{name', loop: 1, vendor: 'default' };

/** A tab with a webhook at `/<id>` and a row of nodes, `<id>-1` and so on. */
function tab(id: string, parts: Part[], { webhook = {}, more = [] }: { webhook?: Part; more?: FlowNode[] } = {}) {
  const row: Part[] = [{ type: 'webhook in', url: `/${id}`, method: 'post', ...webhook }, ...parts];
  return [
    { id, type: 'tab', label: id },
    ...row.map((part, index): FlowNode => {
      const next = index + 1 < row.length ? [[`${id}-${index + 1}`]] : [];
      return { wires: next, ...part, id: `${id}-${index}`, z: id } as FlowNode;
    }),
    ...more.map((node) => ({ z: id, ...node })),
  ];
}

const catches = (id: string, wires: string[], more: object = {}): FlowNode[] => [
  { id: `${id}-catch`, type: 'catch', scope: null, uncaught: false, wires: [wires], ...more },
];
/** A Catch node that only sees what the webhook itself complains of, and logs it. */
const logged = (id: string): FlowNode[] => [
  { id: `${id}-catch`, type: 'catch', scope: [`${id}-0`], uncaught: false, wires: [[`${id}-log`]] },
  { id: `${id}-log`, type: 'function', func: `node.log('caught at ${id}: ' + msg.error.message)`, wires: [] },
];
const subflow = (id: string, inner: FlowNode[], into: string, outOf: string[]): FlowNode[] => [
  {
    id: `sf-${id}`,
    type: 'subflow',
    name: id,
    in: [{ x: 0, y: 0, wires: [{ id: into }] }],
    out: [{ x: 0, y: 0, wires: outOf.map((node) => ({ id: node, port: 0 })) }],
  },
  ...inner.map((node) => ({ ...node, z: `sf-${id}` })),
];

const short = { answerWithin: '0.3' };
const delay = { type: 'delay', pauseType: 'delay', timeout: '250', timeoutUnits: 'milliseconds' };
const never = { type: 'delay', pauseType: 'delay', timeout: '1', timeoutUnits: 'hours' };

/** Flows that will not answer, as can be known at once; the node that is named, and what is said of it. */
const ended: Record<string, { flow: FlowNode[]; place: string; reason: RegExp }> = {};
const hopeless = (id: string, parts: Part[], place: string, reason: RegExp, more: FlowNode[] = []): void => {
  ended[id] = { flow: tab(id, parts, { more: [...logged(id), ...more] }), place, reason };
};
const stopped = /^An error that no Catch node handles stopped the message at/;
const over = /^The message ended at/;
hopeless('verb-error', [broken, out], 'say (verb-error-1)', stopped);
hopeless('rest-error', [{ type: 'get_call', name: 'the call' }, out], 'get_call "the call" (rest-error-1)', stopped);
hopeless('throws', [code('throw new Error("oh no")'), out], 'function (throws-1)', stopped);
hopeless('rejects', [code('await Promise.reject(new Error("no"));'), out], 'function (rejects-1)', stopped);
hopeless('unwired', [say], 'say (unwired-1)', over);
hopeless('webhook-only', [], 'webhook in (webhook-only-0)', over);
hopeless(
  'no-match',
  [{ ...never, type: 'switch', property: 'call.x', rules: [{ t: 'eq', v: '1', vt: 'str' }] }, out],
  'switch (no-match-1)',
  over,
);
hopeless('nothing', [say, code('if (msg.call.from === "nobody") return msg;'), out], 'function (nothing-2)', over);
hopeless(
  'changed',
  [{ type: 'change', rules: [{ t: 'set', p: 'who', pt: 'flow', to: 'call.from', tot: 'msg' }] }],
  'change (changed-1)',
  over,
);
hopeless('no-res', [code('return { _x: msg.call };'), say], 'say (no-res-2)', over);
hopeless(
  'off',
  [
    { ...say, wires: [['off-2']] },
    { ...out, d: true },
  ],
  'say (off-1)',
  over,
);
hopeless(
  'branches',
  [
    { ...say, wires: [['branches-2', 'branches-3']] },
    { type: 'debug', active: false, ...end },
    { type: 'pause', len: '1', lenType: 'num', ...end },
  ],
  'pause (branches-3)',
  over,
);
hopeless('linked', [{ type: 'link out', mode: 'link', links: ['linked-in'], ...end }], 'say (linked-say)', over, [
  { id: 'linked-in', type: 'link in', links: ['linked-1'], wires: [['linked-say']] },
  { ...say, id: 'linked-say', wires: [] },
]);
hopeless('in-subflow', [{ type: 'subflow:sf-lost' }, out], 'switch (', over);
hopeless('caught-and-lost', [broken, out], 'debug (caught-and-lost-debug)', over, [
  { id: 'caught-and-lost-all', type: 'catch', scope: ['caught-and-lost-1'], wires: [['caught-and-lost-debug']] },
  { id: 'caught-and-lost-debug', type: 'debug', active: false, wires: [] },
]);

/** Flows that answer, each in a way that cannot be seen until it does. */
const answering: Record<string, FlowNode[]> = {
  delay: tab('delay', [code(`${jambonz} return msg;`), delay, out]),
  trigger: tab('trigger', [
    code(`${jambonz} return msg;`),
    { type: 'trigger', op1: '', op2: '', op1type: 'nul', op2type: 'payl', duration: '250', units: 'ms', outputs: 1 },
    out,
  ]),
  'sent-later': tab('sent-later', [code(`${jambonz} setTimeout(() => node.send(msg), 250);`), out]),
  'async-function': tab('async-function', [
    code(`${jambonz} await new Promise((go) => setTimeout(go, 250)); return msg;`),
    out,
  ]),
  'first-and-later': tab('first-and-later', [
    code(`${jambonz} setTimeout(() => node.send([null, msg]), 250); return [{ ...msg }, null];`, {
      outputs: 2,
      wires: [['first-and-later-2'], ['first-and-later-3']],
    }),
    { type: 'debug', active: false, ...end },
    out,
  ]),
  'kept-res': tab('kept-res', [
    code('const { res } = msg; setTimeout(() => res.status(200).send([{ verb: "hangup" }]), 250);'),
  ]),
  'kept-in-flow': tab('kept-in-flow', [code(`${jambonz} flow.set('kept', msg);`)], {
    more: [
      { id: 'kept-tick', type: 'inject', repeat: '0.25', props: [], wires: [['kept-get']] },
      {
        id: 'kept-get',
        type: 'function',
        func: "const m = flow.get('kept'); flow.set('kept', null); return m;",
        wires: [['kept-out']],
      },
      { id: 'kept-out', type: 'webhook out', wires: [] },
    ],
  }),
  caught: tab('caught', [broken, out], {
    more: [
      ...catches('caught', ['caught-delay']),
      { ...delay, id: 'caught-delay', type: 'delay', wires: [['caught-fix']] },
      { id: 'caught-fix', type: 'function', func: `${jambonz} return msg;`, wires: [['caught-2']] },
    ],
  }),
  'caught-by-complete': tab('caught-by-complete', [{ ...say, ...end }], {
    more: [
      { id: 'cc-complete', type: 'complete', scope: ['caught-by-complete-1'], wires: [['cc-delay']] },
      { ...delay, id: 'cc-delay', type: 'delay', wires: [['cc-fix']] },
      { id: 'cc-fix', type: 'function', func: `${jambonz} return msg;`, wires: [['cc-out']] },
      { id: 'cc-out', type: 'webhook out', wires: [] },
    ],
  }),
  'one-of-two': tab('one-of-two', [
    code(`${jambonz} return msg;`, { wires: [['one-of-two-2', 'one-of-two-3']] }),
    { type: 'debug', active: false, ...end },
    delay,
    out,
  ]),
  'failed-branch': tab('failed-branch', [
    code(`${jambonz} return msg;`, { wires: [['failed-branch-2', 'failed-branch-3']] }),
    { ...broken, ...end },
    delay,
    out,
  ]),
  'through-subflow': tab('through-subflow', [{ type: 'subflow:sf-slow' }, out]),
  'link-call': tab('link-call', [{ type: 'link call', links: ['lc-in'], timeout: '5' }, out], {
    more: [
      { id: 'lc-in', type: 'link in', links: [], wires: [['lc-delay']] },
      { ...delay, id: 'lc-delay', type: 'delay', wires: [['lc-fix']] },
      { id: 'lc-fix', type: 'function', func: `${jambonz} return msg;`, wires: [['lc-back']] },
      { id: 'lc-back', type: 'link out', mode: 'return', links: [], wires: [] },
    ],
  }),
};

const timeout = (id: string, webhook: Part, parts: Part[] = [never, out]): FlowNode[] =>
  tab(id, parts, { webhook, more: logged(id) });

const flow: FlowNode[] = [
  ...Object.values(ended).flatMap(({ flow: nodes }) => nodes),
  ...Object.values(answering).flat(),
  ...subflow(
    'lost',
    [{ id: 'lost-switch', type: 'switch', property: 'call.x', rules: [{ t: 'true' }], wires: [[]] }],
    'lost-switch',
    ['lost-switch'],
  ),
  ...subflow(
    'slow',
    [
      { ...delay, id: 'slow-delay', type: 'delay', wires: [['slow-fix']] },
      { id: 'slow-fix', type: 'function', func: `${jambonz} return msg;`, outputs: 1, wires: [[]] },
    ],
    'slow-delay',
    ['slow-fix'],
  ),
  ...timeout('time', short),
  ...timeout('time-document', { ...short, otherwise: 'document', otherwiseDocument: '[{"verb":"redirect"}]' }),
  ...timeout('time-status', { ...short, otherwise: 'status', otherwiseStatus: '503' }),
  ...timeout('time-wrong', { ...short, otherwise: 'document', otherwiseDocument: 'oops' }),
  ...tab('status', [{ type: 'debug', active: false, ...end }], { more: logged('status') }),
  ...tab('status-part', [
    { type: 'switch', property: 'call.call_status', rules: [{ t: 'eq', v: 'completed', vt: 'str' }] },
    out,
  ]),
  ...tab('status-time', [never, out], { webhook: short, more: logged('status-time') }),
  ...tab('status-refused', [never, out], {
    webhook: { ...short, otherwise: 'status', otherwiseStatus: '503' },
    more: logged('status-refused'),
  }),
  ...tab('redirected', [say], { more: logged('redirected') }),
  ...tab('redirect', [{ type: 'redirect', hook: '/redirected' }, out]),
  ...tab('switched-off', [say], { webhook: { answerWithin: '0' } }),
  ...tab('late', [{ ...delay, timeout: '600' }, out], {
    webhook: short,
    more: catches('late', ['late-log', 'late-2']).concat({
      id: 'late-log',
      type: 'function',
      func: "node.log('caught at late: ' + msg.error.message)",
      wires: [],
    }),
  }),
];

const registration = { method: 'REGISTER', username: 'bob' };
const sms = { provider: 'x', text: 'hi', from: '1', to: '2' };
const newCall = { call_sid: 'n', direction: 'inbound', call_status: 'trying', sip: { headers: {} }, from: '1' };
const hook = { call_sid: 'h', direction: 'inbound', call_status: 'in-progress', reason: 'timeout', from: '1' };

/** As jambonz tells the status of a call; the webhook of a redirect has the same body. */
const status = {
  call_sid: 's',
  direction: 'inbound',
  call_status: 'in-progress',
  sip_status: 200,
  sip_reason: 'OK',
  from: '1',
};

describe(`A request that the flow does not answer${nodeRed ? ` on Node-RED ${nodeRed}` : ''}`, function () {
  this.timeout(20_000);
  let red: NodeRed;

  before(async function () {
    this.timeout(60_000);
    red = await startNodeRed({ flow, ...(nodeRed && (await release(nodeRed))) });
  });
  after(() => red.stop());

  async function post(id: string, body: object = hook): Promise<{ status: number; text: string; took: number }> {
    const start = performance.now();
    const answer = await fetch(`${red.url}/${id}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, text, took: performance.now() - start };
  }

  before(async () => {
    // Who comes first pays for what is loaded on first use.
    await post('unwired');
  });

  describe('gets one at once, and the error names the node', () => {
    for (const [id, { place, reason }] of Object.entries(ended)) {
      it(id, async () => {
        const { status, text, took } = await post(id);
        assert.deepEqual([status, text], [200, '[]']);
        assert.ok(took < 200, `took ${took} ms`);
        const line = await red.line(new RegExp(`caught at ${id}: `));
        const said = line.slice(line.indexOf(`caught at ${id}: `)).replace(/^.*?so jambonz got \[\]\. /, '');
        assert.match(said, reason);
        assert.ok(said.includes(` at ${place}`), said);
      });
    }
  });

  describe('is left to the flow when it may still come', () => {
    for (const id of Object.keys(answering)) {
      it(id, async () => {
        assert.equal((await post(id)).text, '[{"verb":"hangup"}]');
      });
    }
  });

  describe('gets what suits it when the time is up', () => {
    for (const [name, body, expected] of [
      ['a registration', registration, '{"status":"fail"}'],
      ['a new call', newCall, '[{"verb":"sip:decline","status":503}]'],
      ['a hook of a call', hook, '[]'],
      ['a text message', sms, ''],
    ] as const) {
      it(name, async () => {
        const { status, text, took } = await post('time', body);
        assert.deepEqual([status, text], [200, expected]);
        assert.ok(took >= 290 && took < 800, `took ${took} ms`);
      });
    }

    it('and an error says how long that was and where the message is', async () => {
      await post('time');
      await red.line(
        /caught at time: No answer within 0\.3 seconds, so jambonz got \[\]\. The message was last seen at delay \(time-1\)\.$/,
      );
    });
  });

  describe('is answered without a word when it tells the status of a call', () => {
    const reports = (id: string): number => red.logs.filter((line) => line.includes(`caught at ${id}: `)).length;

    for (const id of ['status', 'status-part', 'status-time', 'status-refused']) {
      it(id, async () => {
        const answer = await post(id, status);
        assert.deepEqual([answer.status, answer.text], [200, '[]']);
        if (id === 'status-part') return;
        // Another hook is reported, so the status event was not.
        await post(id, hook);
        await red.line(new RegExp(`caught at ${id}: `));
        assert.equal(reports(id), 1);
      });
    }

    it('but not one that a redirect leads to', async () => {
      assert.equal((await post('redirected', status)).text, '[]');
      await red.line(/caught at redirected: .*The message ended at say \(redirected-1\)/);
    });
  });

  it('gets a document that was chosen', async () => {
    assert.equal((await post('time-document', newCall)).text, '[{"verb":"redirect"}]');
  });

  it('gets a status that was chosen', async () => {
    assert.equal((await post('time-status')).status, 503);
  });

  it('gets what suits it when the document cannot be used, of which the log has told', async () => {
    await red.line(/The document for requests without an answer is not JSON/);
    assert.equal((await post('time-wrong')).text, '[]');
  });

  it('waits when the flow is to answer alone', async () => {
    const gaveUp = fetch(`${red.url}/switched-off`, { method: 'POST', signal: AbortSignal.timeout(600) });
    await assert.rejects(gaveUp, { name: 'TimeoutError' });
  });

  it('does not get an answer that comes late, which is reported, also to a Catch node that answers', async () => {
    assert.equal((await post('late')).text, '[]');
    await red.line(/caught at late: No answer within 0\.3 seconds/);
    await red.line(/caught at late: Error: webhook out: too late, this answer was not sent/);
    const reports = red.logs.filter((line) => line.includes('webhook out: too late'));
    assert.ok(reports.length <= 4, reports.join('\n'));
  });
});

async function release(version: string): Promise<object> {
  const { environmentFor, nodeFor, nodeRedScript } = await import('../../scripts/runtimes.mjs');
  const node = nodeFor(version);
  return { nodeRedDir: dirname(nodeRedScript(version)), node, env: environmentFor(node) };
}
