import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CallEvent, CallSummary, PathEvent, RequestEvent } from '../../src/simulator/events';
import { askAdmin, type Json, type Told } from '../support/admin';
import { startNodeRed, type FlowNode, type NodeRed, type StartOptions } from '../support/node-red';

/** Of the password `secret`. */
const HASH = '$2b$08$t.fbkttvCvmh6hq/UsRvl.RS/twv1Mx2tF5JwCXPzEXTqz6MUZHGS';

type User = 'writer' | 'reader' | 'nobody';

const ADMIN_AUTH = `{ type: 'credentials', users: [], tokens: async (token) => ({
  writer: { username: 'w', permissions: '*' },
  reader: { username: 'r', permissions: 'read' },
})[token] ?? null }`;

function row(id: string, parts: Partial<FlowNode>[], tab = 'tab'): FlowNode[] {
  return parts.map((part, index): FlowNode => {
    const next = index + 1 < parts.length ? [[`${id}-${index + 1}`]] : [];
    return { wires: next, ...part, id: `${id}-${index}`, z: tab } as FlowNode;
  });
}
const say = (text: string): Partial<FlowNode> => ({ type: 'say', text, loop: 1, vendor: 'default' });
const out = { type: 'webhook out' };
const webhook = (url: string, more: Json = {}): Partial<FlowNode> => ({
  type: 'webhook in',
  url,
  method: 'post',
  ...more,
});
const code = (func: string): Partial<FlowNode> => ({ type: 'function', func, outputs: 1 });
const inject = (path: string): Partial<FlowNode>[] => [{ type: 'http in', url: path, method: 'post' }];

const server = { type: 'jambonz_auth', urlType: 'str', accountSidType: 'str', apiTokenType: 'str' };

const flow = (elsewhere = ''): FlowNode[] => [
  { id: 'tab', type: 'tab', label: 'The menu' },
  { ...server, id: 'srv', name: 'real', url: 'http://127.0.0.1:1', publicUrl: 'https://flows.example.com/red' },
  { ...server, id: 'sim', name: 'simulated', simulator: true },
  ...row('menu', [
    webhook('/menu', { name: 'answer' }),
    say('Welcome'),
    {
      type: 'gather',
      results: 'ports',
      ports: ['next', 'digits', 'noinput'],
      dtmfinput: true,
      numdigits: 1,
      timeout: 5,
      wires: [['menu-3'], ['menu-4'], ['menu-6']],
    },
    { ...out, wires: [] },
    code('msg.jambonz = [{ verb: "say", text: "You pressed " + msg.result.digits }, { verb: "hangup" }]; return msg;'),
    out,
    say('Nothing pressed'),
    out,
  ]),
  ...row('status', [webhook('/call-status'), out]),
  ...row('signed', [
    webhook('/signed', { signed: true, server: 'srv' }),
    say('Signed'),
    {
      type: 'gather',
      results: 'ports',
      ports: ['next', 'digits'],
      dtmfinput: true,
      numdigits: 1,
      wires: [['signed-3'], ['signed-4']],
    },
    { ...out, wires: [] },
    { type: 'hangup' },
    out,
  ]),
  ...row('away', [
    webhook('/away'),
    code(`msg.jambonz = [{ verb: "redirect", actionHook: "${elsewhere}/next" }]; return msg;`),
    out,
  ]),
  ...row('waits', [
    webhook('/waits'),
    code('msg.jambonz = [{ verb: "answer" }, { verb: "pause", length: 3000 }]; return msg;'),
    out,
  ]),
  ...row('long', [
    webhook('/long'),
    code('msg.jambonz = [{ verb: "gather", input: ["digits"], actionHook: "/digit", timeout: 3000 }]; return msg;'),
    out,
  ]),
  ...row('meet', [
    webhook('/meet'),
    code(
      'msg.jambonz = [{ verb: "conference", name: "room", startConferenceOnEnter: msg.call.from === "host" }]; return msg;',
    ),
    out,
  ]),
  { id: 'tab-10', type: 'tab', label: 'Newer', env: [{ name: 'JAMBONZ_VERSION', value: '10', type: 'str' }] },
  ...row(
    'newer',
    [
      webhook('/newer'),
      code('msg.jambonz = [{ verb: "agent", llm: { vendor: "openai", model: "gpt-4o" } }]; return msg;'),
      out,
    ],
    'tab-10',
  ),
  ...row('create', [
    ...inject('/create'),
    {
      type: 'create-call',
      server: 'sim',
      from: '15550001',
      fromType: 'str',
      to: '15550002',
      toType: 'str',
      dest: 'phone',
      mode: 'app',
      application: 'answer',
      applicationType: 'str',
      wires: [['create-2']],
    },
    code('return { ...msg, payload: { callSid: msg.callSid, error: msg.errorMessage, status: msg.statusCode } };'),
    { type: 'http response' },
  ]),
  ...row('get', [
    ...inject('/get'),
    code('msg.callSid = msg.payload.callSid; return msg;'),
    { type: 'get_call', server: 'srv', callSid: 'callSid', callSidType: 'msg' },
    code('return { ...msg, payload: { payload: msg.payload, error: msg.errorMessage, status: msg.statusCode } };'),
    { type: 'http response' },
  ]),
];

