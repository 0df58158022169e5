import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import httpAuthenticator from '@jambonz/http-authenticator';
import { startNodeRed, type FlowNode, type NodeRed } from '../support/node-red';

const REALM = 'acct.sip.example.test';
const URI = `sip:${REALM}`;

/** What became of a registration: a SIP answer, or leave to go on with what the webhook granted. */
type Outcome =
  { status: number; headers: Record<string, string> } | { status: 'admitted'; grant: Record<string, unknown> };

interface SipRequest {
  method: string;
  uri: string;
  source_address: string;
  source_port: number;
  headers: Record<string, string>;
  registration?: { expires: number };
  locals: Record<string, unknown>;
  srf: unknown;
  authorization?: { grant: Record<string, unknown> };
  has(name: string): boolean;
  get(name: string): string | undefined;
}
type Middleware = (req: unknown, res: unknown, next: (error?: unknown) => void) => Promise<unknown>;

const md5 = (...parts: string[]): string => createHash('md5').update(parts.join(':')).digest('hex');
const silent = { info: () => undefined, debug: () => undefined, error: () => undefined };

/** A SIP request as drachtio hands it to the platform's middleware. */
function sipRequest(method: string, url: string, hookMethod: string, authorization?: string): SipRequest {
  const headers: Record<string, string> = {
    from: `<${URI}>;tag=a`,
    to: `<${URI}>`,
    'call-id': 'c1@x',
    cseq: `2 ${method}`,
    ...(authorization && { authorization }),
  };
  return {
    method,
    uri: URI,
    source_address: '203.0.113.5',
    source_port: 5062,
    headers,
    ...(method === 'REGISTER' && { registration: { expires: 3600 } }),
    locals: {
      logger: silent,
      realm: REALM,
      account_sid: 'an account',
      registration_hook_url: url,
      registration_hook_method: hookMethod,
      webhook_secret: 'wh_secret',
    },
    srf: { locals: { AlertType: {}, writeAlerts: () => undefined, stats: { histogram: () => undefined } } },
    has: (name) => name.toLowerCase() in headers,
    get: (name) => headers[name.toLowerCase()],
  };
}

function send(middleware: Middleware, request: SipRequest): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const res = {
      send: (status: number, options?: { headers?: Record<string, string> }) => {
        resolve({ status, headers: options?.headers ?? {} });
      },
    };
    const next = (error?: unknown): void => {
      if (error) reject(new Error('the request cannot be handled', { cause: error }));
      else resolve({ status: 'admitted', grant: request.authorization!.grant });
    };
    middleware(request, res, next).catch(reject);
  });
}

/** A phone: sends, is challenged, and answers the challenge. */
async function register(
  middleware: Middleware,
  { url, method = 'REGISTER', hook = 'POST' }: { url: string; method?: string; hook?: string },
  username: string,
  password: string,
): Promise<Outcome> {
  const challenge = await send(middleware, sipRequest(method, url, hook));
  assert.equal(challenge.status, 401);
  const { 'WWW-Authenticate': header = '' } = (challenge as { headers: Record<string, string> }).headers;
  const nonce = /nonce="([^"]+)"/.exec(header)![1]!;
  const [nc, cnonce] = ['00000001', '6b8b4567'];
  const response = md5(md5(username, REALM, password), nonce, nc, cnonce, 'auth', md5(method, URI));
  const fields = `username="${username}", realm="${REALM}", nonce="${nonce}", uri="${URI}", response="${response}"`;
  const authorization = `Digest ${fields}, algorithm=MD5, cnonce="${cnonce}", nc=${nc}, qop=auth`;
  return send(middleware, sipRequest(method, url, hook, authorization));
}

describe('a SIP phone registers through the example flow', function () {
  this.timeout(60_000);
  const flow = JSON.parse(readFileSync(join(__dirname, '../../examples/SIP registration.json'), 'utf8')) as FlowNode[];
  let red: NodeRed;
  let digestUtils: Middleware;
  before(async () => {
    // It makes a key of this when it is loaded, for a database that is not used here.
    process.env.JWT_SECRET ??= 'unused';
    digestUtils = (await import('@jambonz/digest-utils')).default as Middleware;
    // The platform may be told to use GET, for which a second webhook leads to the same nodes.
    const post = flow.find(({ type }) => type === 'webhook in')!;
    red = await startNodeRed({ flow: [...flow, { ...post, id: 'get', method: 'get' }] });
  });
  after(() => red.stop());

  const clients: [string, () => Middleware][] = [
    ['digest-utils 0.0.9', () => digestUtils],
    ['http-authenticator 0.2.2', () => httpAuthenticator({ uri: `${red.url}/auth` }, silent) as Middleware],
    [
      'http-authenticator 0.2.2, GET',
      () => httpAuthenticator(() => Promise.resolve({ url: `${red.url}/auth`, method: 'GET' }), silent) as Middleware,
    ],
  ];
  for (const [name, client] of clients) {
    describe(name, () => {
      for (const method of ['REGISTER', 'INVITE']) {
        it(`${method}: the right password is admitted`, async () => {
          const outcome = await register(client(), { url: `${red.url}/auth`, method }, 'alice', 'wonderland');
          assert.equal(outcome.status, 'admitted');
          const { status, expires } = (outcome as { grant: Record<string, unknown> }).grant;
          assert.equal(status, 'ok');
          assert.equal(expires, method === 'REGISTER' ? 600 : undefined);
        });
      }

      const refused: [string, string, string][] = [
        ['a wrong password', 'alice', 'builder'],
        ['an empty password', 'alice', ''],
        ['an unknown user', 'mallory', 'wonderland'],
        ['an unknown user with an empty password', 'mallory', ''],
        ['a user named like a property of every object', 'constructor', ''],
      ];
      for (const [who, username, password] of refused) {
        it(`${who} is refused`, async () => {
          const outcome = await register(client(), { url: `${red.url}/auth` }, username, password);
          assert.deepEqual(outcome, { status: 403, headers: { 'X-Reason': 'Invalid credentials' } });
        });
      }
    });
  }

  it('digest-utils 0.0.9 by GET', async () => {
    const where = { url: `${red.url}/auth`, hook: 'GET' };
    assert.equal((await register(digestUtils, where, 'bob', 'builder')).status, 'admitted');
    assert.equal((await register(digestUtils, where, 'bob', 'wonderland')).status, 403);
  });

  it('logs no password and no error', () => {
    const text = red.logs.join('\n');
    assert.doesNotMatch(text, /wonderland|builder|\[error\]/);
  });
});
