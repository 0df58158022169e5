import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ACCOUNT, APPLICATION, SECRETS, TOKEN, startAccountApi } from '../support/account-api';
import { askAdmin, type Json, type Told } from '../support/admin';
import { startNodeRed, type FlowNode, type NodeRed } from '../support/node-red';
import { startRestServer, type Answer, type RestServer } from '../support/rest-server';
import { startTlsServers, type Certificates } from '../support/tls';

type User = 'writer' | 'reader' | 'account-writer' | 'nobody';

const catalog = JSON.parse(readFileSync(join(__dirname, '../../locales/en-US/common.json'), 'utf8')) as {
  common: { account: Record<string, unknown> };
};
/** Users by their tokens. */
const ADMIN_AUTH = `{ type: 'credentials', users: [], tokens: async (token) => ({
  writer: { username: 'w', permissions: '*' },
  reader: { username: 'r', permissions: 'read' },
  'account-writer': { username: 'a', permissions: ['jambonz.write'] },
})[token] ?? null }`;

describe('what the editor may ask of the account', function () {
  this.timeout(60_000);
  let api: RestServer;
  let elsewhere: RestServer;
  let strange: RestServer;
  let tls: Certificates;
  let red: NodeRed;
  let strangeAnswer: Answer = {};
  const said: string[] = [];

  const server = (id: string, more: Json): FlowNode => ({
    id,
    type: 'jambonz_auth',
    name: `server ${id}`,
    urlType: 'str',
    accountSidType: 'str',
    apiTokenType: 'str',
    ...more,
  });

  before(async () => {
    [api, elsewhere, tls] = await Promise.all([startAccountApi(), startAccountApi(), startTlsServers()]);
    strange = await startRestServer(() => strangeAnswer);
    red = await startNodeRed({
      env: { TEST_TOKEN: TOKEN, NODE_EXTRA_CA_CERTS: tls.authority },
      settingsSource: `{ adminAuth: ${ADMIN_AUTH} }`,
      flow: [
        { id: 'tab', type: 'tab', label: 'account' },
        server('good', { url: `${api.url}/`, publicUrl: '${NODE_RED_URL}' }),
        server('bad', { url: 'http://127.0.0.1:1', publicUrl: elsewhere.url }),
        server('by-message', { url: api.url, apiTokenType: 'msg' }),
        { id: 'in', type: 'webhook in', z: 'tab', url: '/answer', method: 'post', server: 'good', wires: [['verb']] },
        { id: 'first', type: 'webhook in', z: 'tab', url: '/twice', method: 'post', wires: [['out']] },
        { id: 'second', type: 'webhook in', z: 'tab', url: '/twice', method: 'post', wires: [['out']] },
        { id: 'pattern', type: 'webhook in', z: 'tab', url: '/answer/:tenant', method: 'get', wires: [['out']] },
        {
          id: 'signed',
          type: 'webhook in',
          z: 'tab',
          url: 'signed',
          method: 'post',
          signed: true,
          server: 'good',
          wires: [['out']],
        },
        { id: 'verb', type: 'leave', z: 'tab', wires: [['out']] },
        { id: 'out', type: 'webhook out', z: 'tab', wires: [] },
      ],
      credentials: {
        good: { accountSid: ACCOUNT, apiToken: TOKEN, webhookSecret: 's' },
        bad: { accountSid: ACCOUNT, apiToken: TOKEN },
        'by-message': { accountSid: ACCOUNT, apiToken: 'token' },
      },
    });
  });
  after(async () => {
    await red.stop();
    await Promise.all([api.stop(), elsewhere.stop(), strange.stop(), tls.stop()]);
  });
  afterEach(() => {
    for (const secret of SECRETS) {
      assert.deepEqual(
        [...said, ...red.logs].filter((text) => text.includes(secret)),
        [],
        `${secret} was told`,
      );
    }
  });

  const ask = async (path: string, body?: object, user?: User): Promise<Told> => {
    const told = await askAdmin(red, path, body, user);
    said.push(JSON.stringify(told.body));
    return told;
  };

  describe('Test', () => {
    const typed = (more: Json = {}): Json => ({
      id: 'new',
      url: api.url,
      urlType: 'str',
      accountSid: ACCOUNT,
      accountSidType: 'str',
      apiToken: TOKEN,
      apiTokenType: 'str',
      keepToken: false,
      ...more,
    });
    const deployed = (more: Json = {}): Json => typed({ id: 'good', apiToken: '', keepToken: true, ...more });
    const page = { headers: { 'content-type': 'text/html' }, rawBody: '<html>Welcome to nginx</html>' };

    const works: [string, () => Json][] = [
      ['what was typed', () => typed()],
      ['an address with /v1 and a slash', () => typed({ url: `${api.url}/v1/` })],
      ['a key from an environment variable', () => typed({ apiToken: 'TEST_TOKEN', apiTokenType: 'env' })],
      ['a key written as ${NAME}', () => typed({ apiToken: '${TEST_TOKEN}' })],
      ['the saved key at its own address', () => deployed()],
    ];
    for (const [what, input] of works) {
      it(`${what}: works, and says the name of the account`, async () => {
        const { body } = await ask('account/test', input());
        assert.deepEqual(body, { ok: true, name: 'default account' });
      });
    }

    const wrong: [string, string, () => Json, Answer?][] = [
      ['no address', 'incomplete', () => typed({ url: '' })],
      ['no web address', 'address', () => typed({ url: 'ftp://example.com' })],
      ['a name that does not exist', 'dns', () => typed({ url: 'http://no-such-host.invalid' })],
      ['a port that nobody listens on', 'refused', () => typed({ url: 'http://127.0.0.1:1' })],
      ['a web server without jambonz', 'no-jambonz', () => typed({ url: strange.url }), page],
      ['a path without jambonz', 'no-jambonz', () => typed({ url: `${api.url}/wrong` })],
      [
        'a redirect',
        'redirect',
        () => typed({ url: strange.url }),
        { status: 301, headers: { location: 'https://x/' } },
      ],
      ['a server that breaks off', 'broken', () => typed({ url: strange.url }), { destroy: true }],
      ['an expired certificate', 'tls-expired', () => typed({ url: tls.urls.expired })],
      ['a self-signed certificate', 'tls-untrusted', () => typed({ url: tls.urls.untrusted })],
      ["another name's certificate", 'tls-name', () => typed({ url: tls.urls.misnamed })],
      ['https:// where there is none', 'tls-none', () => typed({ url: api.url.replace('http:', 'https:') })],
      ['a wrong key', 'token', () => typed({ apiToken: 'nope' })],
      ["another account's key", 'account-forbidden', () => typed({ accountSid: ACCOUNT.replace('9351', '1111') })],
      ['no such account', 'account-unknown', () => typed({ accountSid: '00000000-0000-0000-0000-000000000404' })],
      ['a malformed SID', 'account-malformed', () => typed({ accountSid: 'abc' })],
      ['a server in trouble', 'status', () => typed({ url: strange.url }), { status: 503, body: { msg: 'try later' } }],
      ['a key from the message', 'kind', () => typed({ apiToken: 'token', apiTokenType: 'msg' })],
      [
        'an environment variable that is not set',
        'env',
        () => typed({ apiToken: 'NOT_SET_HERE', apiTokenType: 'env' }),
      ],
      ['a saved key that there is not', 'token-missing', () => deployed({ id: 'new' })],
      ['the saved key, another address', 'token-elsewhere', () => deployed({ url: elsewhere.url })],
    ];
    for (const [what, reason, input, given] of wrong) {
      it(`${what}: ${reason}`, async () => {
        strangeAnswer = given ?? {};
        const { body } = await ask('account/test', input());
        assert.equal(body.ok, false);
        assert.equal(body.reason, reason);
      });
    }

    it('has another sentence for everything that may be wrong', () => {
      const sentences = [...new Set(wrong.map(([, reason]) => reason))].map((reason) => catalog.common.account[reason]);
      assert.deepEqual(
        sentences.filter((text) => typeof text !== 'string'),
        [],
      );
      assert.equal(new Set(sentences).size, sentences.length);
    });

    it('says that an answer took long', async () => {
      strangeAnswer = { delayMs: 3200, body: { account_sid: ACCOUNT, name: 'slow' } };
      const { body } = await ask('account/test', typed({ url: strange.url }));
      assert.match(String(body.seconds), /^3\.\d$/);
    });

    it('never sends a saved key to another address', async () => {
      const before = elsewhere.seen.length;
      await ask('account/test', deployed({ url: elsewhere.url }));
      assert.equal(elsewhere.seen.length, before);
    });

    const users: [User, number][] = [
      ['nobody', 401],
      ['reader', 401],
      ['account-writer', 401],
      ['writer', 200],
    ];
    for (const [user, status] of users) {
      it(`${user}: ${status}`, async () => {
        assert.equal((await ask('account/test', typed(), user)).status, status);
      });
    }

    it('takes JSON only, and nothing from another site', async () => {
      const post = (headers: Record<string, string>): Promise<Response> =>
        fetch(`${red.adminUrl}/_jambonz/account/test`, {
          method: 'POST',
          headers: { authorization: 'Bearer writer', ...headers },
          body: JSON.stringify(typed()),
        });
      assert.equal((await post({ 'content-type': 'text/plain' })).status, 415);
      assert.equal((await post({ 'content-type': 'application/json', 'sec-fetch-site': 'cross-site' })).status, 403);
    });
  });

  describe('lists', () => {
    const lists: [string, unknown][] = [
      ['applications', [{ application_sid: APPLICATION, name: 'app one' }]],
      ['carriers', [{ voip_carrier_sid: 'c-1', name: 'Carrier' }]],
      ['numbers', [{ number: '15551230001' }]],
      [
        'speech',
        [
          { vendor: 'google', tts: true, stt: true },
          { vendor: 'custom:parrot', label: 'eu', tts: true, stt: false },
        ],
      ],
      [
        'voices?vendor=custom:parrot&label=eu',
        [{ tts: [['xx-XX', 'Parrotese', [['polly', 'Polly (loud)']]]], stt: [], ttsModels: ['m1'], sttModels: [] }],
      ],
    ];
    for (const [list, items] of lists) {
      it(`${list}: what pickers need and no more`, async () => {
        assert.deepEqual((await ask(`account/good/${list}`, undefined, 'reader')).body, { ok: true, items });
      });
    }

    const faults: [string, string][] = [
      ['account/nobody/applications', 'not-deployed'],
      ['account/in/applications', 'not-deployed'],
      ['account/bad/applications', 'refused'],
      ['account/by-message/applications', 'incomplete'],
      ['account/good/secrets', 'not-found'],
      ['account/good/toString', 'not-found'],
      ['account/good/voices?vendor=unknown', 'not-found'],
    ];
    for (const [path, reason] of faults) {
      it(`${path}: ${reason}`, async () => {
        const { status, body } = await ask(path);
        assert.deepEqual({ status, ok: body.ok, reason: body.reason }, { status: 200, ok: false, reason });
        assert.equal(typeof catalog.common.account[reason], 'string');
      });
    }

    it('nobody: 401', async () => {
      assert.equal((await ask('account/good/applications', undefined, 'nobody')).status, 401);
    });

    it('are kept for a minute, unless they are to be fresh or the server is deployed anew', async () => {
      const fetched = (): number => api.seen.filter(({ path }) => path.endsWith('/VoipCarriers')).length;
      await ask('account/good/carriers');
      const before = fetched();
      await Promise.all([ask('account/good/carriers'), ask('account/good/carriers')]);
      assert.equal(fetched(), before);
      await ask('account/good/carriers?refresh=1');
      assert.equal(fetched(), before + 1);
      await redeploy(red, ({ id }) => id === 'good');
      await ask('account/good/carriers');
      assert.equal(fetched(), before + 2);
    });
  });

  describe('Connect', () => {
    const url = (): string => `${red.url}/answer`;
    const wish = (more: Json = {}): Json => ({ server: 'good', hook: 'call_hook', name: 'app one', ...more });
    const old = { url: 'http://old.example.com/call', method: 'POST' };
    const hook = (): Json => ({ url: url(), method: 'POST' });

    interface Case {
      what: string;
      wish: Json;
      changes: () => Json[];
      sent: () => [method: string, path: string, body: unknown];
    }
    const status = {
      webhook_sid: 'wh-2',
      url: 'http://old.example.com/status',
      method: 'POST',
      username: 'u',
      password: 'status-password',
    };
    const call = {
      webhook_sid: 'wh-1',
      url: 'http://old.example.com/call',
      method: 'POST',
      username: 'u',
      password: 'x',
    };
    const cases: Case[] = [
      {
        what: 'calls of an application that there is: the other hooks stay, a password for another server goes',
        wish: wish(),
        changes: () => [{ hook: 'call_hook', from: old, to: hook() }],
        sent: () => [
          'PUT',
          `/v1/Applications/${APPLICATION}`,
          {
            name: 'app one',
            call_status_hook: status,
            call_hook: { webhook_sid: 'wh-1', ...hook(), username: null, password: null },
          },
        ],
      },
      {
        what: 'a hook that the application does not have yet',
        wish: wish({ hook: 'messaging_hook' }),
        changes: () => [{ hook: 'messaging_hook', to: hook() }],
        sent: () => [
          'PUT',
          `/v1/Applications/${APPLICATION}`,
          {
            name: 'app one',
            call_hook: call,
            call_status_hook: status,
            messaging_hook: { ...hook(), username: null, password: null },
          },
        ],
      },
      {
        what: 'a new application: calls and their status, which jambonz insists on',
        wish: wish({ name: 'new one' }),
        changes: () => [
          { hook: 'call_hook', to: hook() },
          { hook: 'call_status_hook', to: hook() },
        ],
        sent: () => [
          'POST',
          '/v1/Applications',
          { name: 'new one', account_sid: ACCOUNT, call_hook: hook(), call_status_hook: hook() },
        ],
      },
      {
        what: 'registrations, which are of the account',
        wish: wish({ hook: 'registration_hook', name: '' }),
        changes: () => [
          { hook: 'registration_hook', from: { url: 'http://127.0.0.1:18800/auth', method: 'POST' }, to: hook() },
        ],
        sent: () => [
          'PUT',
          `/v1/Accounts/${ACCOUNT}`,
          { registration_hook: { ...hook(), username: null, password: null } },
        ],
      },
    ];
    for (const { what, wish: wished, changes, sent } of cases) {
      it(what, async () => {
        const changing = (): typeof api.seen => api.seen.filter(({ method }) => method !== 'GET');
        const before = changing().length;
        const { plan } = (await ask('webhook/in/plan', wished)).body as { plan: { changes: Json[]; isDone: boolean } };
        assert.deepEqual(plan.changes, changes());
        assert.equal(changing().length, before, 'a plan changes nothing');

        const { body } = await ask('webhook/in/connect', { ...wished, seen: plan.changes });
        assert.equal(body.ok, true);
        const { method, path, body: json } = changing().at(-1)!;
        assert.deepEqual([method, path, json], sent());
        assert.equal(changing().length, before + 1);
      });
    }

    it('changes nothing when it is not what the user has agreed to', async () => {
      const before = api.seen.length;
      const { body } = await ask('webhook/in/connect', wish({ seen: [] }));
      assert.equal(body.reason, 'changed');
      assert.deepEqual((body.plan as { changes: Json[] }).changes, [{ hook: 'call_hook', from: old, to: hook() }]);
      const changing = api.seen.slice(before).filter(({ method }) => method !== 'GET');
      assert.deepEqual(changing, []);
    });

    const faults: [string, string, Json, string][] = [
      ['a node that is not deployed', 'nobody', {}, 'node-not-deployed'],
      ['a path with parameters', 'pattern', {}, 'pattern'],
      ['no server', 'in', { server: '' }, 'no-server'],
      ['a server that is not deployed', 'in', { server: 'nobody' }, 'not-deployed'],
      ['a server without a public address', 'in', { server: 'by-message' }, 'no-public-url'],
      ['a server that is down', 'in', { server: 'bad' }, 'refused'],
      ['no name', 'in', { name: ' ' }, 'no-name'],
      ['another property of the application', 'in', { hook: 'app_json' }, 'hook'],
    ];
    for (const [what, id, more, reason] of faults) {
      it(`${what}: ${reason}`, async () => {
        for (const action of ['plan', 'connect']) {
          assert.equal((await ask(`webhook/${id}/${action}`, wish(more))).body.reason, reason);
        }
        assert.equal(typeof catalog.common.account[reason], 'string');
      });
    }

    for (const action of ['plan', 'connect', 'probe']) {
      it(`${action} is not for readers, and not for nobody`, async () => {
        assert.equal((await ask(`webhook/in/${action}`, wish(), 'reader')).status, 401);
        assert.equal((await ask(`webhook/in/${action}`, wish(), 'nobody')).status, 401);
      });
    }
  });

  describe('the public address', () => {
    it('is that of the server and the path that the dialog shows', async () => {
      const { body } = await ask('webhook/in?server=good&path=/not/yet', undefined, 'reader');
      assert.equal(body.url, `${red.url}/not/yet`);
      assert.deepEqual(body.deployed, { method: 'post', path: '/answer' });
    });

    const probes: [string, string, object][] = [
      ['comes back to the node', 'in', { ok: true }],
      ['comes back to a node that accepts signed requests only', 'signed', { ok: true }],
      ['comes to another node with the same path', 'second', { ok: false, reason: 'other-node' }],
    ];
    for (const [what, id, expected] of probes) {
      it(what, async () => {
        const { body } = await ask(`webhook/${id}/probe`, { server: 'good' });
        assert.deepEqual({ ok: body.ok, ...(body.reason ? { reason: body.reason } : {}) }, expected);
      });
    }

    it('leads to another server', async () => {
      const { body } = await ask('webhook/in/probe', { server: 'bad' });
      assert.equal(body.reason, 'nothing-there');
    });

    it('is told from other requests by a mark that is known: an unknown one starts the flow', async () => {
      const answer = await fetch(`${red.url}/answer`, { method: 'POST', headers: { 'x-jambonz-probe': 'guess' } });
      assert.equal(await answer.text(), '[{"verb":"leave"}]');
    });

    it('shows when jambonz last called', async () => {
      assert.equal((await ask('webhook/in?server=good&path=/answer')).body.lastCall, undefined);
      const begun = Date.now();
      await fetch(`${red.url}/answer`, { method: 'POST', headers: { 'jambonz-signature': 't=1,v1=0' } });
      const { lastCall } = (await ask('webhook/in?server=good&path=/answer')).body;
      assert.equal(Number(lastCall) >= begun, true, `last called at ${String(lastCall)}`);
    });
  });
});

/** Deploys the flows that run, with the chosen nodes changed. */
async function redeploy(red: NodeRed, chosen: (node: FlowNode) => boolean): Promise<void> {
  const headers = { authorization: 'Bearer writer', 'content-type': 'application/json', 'Node-RED-API-Version': 'v2' };
  const { flows, rev } = (await (await fetch(`${red.adminUrl}/flows`, { headers })).json()) as {
    flows: FlowNode[];
    rev: string;
  };
  const changed = flows.map((node) => (chosen(node) ? { ...node, name: `${String(node.name)}!` } : node));
  const running = red.nextLine(/Started modified nodes/);
  const answer = await fetch(`${red.adminUrl}/flows`, {
    method: 'POST',
    headers: { ...headers, 'node-red-deployment-type': 'nodes' },
    body: JSON.stringify({ flows: changed, rev }),
  });
  assert.equal(answer.status, 200, await answer.text());
  await running;
}
