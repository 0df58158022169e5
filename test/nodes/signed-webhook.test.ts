import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startNodeRed, type FlowNode, type NodeRed } from '../support/node-red';

const recorded = JSON.parse(readFileSync(join(__dirname, '../data/signed-requests.json'), 'utf8')) as {
  name: string;
  body: string;
  secret: string;
  signature: string;
}[];
const session = recorded.find(({ name }) => name === 'POST session:new')!;

const NEW_SECRET = 'the secret after a rotation';
const ENV_SECRET = 'a secret of the environment';

/** Signs a recorded body again, as the platform would at this moment. */
function sign(secret: string, ageS = 0, body = session.body): string {
  const t = Math.floor(Date.now() / 1000) - ageS;
  return `t=${t},v1=${createHmac('sha256', secret).update(`${t}.${body}`).digest('hex')}`;
}

/** webhook in -> debug (whose line says that the flow ran) and pause -> webhook out */
function route(id: string, path: string, more: object = {}): FlowNode[] {
  const base = { z: 'tab', x: 1, y: 1 };
  return [
    { id, ...base, type: 'webhook in', url: path, method: 'post', wires: [[`${id}-debug`, `${id}-pause`]], ...more },
    {
      id: `${id}-debug`,
      ...base,
      type: 'debug',
      active: true,
      console: true,
      tosidebar: false,
      complete: 'call.call_sid',
      targetType: 'msg',
    },
    { id: `${id}-pause`, ...base, type: 'pause', len: '1', lenType: 'num', wires: [[`${id}-out`]] },
    { id: `${id}-out`, ...base, type: 'webhook out', wires: [] },
  ];
}

const flow: FlowNode[] = [
  { id: 'tab', type: 'tab', label: 'signed' },
  { id: 'server', type: 'jambonz_auth', name: 'our jambonz' },
  { id: 'empty', type: 'jambonz_auth', name: 'without a secret' },
  ...route('route-signed', '/signed', { signed: true, server: 'server' }),
  ...route('route-get', '/signed-get', { signed: true, server: 'server', method: 'get' }),
  ...route('route-none', '/no-secret', { signed: true, server: 'empty' }),
  ...route('route-lost', '/no-server', { signed: true, server: 'gone' }),
  ...route('route-open', '/open', { server: 'server' }),
];
const credentials = {
  server: { webhookSecret: `${NEW_SECRET}\n${session.secret}\n\${TEST_WEBHOOK_SECRET}\n\${TEST_NOT_SET}` },
};

const post = (url: string, headers: Record<string, string>, body = session.body): Promise<Response> =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });

for (const [name, settings] of [
  ['the editor shares its root with the webhooks', {}],
  ['the editor has a root of its own', { httpAdminRoot: '/editor' }],
] as const) {
  describe(`signed webhooks, ${name}`, function () {
    this.timeout(60_000);
    let red: NodeRed;
    before(async () => {
      red = await startNodeRed({ flow, credentials, settings, env: { TEST_WEBHOOK_SECRET: ENV_SECRET } });
    });
    after(() => red.stop());

    /** How often a flow has run: each run logs a debug line. The open route's own run comes last. */
    async function runs(id: string): Promise<number> {
      const marker = `marker-${Math.random().toString(36).slice(2)}`;
      assert.equal((await post(`${red.url}/open`, {}, JSON.stringify({ call_sid: marker }))).status, 200);
      await red.line(new RegExp(marker));
      return red.logs.filter((line) => line.includes(`[debug:${id}-debug]`)).length;
    }

    const accepted: [string, () => string][] = [
      ['the secret', () => sign(session.secret)],
      ['the other secret of a rotation', () => sign(NEW_SECRET)],
      ['a secret of the environment', () => sign(ENV_SECRET)],
      ['a retry four minutes later', () => sign(session.secret, 4 * 60)],
    ];
    for (const [how, signature] of accepted) {
      it(`signed with ${how}: answered by the flow`, async () => {
        const before = await runs('route-signed');
        const answer = await post(`${red.url}/signed`, { 'jambonz-signature': signature() });
        assert.equal(answer.status, 200);
        assert.deepEqual(await answer.json(), [{ verb: 'pause', length: 1 }]);
        assert.equal(await runs('route-signed'), before + 1);
      });
    }

    const refused: [string, () => Record<string, string>, string?][] = [
      ['no signature', () => ({})],
      ['another secret', () => ({ 'jambonz-signature': sign('wrong') })],
      ['a secret that is empty, as an unset variable is', () => ({ 'jambonz-signature': sign('') })],
      ['the name of a variable as the secret', () => ({ 'jambonz-signature': sign('${TEST_WEBHOOK_SECRET}') })],
      ['a signature of six minutes ago', () => ({ 'jambonz-signature': sign(session.secret, 6 * 60) })],
      ['a signature of six minutes ahead', () => ({ 'jambonz-signature': sign(session.secret, -6 * 60) })],
      [
        'the recorded signature, long stale',
        () => ({ 'jambonz-signature': 't=1700000000,' + session.signature.split(',')[1]! }),
      ],
      ['another body', () => ({ 'jambonz-signature': sign(session.secret) }), session.body.replace('15551', '15559')],
    ];
    for (const [how, headers, body] of refused) {
      it(`${how}: 401, and the flow does not run`, async () => {
        const before = await runs('route-signed');
        const answer = await post(`${red.url}/signed`, headers(), body);
        assert.equal(answer.status, 401);
        assert.equal(await answer.text(), 'Unauthorized');
        assert.equal(await runs('route-signed'), before);
      });
    }

    it('GET is refused: its signature covers nothing of the request', async () => {
      for (const headers of [{}, { 'jambonz-signature': sign(session.secret, 0, 'null') }] as Record<
        string,
        string
      >[]) {
        const answer = await fetch(`${red.url}/signed-get?call_sid=c1`, { headers });
        assert.equal(answer.status, 401);
      }
      assert.equal(await runs('route-get'), 0);
    });

    for (const [id, path, why] of [
      ['route-none', '/no-secret', 'without a secret'],
      ['route-lost', '/no-server', 'whose server is gone'],
    ] as const) {
      it(`a node ${why} accepts nothing`, async () => {
        for (const signature of ['', 'undefined', session.secret].map((secret) => sign(secret))) {
          assert.equal((await post(`${red.url}${path}`, { 'jambonz-signature': signature })).status, 401);
        }
        assert.equal(await runs(id), 0);
      });
    }

    it('a node that does not ask for signatures takes any request', async () => {
      assert.equal((await post(`${red.url}/open`, { 'jambonz-signature': 'bogus' })).status, 200);
    });

    it('logs no secret', () => {
      const text = red.logs.join('\n');
      for (const secret of [session.secret, NEW_SECRET, ENV_SECRET]) assert.ok(!text.includes(secret));
    });
  });
}
