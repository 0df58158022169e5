import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { Node } from 'node-red';
import helper from 'node-red-node-test-helper';
import { palette } from '../support/palette';
import { asRecorded, keyFor, recordings, startRestServer, type RestServer, type Seen } from '../support/rest-server';

type Json = Record<string, unknown>;

interface Caught extends Json {
  error: { message: string; code?: string; cause?: Json };
}

helper.init(require.resolve('node-red'));

const TOKEN = 'tok-5ecret-456';
/** A real account of the recordings. */
const ACCOUNT = recordings.find(({ name }) => name === 'list calls')!.request.path.split('/')[3]!;

/** A node set of Node-RED itself. */
const core = (path: string): ((RED: unknown) => void) =>
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  require(`@node-red/nodes/core/${path}`) as (RED: unknown) => void;

interface Deployed {
  node: Node;
  /** Sends messages into the node and waits for as many results or failures. */
  pass: (...messages: Json[]) => Promise<void>;
  sent: Json[];
  caught: Caught[];
  completed: Json[];
  /** The texts of the node's status, as they came. */
  statuses: string[];
  logs: () => string;
}

/** Deploys a node, its server, a join node behind it when wanted, and a catch and a complete node for it. */
async function deploy(api: RestServer, config: Json, server: Json = {}, credentials: Json = {}): Promise<Deployed> {
  const { join, ...own } = config;
  const flow: Json[] = [
    { id: 'tab-id', type: 'tab', label: 'f', env: [{ name: 'ACCOUNT', value: 'account-of-tab', type: 'str' }] },
    { id: 'node-id', z: 'tab-id', server: 'srv', wires: [[join ? 'join-id' : 'out-id']], ...own },
    { id: 'out-id', z: 'tab-id', type: 'helper' },
    { id: 'catch-id', z: 'tab-id', type: 'catch', scope: ['node-id'], wires: [['caught-id']] },
    { id: 'caught-id', z: 'tab-id', type: 'helper' },
    { id: 'complete-id', z: 'tab-id', type: 'complete', scope: ['node-id'], wires: [['completed-id']] },
    { id: 'completed-id', z: 'tab-id', type: 'helper' },
    { id: 'srv', type: 'jambonz_auth', url: api.url, ...server },
  ];
  if (join) flow.push({ id: 'join-id', z: 'tab-id', type: 'join', mode: 'auto', wires: [['out-id']] });
  await helper.load(
    [
      ...palette(),
      core('common/25-catch.js'),
      core('common/24-complete.js'),
      core('sequence/17-split.js'),
    ] as Parameters<typeof helper.load>[0],
    flow as unknown as Parameters<typeof helper.load>[1],
    { srv: { accountSid: ACCOUNT, apiToken: TOKEN, ...credentials } },
  );
  const node = helper.getNode('node-id');
  const sent: Json[] = [];
  const caught: Caught[] = [];
  const completed: Json[] = [];
  const statuses: string[] = [];
  const settled = new EventEmitter();
  const collect = (id: string, into: Json[]): void => {
    helper.getNode(id).on('input', (msg) => {
      into.push(msg);
      settled.emit('message');
    });
  };
  collect('out-id', sent);
  collect('caught-id', caught);
  collect('completed-id', completed);
  const status = node.status.bind(node);
  node.status = (shown) => {
    statuses.push(typeof shown === 'string' ? shown : (shown.text ?? ''));
    status(shown);
  };
  const pass = async (...messages: Json[]): Promise<void> => {
    for (const msg of messages) node.receive(structuredClone(msg));
    while (caught.length + completed.length < messages.length) await once(settled, 'message');
  };
  const logs = (): string => JSON.stringify((helper.log() as { args: unknown[] }).args);
  return { node, pass, sent, caught, completed, statuses, logs };
}

/** Asserts that a value has these properties, among others. */
function holds(actual: unknown, expected: Json): void {
  for (const [name, value] of Object.entries(expected)) {
    const found = (Object(actual) as Json)[name];
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) holds(found, value as Json);
    else assert.deepEqual(found, value, name);
  }
}

