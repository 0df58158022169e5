import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { ApiError, JambonzApi, apiRoot, path, type ApiAnswer, type ApiSettings } from '../../src/jambonz-api';
import { describe as sentence, type Problem } from '../../src/problem';
import { asRecorded, keyFor, recordings, startRestServer, type Answer, type RestServer } from '../support/rest-server';
import { translate } from '../support/translate';

const TOKEN = 'tok-5ecret';
const LIST = 'Accounts/a/Calls';
const PAST = 'Mon, 01 Jan 2024 00:00:00 GMT';

const client = (server: RestServer, more: Partial<ApiSettings> = {}, signal?: AbortSignal): JambonzApi =>
  new JambonzApi({ baseUrl: server.url, accountSid: 'a', token: TOKEN, ...more }, signal);

async function failureOf(answer: Promise<unknown>): Promise<ApiError> {
  const outcome: unknown = await answer.then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(outcome instanceof ApiError, `no failure but ${inspect(outcome)}`);
  return outcome;
}

/** What a user reads in the log. */
const logged = (error: ApiError): string => sentence((key, facts) => translate(key, facts), { type: 'node' }, error);

describe('the client of the REST API', () => {
  describe('with the real API server, as recorded', () => {
    let server: RestServer;
    before(async () => {
      server = await startRestServer(asRecorded());
    });
    after(() => server.stop());

    /** Requests that this client cannot make: without a key or /v1, PATCH, and a body that is not JSON. */
    const impossible = new Set([
      'no token',
      'base without v1',
      'createCall bad JSON',
      'updateCall PATCH',
      'GET /health',
    ]);

    const ask = (api: JambonzApi, method: string, target: string, body: unknown): Promise<ApiAnswer> => {
      const [below = '', query = ''] = target.replace('/v1/', '').split('?');
      if (method === 'GET') return api.get(below, Object.fromEntries(new URLSearchParams(query)));
      if (method === 'DELETE') return api.delete(below);
      const sent = body === '' ? undefined : body;
      return method === 'PUT' ? api.put(below, sent) : api.post(below, sent);
    };

    for (const { name, request, response } of recordings) {
      const { method, as, body } = request;
      if (impossible.has(name)) continue;
      it(`${name}: ${response.status}`, async () => {
        const api = client(server, { token: keyFor(as ?? '') });
        const asked = ask(api, method, request.path, body);
        if (response.status < 300) {
          const { status, data } = await asked;
          assert.deepEqual({ status, data }, { status: response.status, data: response.body });
          return;
        }
        const { status, data, serverMessage } = await failureOf(asked);
        assert.deepEqual({ status, data }, { status: response.status, data: response.body });
        const { msg } = Object(response.body) as { msg?: string };
        const isText = typeof response.body === 'string' && !response.body.startsWith('<') && response.body !== '';
        assert.equal(serverMessage, msg ?? (isText ? response.body : undefined));
      });
    }

    it('leaves out only what it cannot ask', () => {
      const known = recordings.map(({ name }) => name);
      assert.deepEqual(
        [...impossible].filter((name) => !known.includes(name)),
        [],
      );
      assert.equal(recordings.length, 190);
    });
  });

  const failing: Record<string, { answer: Answer; says: RegExp; timeoutMs?: number; status?: number }> = {
    'a reset': { answer: { destroy: true }, says: /cannot reach jambonz at http:\/\/127.0.0.1:\d+: socket hang up/ },
    'a body that breaks off': { answer: { body: [1, 2, 3], destroyInBody: true }, says: /cannot reach jambonz at/ },
    'no answer in time': { answer: { delayMs: 5000 }, timeoutMs: 60, says: /did not answer within 0.06 seconds/ },
    'a body that never ends': { answer: { body: [1, 2], stall: true }, timeoutMs: 60, says: /did not answer within/ },
    'too large an answer': { answer: { rawBody: 'x'.repeat(17 * 1024 * 1024) }, says: /is larger than 16 MB/ },
    'a redirect': {
      answer: { status: 302, headers: { location: 'https://elsewhere.example/login' } },
      says: /answered 302 and points to https:\/\/elsewhere.example\/login; check the API address/,
      status: 302,
    },
    'a page of HTML': {
      answer: { status: 502, headers: { 'content-type': 'text/html' }, rawBody: '<h1>nginx</h1>' },
      says: /answered 502 Bad Gateway$/,
      status: 502,
    },
    'a message': { answer: { status: 400, body: { msg: 'no such trunk' } }, says: /: no such trunk$/, status: 400 },
    'a text': { answer: { status: 422, rawBody: 'call is gone' }, says: /: call is gone$/, status: 422 },
    'no body': { answer: { status: 404 }, says: /answered 404 Not Found$/, status: 404 },
    'an answer that repeats the key': {
      answer: { status: 401, body: { msg: `bad token ${TOKEN}`, [TOKEN]: [TOKEN] } },
      says: /bad token \*\*\*/,
      status: 401,
    },
    'a redirect that repeats the key': {
      answer: { status: 301, headers: { location: `/?token=${TOKEN}` } },
      says: /points to \/\?token=\*\*\*/,
      status: 301,
    },
  };

  for (const [title, { answer, says, timeoutMs, status }] of Object.entries(failing)) {
    it(`says what is wrong with ${title}, without the key`, async () => {
      const server = await startRestServer(answer);
      try {
        const error = await failureOf(client(server, timeoutMs ? { timeoutMs } : {}).get(LIST));
        assert.match(logged(error), says);
        assert.equal(error.status, status);
        assert.equal(server.seen.length, 1);
        const everything = inspect(error, { depth: null, showHidden: true }) + (error.stack ?? '');
        assert.ok(!everything.includes(TOKEN), everything);
        assert.ok(!/authorization|bearer/i.test(everything), everything);
      } finally {
        await server.stop();
      }
    });
  }

  it('says that nobody listens', async () => {
    const error = await failureOf(
      new JambonzApi({ baseUrl: 'http://127.0.0.1:1', accountSid: 'a', token: 't' }).get(LIST),
    );
    assert.match(logged(error), /cannot reach jambonz at http:\/\/127.0.0.1:1: .*ECONNREFUSED/);
    assert.equal(error.code, 'ECONNREFUSED');
  });

  for (const [baseUrl, shows] of [
    ['jambonz.example.com/api', 'jambonz.example.com/api'],
    ['localhost:3000', 'localhost:3000'],
    ['', ''],
    ['https://joe:s3cret@jambonz.example.com', 'https://***@jambonz.example.com'],
  ] as const) {
    it(`refuses the address "${shows}"`, async () => {
      const error = await failureOf(new JambonzApi({ baseUrl, accountSid: 'a', token: 't' }).get(LIST));
      assert.equal(
        logged(error),
        `node: the API address must begin with http:// or https:// and hold no password: ${shows}`,
      );
    });
  }

  it('does not send a key with a line break, nor show it', async () => {
    const token = 'tok\nX-Evil: 1';
    const error = await failureOf(new JambonzApi({ baseUrl: 'http://127.0.0.1:1', accountSid: 'a', token }).get(LIST));
    assert.match(logged(error), /^node: the API key holds characters that cannot be sent/);
    assert.ok(!inspect(error, { depth: null }).includes('Evil'));
  });

  const roots: [string, string | undefined][] = [
    ['https://jambonz.example.com/api', 'https://jambonz.example.com/api/v1'],
    ['https://jambonz.example.com/api/', 'https://jambonz.example.com/api/v1'],
    ['https://jambonz.example.com/api/v1', 'https://jambonz.example.com/api/v1'],
    ['https://jambonz.example.com/api/v1//', 'https://jambonz.example.com/api/v1'],
    ['  http://127.0.0.1:3000  ', 'http://127.0.0.1:3000/v1'],
    ['http://127.0.0.1:3000//v1/', 'http://127.0.0.1:3000/v1'],
    ['https://api.jambonz.cloud?x=1#y', 'https://api.jambonz.cloud/v1'],
    ['ftp://jambonz.example.com', undefined],
    ['jambonz', undefined],
  ];
  for (const [address, root] of roots) {
    it(`takes the address "${address}" for ${root}`, () => assert.equal(apiRoot(address), root));
  }

  it('encodes ids, so that none leads elsewhere', () => {
    assert.equal(path`Accounts/${'a b'}/Calls/${{ callSid: '../x?y#z' }}`, 'Accounts/a%20b/Calls/..%2Fx%3Fy%23z');
  });

  for (const [id, reason] of [
    ['', 'api-no-id'],
    [undefined, 'api-no-id'],
    [null, 'api-no-id'],
    ['  ', 'api-no-id'],
    ['.', 'api-id'],
    ['..', 'api-id'],
  ] as const) {
    it(`refuses the id ${inspect(id)} and says whose it is`, () => {
      const refusal = (error: Problem): boolean => error.reason === reason && error.facts.field === 'callSid';
      assert.throws(() => path`Accounts/${'a'}/Calls/${{ callSid: id }}`, refusal);
    });
  }

  it('leaves empty filters out of the query, but not 0 and false', async () => {
    const server = await startRestServer({ body: [] });
    const query = { b: 'x y', none: undefined, nil: null, blank: '', zero: 0, no: false, a: '&=ü' };
    await client(server).get(LIST, query);
    assert.equal(server.seen[0]?.rawQuery, 'b=x+y&zero=0&no=false&a=%26%3D%C3%BC');
    await server.stop();
  });

  describe('another attempt', () => {
    const now = { 'retry-after': '0' };
    const busy: Answer = { status: 503, headers: now };
    const good: Answer = { body: ['call'] };
    const table: [string, 'get' | 'post' | 'put' | 'delete', number, Answer[], number, number | undefined][] = [
      ['is not made unless wanted', 'get', 0, [busy, good], 1, 503],
      ['is made after 503', 'get', 2, [busy, good], 2, 200],
      ['is made after 429', 'get', 1, [{ status: 429, headers: now }, good], 2, 200],
      ['is made after a lost connection', 'get', 1, [{ destroy: true }, good], 2, 200],
      ['is made when a date has passed', 'get', 1, [{ status: 500, headers: { 'retry-after': PAST } }, good], 2, 200],
      ['is made as often as wanted', 'get', 2, [busy], 3, 503],
      ['is not made after 400', 'get', 2, [{ status: 400 }, good], 1, 400],
      ['is not made after a redirect', 'get', 2, [{ status: 307 }, good], 1, 307],
      ['is not made of what creates', 'post', 2, [busy, good], 1, 503],
      ['is not made of what creates, after 429', 'post', 2, [{ status: 429, headers: now }, good], 1, 429],
      ['is not made of what creates, after a lost connection', 'post', 2, [{ destroy: true }, good], 1, undefined],
      ['is not made of what changes', 'put', 2, [busy, good], 1, 503],
      ['is not made of what removes', 'delete', 2, [busy, good], 1, 503],
    ];
    for (const [title, method, retries, answers, requests, status] of table) {
      it(title, async () => {
        const server = await startRestServer(answers);
        const api = client(server, { retries });
        const ask = api[method].bind(api);
        const outcome = await ask(LIST).catch((error: unknown) => error as ApiError);
        assert.equal(outcome.status, status);
        assert.equal(server.seen.length, requests);
        await server.stop();
      });
    }

    it('is not made after a timeout', async () => {
      const server = await startRestServer({ delayMs: 5000 });
      const error = await failureOf(client(server, { retries: 2, timeoutMs: 40 }).get(LIST));
      assert.equal(error.reason, 'api-timeout');
      assert.equal(server.seen.length, 1);
      await server.stop();
    });

    it('waits as long as the server asks for', async () => {
      const server = await startRestServer([{ status: 429, headers: { 'retry-after': '1' } }, good]);
      const start = Date.now();
      await client(server, { retries: 1 }).get(LIST);
      assert.ok(Date.now() - start >= 990);
      await server.stop();
    });
  });

  describe('when its owner goes', () => {
    for (const [title, answer] of [
      ['ends a request that is under way', { delayMs: 60_000 }],
      ['ends a body that is under way', { body: [1, 2], stall: true }],
      ['ends the pause before another attempt', { status: 503, headers: { 'retry-after': '10' } }],
    ] as const) {
      it(title, async () => {
        const server = await startRestServer(answer);
        const owner = new AbortController();
        const asked = client(server, { retries: 2 }, owner.signal).get(LIST);
        await server.arrived(1);
        owner.abort();
        assert.equal((await failureOf(asked)).reason, 'api-stopped');
        assert.equal((await failureOf(client(server, {}, owner.signal).get(LIST))).reason, 'api-stopped');
        assert.equal(server.seen.length, 1);
        await server.stop();
      });
    }
  });
});
