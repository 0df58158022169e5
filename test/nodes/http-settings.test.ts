import { strict as assert } from 'node:assert';
import { startNodeRed, type FlowNode, type StartOptions } from '../support/node-red';

const flow = [
  { id: 'tab', type: 'tab', label: 'settings' },
  { id: 'in', type: 'webhook in', z: 'tab', url: '/answer', method: 'post', wires: [['verb']] },
  { id: 'verb', type: 'leave', z: 'tab', wires: [['out']] },
  { id: 'out', type: 'webhook out', z: 'tab', wires: [] },
] as FlowNode[];

const basic = { authorization: `Basic ${Buffer.from('caller:secret').toString('base64')}` };
// bcrypt of "secret"
const HASH = '$2b$08$t.fbkttvCvmh6hq/UsRvl.RS/twv1Mx2tF5JwCXPzEXTqz6MUZHGS';

interface Case {
  name: string;
  start: StartOptions;
  headers?: Record<string, string>;
  body?: string;
  status: number;
  answer?: Record<string, string>;
}

/** Settings of Node-RED that say how webhooks are served, and what a caller then gets. */
const cases: Case[] = [
  { name: 'httpNodeRoot', start: { settings: { httpNodeRoot: '/api' } }, status: 200 },
  { name: 'httpAdminRoot', start: { settings: { httpAdminRoot: '/editor' } }, status: 200 },
  { name: 'disableEditor', start: { settings: { disableEditor: true } }, status: 200 },
  { name: 'httpAdminRoot: false', start: { settings: { httpAdminRoot: false } }, status: 200 },
  {
    name: 'httpNodeMiddleware that refuses',
    start: { settingsSource: '{ httpNodeMiddleware: (req, res) => res.sendStatus(418) }' },
    status: 418,
  },
  {
    name: 'httpNodeMiddleware that passes',
    start: { settingsSource: '{ httpNodeMiddleware: [(req, res, next) => { res.set("x-seen", "yes"); next(); }] }' },
    status: 200,
    answer: { 'x-seen': 'yes' },
  },
  {
    name: 'httpNodeMiddleware that rejects',
    start: { settingsSource: '{ httpNodeMiddleware: async () => { throw new Error("no"); } }' },
    status: 500,
  },
  {
    name: 'httpNodeCors',
    start: { settings: { httpNodeCors: { origin: 'https://app.example', methods: 'POST' } } },
    headers: { origin: 'https://app.example' },
    status: 200,
    answer: { 'access-control-allow-origin': 'https://app.example' },
  },
  {
    name: 'apiMaxLength',
    start: { settings: { apiMaxLength: '1kb' } },
    body: JSON.stringify({ text: 'x'.repeat(2000) }),
    status: 413,
  },
  {
    name: 'apiMaxLength, editor apart',
    start: { settings: { apiMaxLength: '1kb', httpAdminRoot: '/editor' } },
    body: JSON.stringify({ text: 'x'.repeat(2000) }),
    status: 413,
  },
];

describe('settings of Node-RED', () => {
  for (const { name, start, headers = {}, body = '{"call_sid":"c"}', status, answer = {} } of cases) {
    it(`${name}: ${status}`, async () => {
      const red = await startNodeRed({ ...start, flow });
      try {
        const got = await fetch(`${red.url}/answer`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body,
        });
        const text = await got.text();
        assert.equal(got.status, status);
        if (status === 200) assert.equal(text, '[{"verb":"leave"}]');
        for (const [header, value] of Object.entries(answer)) assert.equal(got.headers.get(header), value);
      } finally {
        await red.stop();
      }
    });
  }

  it('httpNodeAuth: only with the password', async () => {
    const red = await startNodeRed({ flow, settings: { httpNodeAuth: { user: 'caller', pass: HASH } } });
    try {
      const ask = (headers: Record<string, string>): Promise<Response> =>
        fetch(`${red.url}/answer`, { method: 'POST', headers });
      assert.equal((await ask({})).status, 401);
      assert.equal((await ask(basic)).status, 200);
    } finally {
      await red.stop();
    }
  });
});
