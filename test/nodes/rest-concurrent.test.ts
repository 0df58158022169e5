import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import { palette } from '../support/palette';
import { startRestServer, type RestServer, type Seen } from '../support/rest-server';

type Json = Record<string, unknown>;

const COUNT = 200;

/** Nodes all of whose fields come from the message, and what must come back to each message. */
const nodes: [node: Json & { type: string }, own: (n: number) => Json][] = [
  [
    { type: 'lcc', callSid: 'n', callSidType: 'msg', action: 'tag', tag: '{"own": n}', tagType: 'jsonata' },
    (n) => ({ payload: { path: `/v1/Accounts/acct/Calls/${n}`, body: { tag: { own: n } } }, statusCode: 202 }),
  ],
  [
    { type: 'lcc', callSid: 'n', callSidType: 'msg', action: 'whisper', text: 'call {{n}}' },
    (n) => ({
      payload: { path: `/v1/Accounts/acct/Calls/${n}`, body: { whisper: { verb: 'say', text: `call ${n}` } } },
      statusCode: 202,
    }),
  ],
  [
    {
      type: 'create-call',
      from: '1',
      to: '+{{n}}',
      toType: 'mustache',
      dest: 'phone',
      tag: '{"own": n}',
      tagType: 'jsonata',
      application: 'app',
    },
    (n) => ({ statusCode: 201, callSid: `+${n}`, callId: { own: n } }),
  ],
  [
    { type: 'create-sms', from: '1', to: 'n', toType: 'msg', text: 'to {{n}}', textType: 'mustache' },
    (n) => ({ statusCode: 201, messageSid: n, providerResponse: `to ${n}` }),
  ],
];

/** Answers with what was asked, later requests sooner. */
function echo({ path, body }: Seen): Json {
  const { to, tag, text } = body as { to?: unknown; tag?: unknown; text?: unknown };
  const sid = typeof to === 'object' ? (to as { number: unknown }).number : to;
  return { path, body, sid, callId: tag, providerResponse: text };
}

describe('many messages at once', () => {
  let api: RestServer;
  before(async () => {
    let count = 0;
    api = await startRestServer((seen) => ({ status: 201, body: echo(seen), delayMs: COUNT - (count++ % COUNT) }));
    await (helper.startServer as () => Promise<void>)();
  });
  afterEach(() => helper.unload());
  after(async () => {
    await (helper.stopServer as () => Promise<void>)();
    await api.stop();
  });

  for (const [node, own] of nodes) {
    it(`${node.type} ${String(node.action ?? '')}: each gets its own answer`, async () => {
      const server = { id: 'srv', type: 'jambonz_auth', url: api.url };
      const flow = [
        server,
        { ...node, id: 'n1', z: 'f1', server: 'srv', wires: [['out']] },
        { id: 'out', z: 'f1', type: 'helper' },
        { id: 'f1', type: 'tab' },
      ];
      await helper.load(palette(), flow, { srv: { accountSid: 'acct', apiToken: 'tok' } });
      const received = new Map<number, Json>();
      const all = new Promise<void>((resolve) => {
        helper.getNode('out').on('input', (msg) => {
          const properties = msg as unknown as Json;
          received.set(Number(properties.n), properties);
          if (received.size === COUNT) resolve();
        });
      });
      for (let n = 0; n < COUNT; n++) helper.getNode('n1').receive({ n });
      await all;
      for (const [n, properties] of received) {
        const expected = own(n);
        const shown = Object.fromEntries(Object.keys(expected).map((name) => [name, properties[name]]));
        if (typeof shown.payload === 'object') {
          const { path, body } = shown.payload as Json;
          shown.payload = { path, body };
        }
        assert.deepEqual(shown, expected);
      }
    });
  }
});
