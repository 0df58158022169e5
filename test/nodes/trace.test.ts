import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AnswerEvent, CallEvent, CallSummary, PathEvent } from '../../src/simulator/events';
import { askAdmin, type Json, type Told } from '../support/admin';
import { startNodeRed, type FlowNode, type NodeRed } from '../support/node-red';

type User = 'writer' | 'reader' | 'nobody';

const ADMIN_AUTH = `{ type: 'credentials', users: [], tokens: async (token) => ({
  writer: { username: 'w', permissions: '*' },
  reader: { username: 'r', permissions: 'read' },
})[token] ?? null }`;

const sessionNew = JSON.parse(readFileSync(join(__dirname, '../data/session-new.json'), 'utf8')) as Json;
const SECRET = 'wh-secret';

/** A row of nodes, `<id>-0` and so on; each leads to the next one unless it says where. */
function row(id: string, parts: Partial<FlowNode>[]): FlowNode[] {
  return parts.map((part, index): FlowNode => {
    const next = index + 1 < parts.length ? [[`${id}-${index + 1}`]] : [];
    return { wires: next, ...part, id: `${id}-${index}`, z: 'tab' } as FlowNode;
  });
}

const say = { type: 'say', text: 'Hello', loop: 1, vendor: 'default' };
const out = { type: 'webhook out' };
const webhook = (url: string, more: Json = {}): Partial<FlowNode> => ({
  type: 'webhook in',
  url,
  method: 'post',
  ...more,
});
const code = (func: string): Partial<FlowNode> => ({ type: 'function', func, outputs: 1 });

const flow: FlowNode[] = [
  { id: 'tab', type: 'tab', label: 'calls' },
  {
    id: 'srv',
    type: 'jambonz_auth',
    name: 'server',
    url: 'http://127.0.0.1:1',
    urlType: 'str',
    accountSidType: 'str',
    apiTokenType: 'str',
  },
  ...row('menu', [webhook('/menu'), say, { type: 'gather', actionhook: '/digit', dtmfinput: true, numdigits: 1 }, out]),
  ...row('digit', [webhook('/digit'), { type: 'hangup' }, out]),
  ...row('status', [webhook('/status'), out]),
  ...row('core', [
    webhook('/core'),
    code('msg.payload = [{ verb: "answer" }, { verb: "say", text: "hi" }]; return msg;'),
    { type: 'http response' },
  ]),
  ...row('push', [webhook('/push'), say, code('msg.jambonz.push({ verb: "hangup" }); return msg;'), out]),
  ...row('self', [webhook('/self'), code('msg.res.status(200).json([{ verb: "hangup" }]);')]),
  ...row('fails', [webhook('/fails'), { type: 'say', text: 'Hello {{name', loop: 1, vendor: 'default' }, out]),
  ...row('grumbles', [webhook('/grumbles'), code('node.error("not so good", msg); return msg;'), say, out]),
  ...row('secret', [
    webhook('/secret'),
    code(`msg.jambonz = [{ verb: 'listen', url: 'wss://bot:hush-url@example.com/a?token=hush-query',
      wsAuth: { username: 'u', password: 'hush-ws' } },
      { verb: 'llm', vendor: 'openai', auth: { apiKey: 'hush-key' }, llmOptions: {} }]; return msg;`),
    out,
  ]),
  ...row('signed', [webhook('/signed', { signed: true, server: 'srv' }), say, out]),
  ...row('auth', [webhook('/auth'), code('msg.authResponse = { status: "ok" }; return msg;'), out]),
  ...row('branch', [
    webhook('/branch'),
    { ...say, wires: [['branch-2', 'branch-3']] },
    { type: 'debug', active: false, wires: [] },
    { type: 'pause', len: '1', lenType: 'num' },
    out,
  ]),
  ...row('ports', [
    webhook('/ports'),
    {
      type: 'gather',
      results: 'ports',
      ports: ['next', 'digits', 'noinput'],
      dtmfinput: true,
      wires: [['ports-2'], ['ports-3'], []],
    },
    { ...out, wires: [] },
    say,
    out,
  ]),
  {
    id: 'sub',
    type: 'subflow',
    name: 'sub',
    in: [{ x: 0, y: 0, wires: [{ id: 'sub-say' }] }],
    out: [{ x: 0, y: 0, wires: [{ id: 'sub-say', port: 0 }] }],
  },
  { ...say, id: 'sub-say', z: 'sub', wires: [] },
  ...row('inside', [webhook('/inside'), { type: 'subflow:sub' }, out]),
];

