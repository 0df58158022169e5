import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { startNodeRed, type FlowNode, type NodeRed } from '../support/node-red';

/** Does to `msg.vars` what the request's body says, and answers with what is there. */
const APPLY = `
Object.assign(msg.vars, msg.call.set);
for (const name of msg.call.unset ?? []) delete msg.vars[name];
if (msg.call.replace !== undefined) msg.vars = msg.call.replace;
if (msg.call.big) msg.vars.big = 'x'.repeat(msg.call.big);
if (msg.call.cyclic) { msg.vars.cyclic = {}; msg.vars.cyclic.self = msg.vars.cyclic; }
msg.jambonz = { vars: msg.call.cyclic || msg.call.big ? {} : msg.vars };
msg.payload = msg.jambonz;
return msg;`;

let count = 0;
const node = (type: string, fields: Record<string, unknown>, ...wires: string[]): FlowNode => ({
  id: `n${++count}`,
  type,
  z: 'tab',
  ...fields,
  wires: [wires],
});
const hook = (url: string, to: string): FlowNode => node('webhook in', { url, method: 'post' }, to);
const code = (id: string, func: string, ...wires: string[]): FlowNode =>
  node('function', { id, func, outputs: 1 }, ...wires);

const flow: FlowNode[] = [
  { id: 'tab', type: 'tab', label: 'vars' },
  hook('/apply', 'apply'),
  code('apply', APPLY, 'out'),
  node('webhook out', { id: 'out', check: 'off' }),
  // Two wires: what reaches the core node is a copy.
  hook('/core', 'core'),
  code('core', 'return msg;', 'nothing', 'core-apply'),
  code('nothing', 'return null;'),
  code('core-apply', APPLY, 'response'),
  node('http response', { id: 'response' }),
  hook('/by-hand', 'by-hand'),
  code('by-hand', `msg.vars.by = 'hand'; msg.res.status(200).json([]);`),
  hook('/forgetful', 'forgetful'),
  code('forgetful', 'msg.vars.kept = true; return { res: msg.res, jambonz: [] };', 'out'),
  // Holds two requests until both are there.
  hook('/pair', 'pair'),
  code(
    'pair',
    `const other = context.get('other');
     if (!other) { context.set('other', msg); return null; }
     context.set('other', undefined);
     return [[other, msg]];`,
    'apply',
  ),
  hook('/say', 'say'),
  node('say', { id: 'say', text: 'Hello {{vars.name}}', loop: 1 }, 'out'),
  node('catch', { scope: null }, 'caught'),
  code('caught', `node.warn('caught ' + msg.error.message);`),
  hook('/meeting', 'met'),
  node('conference', { id: 'met', conference: 'room', conferenceType: 'str', actionHook: '/meeting' }, 'out'),
  node('jambonz call end', {}, 'ended'),
  code('ended', `delete msg._msgid; node.warn('ended ' + JSON.stringify(msg));`),
];