interface Running {
  red: NodeRed;
  ask: (path: string, body?: object, user?: User) => Promise<Told>;
  read(id: string): Promise<{ call: CallSummary; events: CallEvent[] }>;
  until: (id: string, is: (event: CallEvent) => boolean) => Promise<CallEvent[]>;
}

async function start(options: StartOptions): Promise<Running> {
  const red = await startNodeRed({
    credentials: { srv: { accountSid: 'a', apiToken: 't', webhookSecret: 'wh-secret' } },
    ...options,
  });
  const ask: Running['ask'] = (path, body, user) => askAdmin(red, path, body, user);
  const read: Running['read'] = async (id) => {
    const { body } = await ask(`calls/${id}?reveal=1`);
    assert.equal(body.ok, true, JSON.stringify(body));
    return body as unknown as { call: CallSummary; events: CallEvent[] };
  };
  const until: Running['until'] = async (id, is) => {
    const deadline = Date.now() + 10_000;
    for (;;) {
      const { events } = await read(id);
      if (events.some(is)) return events;
      if (Date.now() > deadline)
        throw new Error(`it has not happened:\n${events.map((event) => JSON.stringify(event)).join('\n')}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { red, ask, read, until };
}

function listening(other: Server): Promise<void> {
  return new Promise((resolve) => {
    other.listen(0, '127.0.0.1', () => resolve());
  });
}

const waitsFor = (what: RegExp) => (event: CallEvent) => event.type === 'wait' && what.test(event.for);
const isEnd = (event: CallEvent): boolean => event.type === 'end';
const saidTo = (events: CallEvent[]): string[] => [
  ...new Map(
    events.flatMap((event) =>
      event.type === 'heard' && event.kind === 'say' && event.text !== '' ? [[event.id, event.text] as const] : [],
    ),
  ).values(),
];

describe('the phone', function () {
  this.timeout(60_000);
  let running: Running;
  let elsewhere: string;
  const asked: string[] = [];
  const other = createServer((req, res): void => {
    asked.push(req.url!);
    res.setHeader('content-type', 'application/json').end('[{"verb":"hangup"}]');
  });

  before(async () => {
    await listening(other);
    elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    running = await start({ flow: flow(elsewhere), settingsSource: `{ adminAuth: ${ADMIN_AUTH} }` });
  });
  after(async () => {
    await running.red.stop();
    other.close();
  });

  const wish = (node: string, more: Json = {}): Json => ({
    node,
    from: '+15551230001',
    to: '200',
    signed: false,
    speed: 'skip',
    ...more,
  });
  const dial = async (node: string, more: Json = {}): Promise<string> => {
    const { body } = await running.ask('phone/call', wish(node, more));
    assert.equal(body.ok, true, JSON.stringify(body));
    return String(body.call);
  };
  const act = async (id: string, deed: Json): Promise<Json> => (await running.ask(`phone/${id}/do`, deed)).body;

  it('knows the deployed webhooks', async () => {
    const { body } = await running.ask('phone', undefined, 'reader');
    const { webhooks, ...rest } = body as { webhooks: Json[] };
    assert.deepEqual(rest, { ok: true, enabled: true, clock: 'real', login: false, rest: 'jambonz' });
    assert.deepEqual(
      webhooks.map(({ node }) => node),
      ['menu-0', 'status-0', 'signed-0', 'away-0', 'waits-0', 'long-0', 'meet-0', 'newer-0'],
    );
    assert.deepEqual(webhooks[0], {
      node: 'menu-0',
      flow: 'The menu',
      name: 'answer',
      method: 'POST',
      url: '/menu',
      signed: false,
      status: false,
    });
    assert.equal(webhooks[2]?.signed, true);
    assert.equal(JSON.stringify(webhooks).includes('wh-secret'), false);
  });

  it('plays a call, with the way that each request took', async () => {
    const id = await dial('menu-0', { name: 'Alice', headers: { 'X-Tenant': 'a' } });
    await running.until(id, waitsFor(/digits/));
    assert.deepEqual(await act(id, { did: 'press', digits: '1' }), { ok: true });
    const events = await running.until(id, isEnd);
    assert.deepEqual(saidTo(events), ['Welcome', 'You pressed 1']);

    const requests = events.filter((event) => event.type === 'request');
    const sent = requests.map(({ hook, url }) => `${hook} ${new URL(url).pathname}`);
    // Status events have a connection of their own: where they come among the others is up to chance.
    assert.deepEqual(
      sent.filter((request) => !request.startsWith('call:status')),
      ['session:new /menu', 'verb:hook /_jambonz/results/menu-2/action'],
    );
    assert.deepEqual(
      sent.filter((request) => request.startsWith('call:status')),
      Array<string>(3).fill('call:status /call-status'),
    );
    const requestOf = (kind: string): RequestEvent => requests.find(({ hook }) => hook === kind)!;
    assert.equal(((requestOf('session:new').body as Json).sip as { headers: Json }).headers['X-Tenant'], 'a');
    const paths = new Map(
      events.flatMap((event): [number, PathEvent][] => (event.type === 'path' ? [[event.request, event]] : [])),
    );
    const [first, second] = ['session:new', 'verb:hook'].map((kind) => paths.get(requestOf(kind).id));
    assert.deepEqual(first?.nodes, ['menu-0', 'menu-1', 'menu-2', 'menu-3']);
    assert.deepEqual(first.verbs, ['menu-1', 'menu-2']);
    assert.deepEqual(second?.nodes, ['menu-2', 'menu-4', 'menu-5']);
    assert.deepEqual(second.verbs, ['menu-4', 'menu-4']);
    assert.deepEqual(
      events.map(({ seq }) => seq),
      events.map(({ seq }) => seq).toSorted((a, b) => a - b),
    );
    const { call } = await running.read(id);
    assert.deepEqual(
      [call.source, call.from, call.over, call.status],
      ['simulator', '+15551230001', true, 'completed'],
    );
    const { body } = await running.ask(`calls?q=${id}`);
    assert.equal((body.calls as unknown[]).length, 1, 'the same call is not there as a real one');
  });

  it('jumps to the next thing that happens', async () => {
    const id = await dial('long-0', { speed: 'real' });
    const [wait] = (await running.until(id, waitsFor(/digits/))).filter(waitsFor(/digits/));
    assert.ok(wait?.type === 'wait' && wait.until! > 1_000_000, JSON.stringify(wait));
    for (let count = 0; count < 5; count++) await act(id, { did: 'skip' });
    await running.until(id, (event) => event.type === 'request' && event.url.endsWith('/digit'));
    await act(id, { did: 'hangup' });
    await running.until(id, isEnd);
    assert.deepEqual(await act(id, { did: 'press', digits: '1' }), { ok: false, reason: 'call-over' });
  });

  it('does not wait for what comes by itself, when waits are skipped', async () => {
    const id = await dial('waits-0');
    const events = await running.until(id, isEnd);
    assert.ok(events.at(-1)!.at > 2_900_000, 'the time of the call has passed');
  });

  const isThere = (state: string) => (event: CallEvent) => event.type === 'leg' && event.state === state;

  it('lets calls meet of which one skips its waits, and the other does not', async () => {
    const calls = [await dial('meet-0', { speed: 'real' }), await dial('meet-0', { from: 'host', speed: 'skip' })];
    for (const id of calls) await running.until(id, isThere('joined'));
    for (const id of calls) {
      await act(id, { did: 'hangup' });
      await running.until(id, isEnd);
    }
  });

  it('lets a call meet another one beside which it is made, at the speed of that one', async () => {
    const first = await dial('meet-0');
    await running.until(first, isThere('waiting'));
    const second = await dial('meet-0', { from: 'host', speed: 'real', beside: first });
    const order = async (id: string): Promise<number> =>
      (await running.until(id, isThere('joined'))).find(isThere('joined'))?.order ??
      assert.fail('it does not say when');
    // Whoever opens the conference is the first who is in it, also where each call has a time of its own.
    assert.equal((await order(second)) < (await order(first)), true);
    for (const id of [first, second]) {
      await act(id, { did: 'hangup' });
      await running.until(id, isEnd);
    }
  });

  it('plays the jambonz that the flow of the webhook is for', async () => {
    const id = await dial('newer-0');
    const events = await running.until(id, waitsFor(/model/));
    assert.equal(events.find((event) => event.type === 'verb')?.verb, 'agent');
    await act(id, { did: 'hangup' });
    await running.until(id, isEnd);
  });

  it('signs calls with the secret of the server, also those to result ports', async () => {
    const unsigned = await dial('signed-0');
    const refused = (await running.until(unsigned, isEnd)).find((event) => event.type === 'answer');
    assert.equal(refused?.status, 401);

    const id = await dial('signed-0', { signed: true });
    const events = await running.until(id, waitsFor(/digits/));
    assert.deepEqual(saidTo(events), ['Signed']);
    // The server says where others reach this Node-RED, so the hooks have full addresses: they need no way out.
    await act(id, { did: 'press', digits: '1' });
    const after = await running.until(id, isEnd);
    const hook = after.findLast((event) => event.type === 'request' && event.hook === 'verb:hook');
    assert.ok(hook?.type === 'request', 'there is no hook');
    assert.equal(hook.url.replace(/[^/]*$/, ''), 'https://flows.example.com/red/_jambonz/results/signed-2/');
    assert.equal(
      after.find((event) => event.type === 'answer' && event.request === hook.id && event.status === 200)?.type,
      'answer',
    );
    assert.equal(
      after.some((event) => event.type === 'path' && event.request === hook.id && event.nodes.includes('signed-4')),
      true,
    );
    assert.deepEqual((await running.ask('phone/call', wish('menu-0', { signed: true }))).body, {
      ok: false,
      reason: 'phone-no-secret',
    });
  });

  it('calls no other host', async () => {
    const id = await dial('away-0');
    await running.until(id, isEnd);
    assert.deepEqual(asked, []);
  });

  describe('refuses', () => {
    const wishes: [string, Json, Json][] = [
      ['a node that is not there', wish('nobody'), { reason: 'node-not-deployed' }],
      ['no number', wish('menu-0', { from: '' }), { reason: 'phone-input', facts: { field: 'from' } }],
      [
        'a number over two lines',
        wish('menu-0', { to: '1\r\nX-Evil: 1' }),
        { reason: 'phone-input', facts: { field: 'to' } },
      ],
      [
        'a header over two lines',
        wish('menu-0', { headers: { 'X-A': '1\nX-B: 2' } }),
        { reason: 'phone-input', facts: { field: 'headers' } },
      ],
      [
        'a plan that is none',
        wish('menu-0', { legs: { '*': 'maybe' } }),
        { reason: 'phone-input', facts: { field: 'legs' } },
      ],
    ];
    for (const [what, input, expected] of wishes) {
      it(what, async () => {
        assert.deepEqual((await running.ask('phone/call', input)).body, { ok: false, ...expected });
      });
    }

    it('what cannot be done', async () => {
      const id = await dial('long-0');
      const deeds: [Json, string][] = [
        [{ did: 'sing' }, 'did'],
        [{ did: 'press', digits: 'hello' }, 'digits'],
        [{ did: 'say', text: '' }, 'text'],
        [{ did: 'reject', leg: 'x', status: 200 }, 'status'],
        [{ did: 'model' }, 'say'],
        [{ did: 'plan', legs: { a: { answer: -1 } } }, 'legs'],
      ];
      for (const [deed, field] of deeds) {
        assert.deepEqual(
          await act(id, deed),
          { ok: false, reason: 'phone-input', facts: { field } },
          JSON.stringify(deed),
        );
      }
      await act(id, { did: 'hangup' });
      await running.until(id, isEnd);
    });

    it('more than 20 calls at once', async () => {
      const ids: string[] = [];
      for (let count = 0; count < 20; count++) ids.push(await dial('long-0'));
      assert.deepEqual((await running.ask('phone/call', wish('long-0'))).body, {
        ok: false,
        reason: 'phone-busy',
        facts: { most: '20' },
      });
      for (const id of ids) await act(id, { did: 'hangup' });
      for (const id of ids) await running.until(id, isEnd);
    });

    const writing: [string, object][] = [
      ['phone/call', wish('menu-0')],
      ['phone/x/do', { did: 'hangup' }],
      ['phone/rest', { use: true }],
      ['phone/test/x', {}],
    ];
    for (const [path, body] of writing) {
      it(`whoever may only look: ${path}`, async () => {
        assert.equal((await running.ask(path, body, 'reader')).status, 401);
        assert.equal((await running.ask(path, body, 'nobody')).status, 401);
      });
    }
    it('whoever may not even look', async () => {
      assert.equal((await running.ask('phone', undefined, 'nobody')).status, 401);
    });
  });

  describe('answers REST nodes', () => {
    const post = async (path: string, body: Json = {}): Promise<Json> => {
      const answer = await fetch(running.red.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return (await answer.json()) as Json;
    };

    it('whose server is the simulator', async () => {
      const { callSid, status } = await post('/create');
      assert.equal(status, 201);
      await running.until(String(callSid), (event) => event.type === 'leg' && event.state === 'ringing');
      await act(String(callSid), { did: 'answer', leg: callSid });
      const events = await running.until(String(callSid), waitsFor(/digits/));
      assert.equal(
        events.some((event) => event.type === 'path'),
        true,
      );
      const { call } = await running.read(String(callSid));
      assert.deepEqual([call.direction, call.source, call.to], ['outbound', 'simulator', '15550002']);
      await act(String(callSid), { did: 'hangup' });
      await running.until(String(callSid), isEnd);
    });

    it('with the words of jambonz, for any server, while it is asked to', async () => {
      assert.match(String((await post('/get', { callSid: 'x' })).error), /fetch failed/);
      assert.deepEqual((await running.ask('phone/rest', { use: true })).body, { ok: true });
      assert.equal((await running.ask('phone')).body.rest, 'simulator');
      assert.deepEqual(await post('/get', { callSid: 'x' }), {
        payload: { callSid: 'x' },
        status: 400,
        error: 'Bad Request',
      });
      await running.ask('phone/rest', { use: false });
    });
  });
});

describe('the phone with other settings', function () {
  this.timeout(60_000);

  it('is not there when it is switched off', async () => {
    const { red, ask } = await start({ flow: flow(), settings: { jambonzSimulator: false } });
    try {
      assert.deepEqual((await ask('phone')).body, {
        ok: true,
        enabled: false,
        webhooks: [],
        clock: 'real',
        login: false,
        rest: 'jambonz',
      });
      const wish = { node: 'menu-0', from: '1', to: '2', signed: false, speed: 'real' };
      assert.deepEqual((await ask('phone/call', wish)).body, { ok: false, reason: 'phone-off' });
      assert.deepEqual((await ask('phone/rest', { use: true })).body, { ok: false, reason: 'phone-off' });
      assert.equal((await ask('calls')).body.simulator, false);
      // The REST nodes of a simulated server say so.
      const told = red.nextLine(/\[create-call:create-1\].*simulator/);
      fetch(`${red.url}/create`, { method: 'POST' }).catch(() => undefined);
      await told;
    } finally {
      await red.stop();
    }
  });

  it('needs no login where the webhooks ask others for one, says so, and lets nobody else in', async () => {
    const { red, ask, until } = await start({
      flow: flow(),
      settings: { httpNodeAuth: { user: 'caller', pass: HASH }, httpNodeRoot: '/red' },
    });
    try {
      assert.equal((await fetch(`${red.url}/menu`, { method: 'POST' })).status, 401);
      const { body: phone } = await ask('phone');
      assert.equal(phone.login, true);
      const wish = { node: 'menu-0', from: '1', to: '2', signed: false, speed: 'skip' };
      const { body } = await ask('phone/call', wish);
      const id = String(body.call);
      await until(id, waitsFor(/digits/));
      await ask(`phone/${id}/do`, { did: 'press', digits: '1' });
      const events = await until(id, isEnd);
      assert.deepEqual(saidTo(events), ['Welcome', 'You pressed 1']);
      assert.ok(
        events.some(({ type }) => type === 'path'),
        'the way of the messages is known',
      );
      assert.equal(JSON.stringify(events).includes('x-simulator-key'), false);
    } finally {
      await red.stop();
    }
  });

  it('keeps its own calls when real ones are not kept, and calls the hosts that are allowed', async () => {
    const other = createServer((_req, res) => {
      res.setHeader('content-type', 'application/json').end('[{"verb":"say","text":"elsewhere"}]');
    });
    await listening(other);
    const host = `127.0.0.1:${(other.address() as AddressInfo).port}`;
    const { red, ask, until } = await start({
      flow: flow(`http://${host}`),
      settings: {
        jambonzTrace: false,
        jambonzSimulator: { hosts: [host] },
        httpNodeRoot: '/nodes',
        httpAdminRoot: '/admin',
      },
    });
    try {
      const wish = { node: 'away-0', from: '1', to: '2', signed: false, speed: 'skip' };
      const { body } = await ask('phone/call', wish);
      const events = await until(String(body.call), isEnd);
      assert.deepEqual(saidTo(events), ['elsewhere']);
      assert.equal(
        events.some((event) => event.type === 'path' && event.nodes.includes('away-1')),
        true,
      );
    } finally {
      await red.stop();
      other.close();
    }
  });
});
