import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { startNodeRed, type NodeRed } from '../support/node-red';

type Json = Record<string, unknown>;

interface Expected {
  http: { status: number };
  sent: boolean;
  msg?: Json;
  reqCookies?: Json;
  reqParams?: Json;
}

interface WebhookVector {
  id: string;
  config: Json & { type: string };
  request: { method: string; path: string; query?: string; headers: Record<string, string>; body?: unknown };
  expect: Expected;
  expectSharedAdminRoot?: Expected;
}

interface Deviation {
  finding: string;
  status: number;
  msg?: Json;
}

const vectors = readJson('vectors/webhook_in.json') as WebhookVector[];
const deviations = new Map(Object.entries(readJson('webhook-deviations.json') as Record<string, Deviation>));

/** Answers with what a flow sees, in the notation of the vectors. */
const PROBE = `
const show = (value) => {
  if (Buffer.isBuffer(value)) return { $buffer: value.toString(), $keys: Object.keys(value).filter((key) => !/^\\d+$/.test(key)) };
  if (!Array.isArray(value) || Object.keys(value).length === value.length) return value;
  return { $array: [...value], $props: Object.fromEntries(Object.entries(value).filter(([key]) => !/^\\d+$/.test(key))) };
};
const { req, res, _msgid, ...rest } = msg;
const [[kind, body]] = Object.entries(rest);
msg.payload = { msg: { [kind]: show(body) }, keys: Object.keys(msg).sort(), reqCookies: req.cookies, reqParams: req.params };
return msg;`;

const flow = [
  { id: 'tab', type: 'tab', label: 'vectors' },
  ...vectors.map(({ config }, index) => ({ ...config, id: `in${index}`, z: 'tab', wires: [['probe']] })),
  { id: 'probe', z: 'tab', type: 'function', func: PROBE, outputs: 1, wires: [['answer']] },
  { id: 'answer', z: 'tab', type: 'http response', wires: [] },
];

for (const [root, settings] of [
  ['editor on its own root', { httpAdminRoot: '/editor' }],
  ['editor and webhooks on one root', {}],
] as const) {
  describe(`webhook in, ${root}`, () => {
    let red: NodeRed;
    before(async () => {
      red = await startNodeRed({ flow, settings });
    });
    after(() => red.stop());

    for (const vector of vectors) {
      const deviation = deviations.get(vector.id);
      it(deviation ? `${vector.id} (differs: ${deviation.finding})` : vector.id, async () => {
        const shared = root.includes('one root') ? vector.expectSharedAdminRoot : undefined;
        const expected = shared ?? vector.expect;
        const { status, text } = await send(red.url, vector.request);
        assert.ok(!/\bat .*\.js:\d+/.test(text), 'shows a stack trace');
        assert.equal(status, deviation?.status ?? expected.http.status);
        const msg = deviation ? deviation.msg : expected.msg;
        if (!msg) return;
        const seen = JSON.parse(text) as Json;
        assert.deepEqual(seen.msg, msg);
        // `vars` is ours: the variables of a call.
        assert.deepEqual(seen.keys, ['_msgid', ...Object.keys(msg), 'req', 'res', 'vars'].sort());
        if (expected.reqCookies) assert.deepEqual(seen.reqCookies, expected.reqCookies);
        if (expected.reqParams) assert.deepEqual(seen.reqParams, expected.reqParams);
      });
    }
  });
}

it('lists no deviation of a webhook without a vector', () => {
  const ids = new Set(vectors.map(({ id }) => id));
  assert.deepEqual(
    [...deviations.keys()].filter((id) => id.startsWith('webhook in') && !ids.has(id)),
    [],
  );
});

function send(
  base: string,
  { method, path, query = '', headers, body }: WebhookVector['request'],
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const content = body === undefined ? undefined : bodyOf(body);
    const req = httpRequest(
      base + path + query,
      {
        method,
        headers: { ...headers, ...(content === undefined ? {} : { 'content-length': Buffer.byteLength(content) }) },
      },
      (res) => {
        let text = '';
        res.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        res.on('end', () => resolve({ status: res.statusCode ?? 0, text }));
      },
    );
    req.on('error', reject);
    req.end(content);
  });
}

/** Generated bodies: `{"$repeat": [before, text, count, after]}`, `{"$nest": depth}`, `{"$params": count}`. */
function bodyOf(body: unknown): string {
  if (typeof body === 'string') return body;
  const { $repeat, $nest, $params } = body as {
    $repeat?: [string, string, number, string];
    $nest?: number;
    $params?: number;
  };
  if ($repeat) return $repeat[0] + $repeat[1].repeat($repeat[2]) + $repeat[3];
  if ($nest) return '{"a":'.repeat($nest) + '1' + '}'.repeat($nest);
  return Array.from({ length: $params ?? 0 }, (_item, index) => `p${index}=1`).join('&');
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(join(__dirname, file), 'utf8'));
}