describe('the trace of calls', function () {
  this.timeout(60_000);
  let red: NodeRed;

  before(async () => {
    red = await startNodeRed({
      flow,
      credentials: { srv: { accountSid: 'a', apiToken: 't', webhookSecret: SECRET } },
      settingsSource: `{ adminAuth: ${ADMIN_AUTH} }`,
    });
  });
  after(() => red.stop());

  const ask = (path: string, body?: object, user?: User): Promise<Told> => askAdmin(red, path, body, user);

  /** What jambonz sends for a new call, and for what follows. */
  const first = (id: string, more: Json = {}): Json => ({ ...sessionNew, call_sid: id, ...more });
  const later = (id: string, more: Json = {}): Json => ({
    call_sid: id,
    direction: 'inbound',
    from: '+15551230001',
    to: '+15551230002',
    call_id: 'sip-call-id',
    sip_status: 200,
    sip_reason: 'OK',
    call_status: 'in-progress',
    ...more,
  });
  const send = async (path: string, body: Json, headers: Record<string, string> = {}): Promise<Response> => {
    const response = await fetch(`${red.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'jambonz', ...headers },
      body: JSON.stringify(body),
    });
    await response.clone().arrayBuffer();
    return response;
  };
  const read = async (id: string, query = ''): Promise<{ call: CallSummary; events: CallEvent[] }> => {
    const { body } = await ask(`calls/${encodeURIComponent(id)}${query}`);
    assert.equal(body.ok, true, JSON.stringify(body));
    return body as unknown as { call: CallSummary; events: CallEvent[] };
  };
  const pathOf = async (url: string, id = randomUUID()): Promise<PathEvent> => {
    await send(url, first(id));
    const { events } = await read(id);
    const path = events.findLast((event) => event.type === 'path');
    assert.ok(path, JSON.stringify(events));
    return path;
  };
  const answerOf = async (url: string, id = randomUUID(), body = first(id)): Promise<AnswerEvent> => {
    await send(url, body);
    const answer = (await read(id)).events.find((event) => event.type === 'answer');
    assert.ok(answer, 'there is no answer');
    return answer;
  };

  it('has a call from its first request to its end', async () => {
    const id = randomUUID();
    await send('/menu', first(id));
    await send('/status', later(id));
    const before = await read(id);
    assert.equal(before.call.over, false);
    await send('/digit', later(id, { digits: '1', reason: 'dtmfDetected' }));
    await send('/status', later(id, { call_status: 'completed', duration: 7, call_termination_by: 'jambonz' }));

    const { call, events } = await read(id);
    const { seq, started, ...summary } = call;
    assert.deepEqual(summary, {
      id,
      source: 'jambonz',
      direction: 'inbound',
      from: '+15551230001',
      to: '+15551230002',
      status: 'completed',
      duration: 7,
      over: true,
    });
    assert.ok(Math.abs(started - Date.now()) < 60_000, 'started just now');
    assert.equal(seq, Math.max(...events.map((event) => event.seq)));
    assert.deepEqual(
      events
        .filter(({ type }) => type !== 'path')
        .map((event) => [
          event.type,
          event.type === 'request' ? `${event.id} ${event.hook} ${new URL(event.url).pathname}` : '',
        ]),
      [
        ['request', '1 session:new /menu'],
        ['answer', ''],
        ['request', '2 call:status /status'],
        ['answer', ''],
        ['request', '3 verb:hook /digit'],
        ['answer', ''],
        ['request', '4 call:status /status'],
        ['answer', ''],
        ['end', ''],
      ],
    );
    const [request, answer] = events;
    assert.deepEqual(request?.type === 'request' && request.body, first(id));
    assert.ok(answer?.type === 'answer' && answer.status === 200 && answer.took >= 0, JSON.stringify(answer));
    assert.deepEqual(
      (answer.body as Json[]).map(({ verb }) => verb),
      ['say', 'gather'],
    );
    const end = events.findLast((event) => event.type === 'end');
    assert.equal(end?.by, 'jambonz');
    assert.equal(end.status, 200);
    assert.deepEqual(
      end.because.map(({ what }) => what),
      ['flow-hangup', 'jambonz-hung-up'],
    );

    const news = await read(id, `?after=${before.call.seq}`);
    assert.deepEqual(
      news.events,
      events.filter((event) => event.seq > before.call.seq),
    );
  });

  it('has the legs of a dial with the call that dials', async () => {
    const [id, leg] = [randomUUID(), randomUUID()];
    await send('/menu', first(id));
    await send('/status', later(leg, { parent_call_sid: id, call_status: 'ringing', to: '+4930123' }));
    const { call, events } = await read(id);
    assert.equal(call.status, 'trying');
    const request = events.findLast((event) => event.type === 'request');
    assert.equal(request?.leg, leg);
    const { body } = await ask('calls?q=4930123');
    assert.deepEqual(
      (body.calls as CallSummary[]).map((one) => one.id),
      [id],
    );
  });

  describe('says which nodes the message passed and which made each verb', () => {
    const paths: [string, string, string[], (string | null)[]][] = [
      ['verb nodes', 'menu', ['menu-0', 'menu-1', 'menu-2', 'menu-3'], ['menu-1', 'menu-2']],
      ['a function before http response', 'core', ['core-0', 'core-1', 'core-2'], ['core-1', 'core-1']],
      [
        'a function that adds to the list that is there',
        'push',
        ['push-0', 'push-1', 'push-2', 'push-3'],
        ['push-1', 'push-2'],
      ],
      ['a function that answers itself', 'self', ['self-0', 'self-1'], [null]],
      [
        'a copy of the message',
        'branch',
        ['branch-0', 'branch-1', 'branch-2', 'branch-3', 'branch-4'],
        ['branch-1', 'branch-3'],
      ],
      ['a subflow', 'inside', ['inside-0', 'inside-1', 'sub-say', 'inside-2'], ['sub-say']],
    ];
    for (const [what, url, nodes, verbs] of paths) {
      it(what, async () => {
        const path = await pathOf(`/${url}`);
        assert.deepEqual(path.nodes, nodes);
        assert.deepEqual(path.verbs, verbs);
        assert.equal(path.errors, undefined);
      });
    }

    it('a result port', async () => {
      const id = randomUUID();
      const [gather] = (await (await send('/ports', first(id))).json()) as Json[];
      await send(String(gather?.actionHook), later(id, { digits: '1', reason: 'dtmfDetected' }));
      const { events } = await read(id);
      const request = events.findLast((event) => event.type === 'request');
      assert.equal(request?.property, 'actionHook');
      const path = events.findLast((event) => event.type === 'path');
      assert.deepEqual(path?.nodes, ['ports-1', 'ports-3', 'ports-4']);
      assert.deepEqual(path.verbs, ['ports-3']);

      // A port that leads nowhere is answered for the flow.
      await send(String(gather?.actionHook), later(id, { reason: 'timeout' }));
      const answer = (await read(id)).events.findLast((event) => event.type === 'answer');
      assert.deepEqual(answer?.body, []);
    });
  });

  it('says what a node on the way complained about', async () => {
    const failed = await pathOf('/fails');
    assert.deepEqual(
      failed.errors?.map(({ node }) => node),
      ['fails-1', 'fails-0'],
    );
    const grumbled = await pathOf('/grumbles');
    assert.deepEqual(grumbled.errors, [{ node: 'grumbles-1', text: 'not so good' }]);
    assert.deepEqual(grumbled.nodes, ['grumbles-0', 'grumbles-1', 'grumbles-2', 'grumbles-3']);
  });

  it('ends a call whose first request got no verbs', async () => {
    const id = randomUUID();
    await send('/status', first(id));
    const { call, events } = await read(id);
    assert.equal(call.over, true);
    const end = events.findLast((event) => event.type === 'end');
    assert.deepEqual([end?.by, end?.status], ['jambonz', 480]);
  });

  it('leaves registrations, and what belongs to no call, alone', async () => {
    const { body: before } = await ask('calls');
    const auth = { method: 'REGISTER', username: 'joe', realm: 'x', response: 'abc', call_sid: 'reg-1' };
    assert.equal((await send('/auth', auth)).status, 200);
    await send('/menu', { hello: 'world' });
    assert.deepEqual((await ask('calls')).body.calls, before.calls);
  });

  it('keeps no secret', async () => {
    const id = randomUUID();
    const sip = sessionNew.sip as { headers: object; raw: string; body: string };
    const raw = [
      'INVITE sip:1@h SIP/2.0',
      'AUTHORIZATION: Digest username="joe", response="hush-raw"',
      'Proxy-Authorization: Digest username="joe",',
      ' response="hush-folded"',
      'X-Api-Key: hush-x',
      'To: <sip:1@h>',
      '',
      '',
    ].join('\r\n');
    await send(
      '/secret?token=hush-in-url',
      first(id, {
        sip: {
          ...sip,
          headers: { ...sip.headers, authorization: 'Digest hush-header', 'proxy-authorization': 'Digest hush-proxy' },
          raw,
          body: `${sip.body}a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:hush-media\r\n`,
        },
        customerData: { apiKey: 'hush-data', pin: 1234, password: 4711 },
      }),
      { authorization: 'Basic aHVzaC1iYXNpYw==', 'jambonz-signature': 't=1,v1=hush' },
    );
    const { body } = await ask(`calls/${id}?reveal=1`);
    const told = JSON.stringify(body);
    assert.equal(told.includes('hush'), false, told);
    assert.equal(told.includes('aHVzaC1iYXNpYw'), false);
    assert.equal(told.includes('4711'), false);
    assert.match(told, /"pin":1234/);
    assert.match(told, /wss:\/\/bot:\*\*\*@example\.com/);
    assert.match(told, /To: <sip:1@h>/);
    assert.match(told, /AUTHORIZATION: \*\*\*/);
  });

  it('tells typed digits only to those who may change flows', async () => {
    const id = randomUUID();
    await send('/digit', later(id, { digits: '4711', reason: 'dtmfDetected' }));
    const told = async (query: string, user: User): Promise<unknown> => {
      const { status, body } = await ask(`calls/${id}${query}`, undefined, user);
      const events = body.events as CallEvent[] | undefined;
      const request = events?.find((event) => event.type === 'request');
      return request ? (request.body as Json).digits : status;
    };
    assert.equal(await told('', 'reader'), '••••');
    assert.equal(await told('', 'writer'), '••••');
    assert.equal(await told('?reveal=1', 'reader'), 401);
    assert.equal(await told('?reveal=1', 'writer'), '4711');
    assert.equal(await told('', 'nobody'), 401);

    const exported = async (query: string, user: User): Promise<string> =>
      JSON.stringify((await ask(`calls/${id}/export${query}`, undefined, user)).body);
    assert.equal((await exported('', 'reader')).includes('4711'), false);
    assert.equal((await exported('?reveal=1', 'reader')).includes('4711'), false);
    assert.equal((await exported('?reveal=1', 'writer')).includes('4711'), true);
  });

  it('exports a call and reads it again', async () => {
    const id = randomUUID();
    await send('/menu', first(id));
    const { body: answer } = await ask(`calls/${id}/export`);
    const file = answer.file as Json;
    assert.deepEqual([file.format, file.version], ['jambonz-calls', 1]);
    const { body } = await ask('calls/import', { file });
    const [copy] = body.calls as string[];
    assert.ok(copy && copy !== id, 'another id than the call that is there');
    const { call, events } = await read(copy);
    assert.equal(call.source, 'import');
    assert.deepEqual(
      events.map(({ type }) => type),
      (await read(id)).events.map(({ type }) => type),
    );

    const calls = file.calls as Json[];
    const refused: [string, unknown, Json][] = [
      ['text', 'hello', { reason: 'file-format' }],
      ['another format', { ...file, format: 'jambonz-call' }, { reason: 'file-format' }],
      ['a later version', { ...file, version: 2 }, { reason: 'file-version', facts: { version: '2', known: '1' } }],
      ['no calls', { ...file, calls: [] }, { reason: 'file-format' }],
      [
        'a call without an id',
        { ...file, calls: [{ ...calls[0], id: 7 }] },
        { reason: 'file-call', facts: { call: '1', field: 'id' } },
      ],
      [
        'an event of another kind',
        { ...file, calls: [{ ...calls[0], events: [{ type: 'constructor', at: 1 }] }] },
        { reason: 'file-event', facts: { call: '1', event: '1', field: 'type' } },
      ],
      [
        'too many calls',
        { ...file, calls: Array(101).fill(calls[0]) },
        { reason: 'file-many', facts: { count: '101', most: '100' } },
      ],
    ];
    for (const [what, damaged, expected] of refused) {
      const { body: refusal } = await ask('calls/import', { file: damaged });
      assert.deepEqual(refusal, { ok: false, ...expected }, what);
    }
    assert.equal((await ask('calls/import', { file }, 'reader')).status, 401);
  });

  it('finds calls by number and id', async () => {
    const id = randomUUID();
    await send('/menu', first(id, { from: '+44 20 7946 0018' }));
    for (const q of ['44207946', '+44 (20) 7946', id, id.slice(3, 20).toUpperCase()]) {
      const { body } = await ask(`calls?q=${encodeURIComponent(q)}`);
      assert.deepEqual(
        (body.calls as CallSummary[]).map((call) => call.id),
        [id],
        q,
      );
    }
    assert.deepEqual((await ask('calls?q=nothing-like-it')).body.calls, []);
    assert.equal((await ask('calls', undefined, 'nobody')).status, 401);
  });

  it('shows requests that were refused because of their signature, but they push nothing out', async () => {
    const id = randomUUID();
    const body = JSON.stringify(first(id));
    const time = Math.floor(Date.now() / 1000);
    const sign = (secret: string): Record<string, string> => ({
      'jambonz-signature': `t=${time},v1=${createHmac('sha256', secret).update(`${time}.${body}`).digest('hex')}`,
    });
    await send('/signed', JSON.parse(body) as Json, sign(SECRET));
    assert.equal((await answerOf('/signed')).status, 401);
    for (let count = 0; count < 30; count++) await send('/signed', first(`made-up-${count}`));
    const { body: list } = await ask('calls?q=made-up');
    assert.equal((list.calls as unknown[]).length, 10);
    assert.equal((await read(id)).call.id, id);
  });

  it('keeps the last 100 calls, and clears them', async () => {
    const ids = Array.from({ length: 120 }, () => randomUUID());
    for (const id of ids) await send('/self', first(id));
    const { calls } = (await ask('calls')).body as { calls: CallSummary[] };
    assert.equal(calls.length, 100);
    assert.deepEqual(new Set(calls.map(({ id }) => id)), new Set(ids.slice(-100)));
    assert.equal((await ask(`calls/${ids[0]!}`)).body.reason, 'call-unknown');

    assert.equal((await ask('calls/clear', {}, 'reader')).status, 401);
    assert.deepEqual((await ask('calls/clear', {})).body, { ok: true });
    assert.deepEqual((await ask('calls')).body.calls, []);
  });
});

describe('the trace of calls when it is off', function () {
  this.timeout(60_000);
  let red: NodeRed;
  before(async () => {
    red = await startNodeRed({ flow, settings: { jambonzTrace: false } });
  });
  after(() => red.stop());

  it('keeps nothing, and says so', async () => {
    const answer = await fetch(`${red.url}/self`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(sessionNew),
    });
    assert.equal(answer.status, 200);
    const list = (await (await fetch(`${red.adminUrl}/_jambonz/calls`)).json()) as Json;
    assert.deepEqual([list.trace, list.calls], [false, []]);
  });
});