describe('msg.vars', () => {
  let red: NodeRed;
  before(async () => {
    red = await startNodeRed({ flow });
  });
  after(() => red.stop());

  const post = async (path: string, body: object, headers: Record<string, string> = {}): Promise<unknown> => {
    const answer = await fetch(red.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    assert.equal(answer.status, 200);
    const text = await answer.text();
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
  const varsOf = async (call_sid: string): Promise<unknown> =>
    ((await post('/apply', { call_sid })) as { vars: unknown }).vars;

  it('is there again on the next webhook, changed and deleted as the flow left it', async () => {
    const call_sid = randomUUID();
    assert.deepEqual(await varsOf(call_sid), {});
    await post('/apply', { call_sid, set: { name: 'Ada', tries: 1, list: [1, { a: null }] } });
    assert.deepEqual(await varsOf(call_sid), { name: 'Ada', tries: 1, list: [1, { a: null }] });
    await post('/apply', { call_sid, set: { tries: 2 }, unset: ['list'] });
    assert.deepEqual(await varsOf(call_sid), { name: 'Ada', tries: 2 });
    await post('/apply', { call_sid, replace: {} });
    assert.deepEqual(await varsOf(call_sid), {});
  });

  it('belongs to one call', async () => {
    const call_sid = randomUUID();
    await post('/apply', { call_sid, set: { name: 'Ada' } });
    assert.deepEqual(await varsOf(randomUUID()), {});
    assert.deepEqual(await varsOf(call_sid), { name: 'Ada' });
  });

  it('is shared by the legs of a dial, the wait hook of a queue, and status events', async () => {
    const call_sid = randomUUID();
    await post('/apply', { call_sid, set: { name: 'Ada' } });
    const leg = { call_sid: randomUUID(), parent_call_sid: call_sid };
    const seen = await post('/apply', { ...leg, call_status: 'ringing', sip_status: 180, set: { rang: true } });
    assert.deepEqual(seen, { vars: { name: 'Ada', rang: true } });
    assert.deepEqual(await varsOf(call_sid), { name: 'Ada', rang: true });
    const waiting = await post('/apply', { call_sid, queue_sid: 'q', queue_position: 0 });
    assert.deepEqual(waiting, { vars: { name: 'Ada', rang: true } });
  });

  it('keeps what two webhooks at the same moment have changed', async () => {
    const call_sid = randomUUID();
    await post('/apply', { call_sid, set: { old: 1, gone: 1 } });
    await Promise.all([
      post('/pair', { call_sid, set: { one: 1 }, unset: ['gone'] }),
      post('/pair', { call_sid, set: { two: 2 } }),
    ]);
    assert.deepEqual(await varsOf(call_sid), { old: 1, one: 1, two: 2 });
  });

  for (const [path, vars] of [
    ['/core', { name: 'Ada' }],
    ['/by-hand', { by: 'hand' }],
    ['/forgetful', { kept: true }],
  ] as const) {
    it(`is saved when ${path} has answered`, async () => {
      const call_sid = randomUUID();
      await post(path, { call_sid, set: { name: 'Ada' } });
      assert.deepEqual(await varsOf(call_sid), vars);
    });
  }

  it('is rendered in templates', async () => {
    const call_sid = randomUUID();
    await post('/apply', { call_sid, set: { name: 'Ada' } });
    const document = (await post('/say', { call_sid })) as { text: string }[];
    assert.equal(document[0]?.text, 'Hello Ada');
  });

  it('is empty where there is no call', async () => {
    assert.deepEqual(await post('/apply', { set: { name: 'Ada' } }), { vars: { name: 'Ada' } });
    assert.deepEqual(await post('/apply', {}), { vars: {} });
  });

  const unsaved: [string, object, RegExp][] = [
    ['more than 64 KiB', { big: 64 * 1024 }, /caught webhook out: the call's variables take 65550 bytes, and 65536/],
    ['something that is no object', { replace: 7 }, /caught webhook out: msg\.vars must be an object, not 7/],
    ['a cycle', { cyclic: true }, /caught webhook out: msg\.vars\.cyclic cannot be saved: .*circular/],
  ];
  for (const [what, body, message] of unsaved) {
    it(`is a catchable error with ${what}, and the call goes on`, async () => {
      const call_sid = randomUUID();
      await post('/apply', { call_sid, set: { name: 'Ada' } });
      const caught = red.nextLine(message);
      await post('/apply', { call_sid, ...body });
      await caught;
      assert.deepEqual(await varsOf(call_sid), { name: 'Ada' });
    });
  }

  it('may take 64 KiB', async () => {
    const call_sid = randomUUID();
    await post('/apply', { call_sid, big: 64 * 1024 - 5 });
    const { big } = (await varsOf(call_sid)) as { big: string };
    assert.equal(big.length, 64 * 1024 - 5);
  });

  it('outlives a deploy in mid-call', async () => {
    const call_sid = randomUUID();
    await post('/apply', { call_sid, set: { name: 'Ada' } });
    await red.deploy(flow);
    assert.deepEqual(await varsOf(call_sid), { name: 'Ada' });
  });

  it('comes with the end of the call, once', async () => {
    const call_sid = randomUUID();
    await post('/apply', { call_sid, set: { name: 'Ada' } });
    const end = { call_sid, call_status: 'completed', sip_status: 200, duration: 7, call_termination_by: 'caller' };
    const leg = { call_sid: randomUUID(), parent_call_sid: call_sid, call_status: 'completed', sip_status: 200 };
    await post('/apply', leg);
    await post('/apply', { ...end, dial_call_status: 'completed' });
    // That somebody has left a meeting looks like the last status event, but comes to the address that a verb names.
    await post('/meeting', { ...end, duration: 6 }, { b3: '0-0-1' });
    const ended = red.nextLine(/ended .*/);
    await post('/apply', end);
    await post('/apply', end);
    const [, message] = /ended (.*)/.exec(await ended)!;
    assert.deepEqual(JSON.parse(message!), { vars: { name: 'Ada' }, call: end, reason: 'completed', duration: 7 });
    assert.deepEqual(await varsOf(call_sid), { name: 'Ada' });
    assert.equal(red.logs.filter((line) => line.includes('ended') && line.includes(call_sid)).length, 1);
  });
});

describe('a call whose end nobody tells', () => {
  it('ends as unknown when it has expired, and the node says that no status events come', async () => {
    const statuses = [
      node('status', { scope: null }, 'status'),
      code('status', `node.warn('status ' + msg.status.text);`),
    ];
    const red = await startNodeRed({ flow: [...flow, ...statuses], settings: { jambonzCallStore: { idle: 0.5 } } });
    try {
      const ended = red.line(/ended .*/);
      const untold = red.line(/status call-end\.status\.untold|status no status events/);
      for (const call_sid of ['a', 'b']) {
        await fetch(`${red.url}/apply`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ call_sid, call_status: 'trying', sip: {}, set: { name: 'Ada' } }),
        });
      }
      await untold;
      const [, message] = /ended (.*)/.exec(await ended)!;
      assert.deepEqual(JSON.parse(message!), { vars: { name: 'Ada' }, call: { call_sid: 'a' }, reason: 'unknown' });
    } finally {
      await red.stop();
    }
  });
});