/** Every node that asks jambonz, with fields that take their value from the message. */
const NODES: Record<string, Json> = {
  get_call: { callSid: 'id', callSidType: 'msg' },
  get_calls: { from: 'id', fromType: 'msg' },
  get_recent_calls: { trunk: 'id', trunkType: 'msg', page: 1, count: 25 },
  get_alerts: { days: 'id', daysType: 'msg', page: 1, count: 25 },
  'jambonz get conferences': {},
  'jambonz get queues': {},
  'jambonz get registered users': {},
  'jambonz get call count': {},
  'jambonz delete call': { callSid: 'id', callSidType: 'msg' },
};
const FROM_MESSAGE = { accountSidType: 'msg', apiTokenType: 'msg' };

describe('nodes that ask jambonz', () => {
  let api: RestServer | undefined;
  before(() => (helper.startServer as () => Promise<void>)());
  after(() => (helper.stopServer as () => Promise<void>)());
  afterEach(async () => {
    await helper.unload();
    await api?.stop();
    api = undefined;
  });

  describe('two hundred messages at once', () => {
    const COUNT = 200;
    for (const [type, fields] of Object.entries(NODES)) {
      it(`${type}: nobody gets another's answer`, async () => {
        const held: (() => void)[] = [];
        api = await startRestServer(async (asked) => {
          // All are under way before the first is answered, and the last is answered first.
          await new Promise<void>((resolve) => {
            held.push(resolve);
            if (held.length === COUNT) for (const release of held.reverse()) release();
          });
          const echo = { account: asked.path.split('/')[3], token: asked.headers.authorization };
          return { body: { data: echo, ...echo } };
        });
        const { pass, sent, caught } = await deploy(
          api,
          { type, ...fields },
          { ...FROM_MESSAGE, urlType: 'str' },
          { accountSid: 'account', apiToken: 'token' },
        );
        const messages = Array.from({ length: COUNT }, (_value, id) => ({
          id: String(id),
          account: `account-${id}`,
          token: `token-${id}`,
          payload: 'before',
        }));
        await pass(...messages);
        assert.deepEqual(caught, []);
        assert.equal(sent.length, COUNT);
        assert.equal(new Set(sent.map(({ id }) => id)).size, COUNT);
        for (const { id, account, token, payload, statusCode } of sent) {
          assert.deepEqual([account, token], [`account-${String(id)}`, `token-${String(id)}`]);
          if (type === 'jambonz delete call') assert.deepEqual([payload, statusCode], ['before', 200]);
          else holds(payload, { account, token: `Bearer ${String(token)}` });
        }
        const asked = api.seen.map((seen) => [seen.path, seen.headers.authorization, seen.rawQuery ?? ''].join());
        assert.equal(new Set(asked).size, COUNT);
        for (const { path, rawQuery = '', headers } of api.seen) {
          const [, id] = /account-(\d+)/.exec(path)!;
          assert.equal(headers.authorization, `Bearer token-${id}`);
          if (Object.values(fields).includes('id')) assert.match(`${path}?${rawQuery}`, new RegExp(`[/=]${id}\\b`));
        }
      });
    }
  });

  const failures: [string, Parameters<typeof startRestServer>[0], Json, RegExp, Json][] = [
    [
      'a refusal',
      { status: 403, body: { msg: 'insufficient permissions' } },
      { statusCode: 403, errorMessage: 'Forbidden' },
      /^get_calls "list": jambonz answered 403 Forbidden: insufficient permissions$/,
      {
        status: 403,
        statusText: 'Forbidden',
        message: 'insufficient permissions',
        body: { msg: 'insufficient permissions' },
      },
    ],
    [
      'a page of a proxy',
      { status: 502, headers: { 'content-type': 'text/html' }, rawBody: '<h1>nginx</h1>' },
      { statusCode: 502, errorMessage: 'Bad Gateway' },
      /^get_calls "list": jambonz answered 502 Bad Gateway$/,
      { status: 502, statusText: 'Bad Gateway', body: '<h1>nginx</h1>' },
    ],
    [
      'a lost connection',
      { destroy: true },
      { errorMessage: 'Error getting calls fetch failed' },
      /^get_calls "list": cannot reach jambonz at http:.*: socket hang up$/,
      {},
    ],
    [
      'a redirect',
      { status: 301, headers: { location: 'https://new.example/v1' } },
      { statusCode: 301, errorMessage: 'Moved Permanently' },
      /answered 301 and points to https:\/\/new.example\/v1; check the API address/,
      { status: 301, statusText: 'Moved Permanently', body: '' },
    ],
    [
      'an answer that is no JSON',
      { status: 200, headers: { 'content-type': 'text/html' }, rawBody: '<h1>Log in</h1>' },
      { errorMessage: `Error getting calls Unexpected token '<', "<h1>Log in</h1>" is not valid JSON` },
      /the answer of jambonz cannot be used: Unexpected token/,
      {},
    ],
  ];
  for (const [title, answer, properties, says, cause] of failures) {
    it(`sends the message on after ${title}, and raises an error that a catch node gets`, async () => {
      api = await startRestServer(answer);
      const { pass, sent, caught, completed, statuses, logs } = await deploy(api, { type: 'get_calls', name: 'list' });
      await pass({ payload: 'before', topic: 't' });
      assert.equal(sent.length, 1);
      const { _msgid, ...msg } = sent[0]!;
      assert.ok(_msgid);
      assert.deepEqual(msg, { payload: 'before', topic: 't', ...properties });
      assert.equal(caught.length, 1);
      assert.match(caught[0]!.error.message.replace(/^Error: /, ''), says);
      assert.deepEqual(caught[0]!.error.cause, cause);
      assert.deepEqual(completed, []);
      assert.deepEqual(statuses, ['1 under way', 'common.status.failed']);
      assert.ok(!logs().includes(TOKEN));
    });
  }

  const unset: [string, Json, Json, RegExp][] = [
    ['no address', { url: '' }, {}, /^get_calls: the jambonz server has no API address$/],
    ['no account', {}, { accountSid: '' }, /has no account SID$/],
    ['no key', {}, { apiToken: ' ' }, /has no API key$/],
    ['an unset variable', { apiTokenType: 'env' }, { apiToken: 'NOT_SET_ANYWHERE' }, /has no API key$/],
  ];
  for (const [title, server, credentials, says] of unset) {
    it(`asks nobody with ${title}, and names the setting only`, async () => {
      api = await startRestServer({ body: [] });
      const { pass, sent, caught, logs } = await deploy(api, { type: 'get_calls' }, server, credentials);
      await pass({ payload: 'before' });
      assert.equal(sent[0]?.payload, 'before');
      assert.match(caught[0]!.error.message.replace(/^Error: /, ''), says);
      assert.deepEqual(api.seen, []);
      assert.ok(!logs().includes(TOKEN));
    });
  }

  for (const [title, server] of [
    ['no server', ''],
    ['a server that was deleted', 'gone'],
    ['a node in the place of its server', 'out-id'],
  ]) {
    it(`stops a message with ${title}`, async () => {
      api = await startRestServer({ body: [] });
      const { pass, sent, caught } = await deploy(api, { type: 'get_calls', server });
      await pass({});
      assert.deepEqual(sent, []);
      assert.match(caught[0]!.error.message, /get_calls: no jambonz server is chosen, or the chosen one was deleted$/);
    });
  }

  it('finds settings where the asking node is, and the address of older releases', async () => {
    api = await startRestServer({ body: [] });
    const { pass } = await deploy(
      api,
      { type: 'get_calls' },
      { url: undefined, accountSidType: 'env', apiTokenType: 'flow' },
      { url: `${api.url}/api/`, accountSid: 'ACCOUNT', apiToken: 'key' },
    );
    helper.getNode('node-id').context().flow.set('key', 'key-of-flow');
    await pass({});
    const { path, headers } = api.seen[0]!;
    assert.deepEqual([path, headers.authorization], ['/api/v1/Accounts/account-of-tab/Calls', 'Bearer key-of-flow']);
  });

  for (const [title, server, requests] of [
    ['once', {}, 1],
    ['again', { retries: '2' }, 3],
  ] as const) {
    it(`asks ${title} when the server's settings say so`, async () => {
      api = await startRestServer({ status: 503, headers: { 'retry-after': '0' } });
      const { pass, sent } = await deploy(api, { type: 'get_calls' }, server);
      await pass({});
      assert.equal(sent[0]?.statusCode, 503);
      assert.equal(api.seen.length, requests);
    });
  }

  it("gives up after the seconds that the server's settings say", async () => {
    api = await startRestServer({ delayMs: 60_000 });
    const { pass, caught } = await deploy(api, { type: 'get_calls' }, { timeout: '0.05' });
    await pass({});
    assert.match(caught[0]!.error.message, /did not answer within 0.05 seconds$/);
  });

  it('shows how many requests are under way, and what was left out', async () => {
    const held: (() => void)[] = [];
    api = await startRestServer(() => new Promise((resolve) => held.push(() => resolve({ body: { data: [] } }))));
    const { node, pass, statuses, logs } = await deploy(api, { type: 'get_alerts', days: 'x', daysType: 'num' });
    const passed = pass({}, {});
    await api.arrived(2);
    for (const release of held) release();
    await passed;
    assert.deepEqual(statuses, ['1 under way', '2 under way', '1 under way', 'common.status.left-out']);
    assert.match(logs(), /get_alerts: days must be a number; \\"x\\" was left out/);
    assert.equal(node.type, 'get_alerts');
  });

  for (const [title, answer] of [
    ['a request', { delayMs: 60_000 }],
    ['a pause before another attempt', { status: 503, headers: { 'retry-after': '10' } }],
  ] as const) {
    it(`ends ${title} when the node is removed, and says so once`, async () => {
      api = await startRestServer(answer);
      const { node, sent, caught, statuses } = await deploy(api, { type: 'get_calls' }, { retries: 1 });
      node.receive({});
      await api.arrived(1);
      const told = once(helper.getNode('caught-id'), 'input');
      await node.close(true);
      await told;
      assert.equal(caught.length, 1);
      assert.match(caught[0]!.error.message, /get_calls: the request was stopped, because the node was changed/);
      assert.deepEqual(sent, []);
      assert.deepEqual(statuses, ['1 under way']);
      assert.equal(api.seen.length, 1);
    });
  }

  describe('lists of several pages', () => {
    const CALLS = Array.from({ length: 60 }, (_value, index) => ({ call_sid: `c${index + 1}` }));

    /** Pages as jambonz hands them out; the numbers as text. */
    const paged = ({ query = {}, path }: Seen) => {
      if (path.endsWith('/Calls')) return { body: CALLS };
      const [page, count] = [Number(query.page), Number(query.count)];
      const data = CALLS.slice((page - 1) * count, page * count);
      return { body: { total: CALLS.length, page_size: query.count, page: query.page, data } };
    };
    const pages = (msgs: Json[]): unknown[] =>
      msgs.map(({ payload, page, total, page_size, parts }) => {
        const { index, count } = (parts ?? {}) as Json;
        return [(payload as unknown[]).length, page, page_size, total, index, count];
      });
    const sids = (msg: Json | undefined): unknown => (msg?.payload as Json[]).map(({ call_sid }) => call_sid);
    const ALL = CALLS.map(({ call_sid }) => call_sid);

    for (const type of ['get_recent_calls', 'get_alerts']) {
      const start = { type, page: 1, pageType: 'num', count: 25, countType: 'num', days: 7, daysType: 'num' };

      it(`${type} sends one page, as ever`, async () => {
        api = await startRestServer(paged);
        const { pass, sent } = await deploy(api, { ...start, page: '2' });
        await pass({});
        assert.deepEqual(pages(sent), [[25, '2', '25', 60, undefined, undefined]]);
        assert.equal(api.seen[0]?.rawQuery, 'page=2&count=25&days=7');
      });

      it(`${type} sends a message for each page`, async () => {
        api = await startRestServer(paged);
        const { pass, sent } = await deploy(api, { ...start, pages: 'each' });
        await pass({ topic: 't' });
        assert.deepEqual(pages(sent), [
          [25, '1', '25', 60, 0, 3],
          [25, '2', '25', 60, 1, 3],
          [10, '3', '25', 60, 2, 3],
        ]);
        assert.ok(sent.every(({ topic }) => topic === 't'));
        assert.deepEqual(
          api.seen.map(({ rawQuery }) => rawQuery),
          ['page=1&count=25&days=7', 'page=2&count=25&days=7', 'page=3&count=25&days=7'],
        );
      });

      for (const count of [25, 1]) {
        it(`${type} sends pages of ${count} that a join node puts together`, async () => {
          api = await startRestServer(paged);
          const { pass, sent } = await deploy(api, { ...start, count, pages: 'each', join: true });
          await pass({});
          if (sent.length === 0) await once(helper.getNode('out-id'), 'input');
          assert.deepEqual(sids(sent[0]), ALL);
        });
      }

      it(`${type} sends all pages in one list`, async () => {
        api = await startRestServer(paged);
        const { pass, sent } = await deploy(api, { ...start, pages: 'all' });
        await pass({});
        assert.deepEqual(sids(sent[0]), ALL);
        assert.equal(sent.length, 1);
        assert.equal(sent[0]?.total, 60);
      });

      it(`${type} begins with the wanted page and stops at the limit`, async () => {
        api = await startRestServer(paged);
        const more = { page: 2, count: 10, pages: 'all', limit: 'most', limitType: 'msg' };
        const { pass, sent } = await deploy(api, { ...start, ...more });
        await pass({ most: 15 });
        assert.deepEqual(sids(sent[0]), ALL.slice(10, 25));
        assert.equal(api.seen.length, 2);
      });

      it(`${type} sends one message when there is nothing`, async () => {
        api = await startRestServer({ body: { total: 0, page_size: '25', page: '1', data: [] } });
        const { pass, sent } = await deploy(api, { ...start, pages: 'each' });
        await pass({});
        assert.deepEqual(pages(sent), [[0, '1', '25', 0, 0, 1]]);
      });

      it(`${type} sends none when a later page fails, and says why`, async () => {
        api = await startRestServer([paged({ query: { page: '1', count: '25' }, path: '' } as never), { status: 500 }]);
        const { pass, sent, caught } = await deploy(api, { ...start, pages: 'each' });
        await pass({ payload: 'before' });
        assert.deepEqual(
          sent.map(({ payload, statusCode }) => [payload, statusCode]),
          [['before', 500]],
        );
        assert.equal(caught.length, 1);
      });

      it(`${type} does not read for ever from a server that knows no pages`, async () => {
        api = await startRestServer({ body: { data: CALLS } });
        const { pass, sent } = await deploy(api, { ...start, count: 60, pages: 'all', limit: 150 });
        await pass({});
        assert.equal((sent[0]?.payload as unknown[]).length, 150);
        assert.equal(api.seen.length, 3);
      });
    }

    for (const [title, fields, expected] of [
      ['the whole list, as ever', {}, [[60, undefined, undefined, undefined, undefined, undefined]]],
      ['the first of a list', { limit: 7 }, [[7, undefined, undefined, undefined, undefined, undefined]]],
      [
        'a list in several messages',
        { pages: 'each', count: 40 },
        [
          [40, 1, 40, 60, 0, 2],
          [20, 2, 40, 60, 1, 2],
        ],
      ],
    ] as const) {
      it(`get_calls sends ${title}`, async () => {
        api = await startRestServer(paged);
        const { pass, sent } = await deploy(api, { type: 'get_calls', ...fields });
        await pass({});
        assert.deepEqual(pages(sent), expected);
        assert.equal(api.seen.length, 1);
      });
    }
  });

  describe('with the real API server, as recorded', () => {
    const KNOWN = 'aaaaaaaa-0000-4000-8000-000000000001';
    const ENDED = 'aaaaaaaa-0000-4000-8000-000000000002';
    const table: [string, Json, Json][] = [
      ['jambonz get conferences', {}, { payload: [] }],
      ['jambonz get queues', {}, { payload: [] }],
      ['jambonz get registered users', {}, { payload: [] }],
      ['jambonz get call count', {}, { payload: { inbound: 0, outbound: 0 } }],
      ['jambonz delete call', { callSid: ENDED }, { payload: 'before', statusCode: 204 }],
      ['jambonz delete call', { callSid: KNOWN }, { payload: 'before', statusCode: 599 }],
      ['get_call', { callSid: KNOWN }, { payload: { call_sid: KNOWN, call_status: 'in-progress' } }],
      [
        'get_call',
        { callSid: 'bbbbbbbb-0000-4000-8000-000000000001' },
        { payload: 'before', statusCode: 404, errorMessage: 'Not Found' },
      ],
      ['get_call', { callSid: 'abc' }, { payload: 'before', statusCode: 400, errorMessage: 'Bad Request' }],
      ['get_calls', { from: '999', fromType: 'str' }, { payload: [] }],
      ['get_recent_calls', { page: 1, count: 25, days: 7 }, { total: 4, page_size: '25', page: '1' }],
      ['get_recent_calls', { page: 1, count: 501 }, { statusCode: 400, errorMessage: 'Bad Request' }],
      ['get_alerts', { page: 1, count: 25, days: 7 }, { total: 4, page_size: '25', page: '1' }],
    ];
    for (const [type, fields, expected] of table) {
      it(`${type} ${JSON.stringify(fields)}`, async () => {
        api = await startRestServer(asRecorded());
        const { pass, sent } = await deploy(api, { type, ...fields }, {}, { apiToken: keyFor('acct') });
        await pass({ payload: 'before' });
        holds(sent[0], expected);
      });
    }
  });
});
