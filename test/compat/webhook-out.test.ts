import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startNodeRed, type NodeRed } from '../support/node-red';

type Json = Record<string, unknown>;

interface AnswerVector {
  id: string;
  config: Json & { type: string };
  msg: Json;
  via?: string;
  twice?: boolean;
  requestHeaders?: Record<string, string>;
  expect: { http: { status?: number; headers?: Record<string, unknown>; body?: string; noReply?: string } };
}

interface Deviation {
  finding: string;
  status: number;
  type?: string;
  body: string;
}

const read = (file: string): unknown => JSON.parse(readFileSync(join(__dirname, file), 'utf8'));
const vectors = read('vectors/webhook_out.json') as AnswerVector[];
const deviations = new Map(Object.entries(read('webhook-deviations.json') as Record<string, Deviation>));

/** Sets the vector's message; `{"$buffer"}`, `{"$nan"}`, `{"$cyclic"}` stand for what JSON cannot express. */
const setter = (msg: Json, twice: boolean): string => `
const revive = (value) => {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== 'object' || value === null) return value;
  if (value.$buffer !== undefined) return Buffer.from(value.$buffer);
  if (value.$nan) return NaN;
  if (value.$cyclic) { const cyclic = {}; cyclic.self = cyclic; return cyclic; }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, revive(item)]));
};
Object.assign(msg, revive(${JSON.stringify(msg)}));
${twice ? 'node.send({ ...msg });' : ''}
return msg;`;

const flow = [
  { id: 'tab', type: 'tab', label: 'vectors' },
  ...vectors.flatMap(({ config, msg, via, twice }, index) => [
    via
      ? { id: `in${index}`, z: 'tab', type: via, url: `/o${index}`, method: 'post', wires: [[`set${index}`]] }
      : { id: `in${index}`, z: 'tab', type: 'webhook in', url: `/o${index}`, method: 'post', wires: [[`set${index}`]] },
    { id: `set${index}`, z: 'tab', type: 'function', func: setter(msg, twice ?? false), wires: [[`out${index}`]] },
    { ...config, id: `out${index}`, z: 'tab', check: 'off', wires: [] },
  ]),
];

describe('webhook out', () => {
  let red: NodeRed;
  before(async () => {
    red = await startNodeRed({ flow });
  });
  after(() => red.stop());

  vectors.forEach(({ id, requestHeaders, expect: { http } }, index) => {
    const deviation = deviations.get(id);
    it(deviation ? `${id} (differs: ${deviation.finding})` : id, async () => {
      const answer = await fetch(`${red.url}/o${index}`, {
        method: 'POST',
        ...(requestHeaders ? { headers: requestHeaders } : {}),
      });
      const body = await answer.text();
      if (deviation) {
        assert.ok(http.noReply !== undefined || http.body !== body || http.status !== answer.status, 'does not differ');
        assert.equal(answer.status, deviation.status);
        assert.equal(answer.headers.get('content-type') ?? undefined, deviation.type);
        assert.match(body, new RegExp(deviation.body));
        return;
      }
      assert.equal(answer.status, http.status);
      assert.equal(body, http.body);
      for (const [name, value] of Object.entries(http.headers ?? {})) {
        const got = name === 'set-cookie' ? answer.headers.getSetCookie() : answer.headers.get(name);
        assert.deepEqual(got, value, name);
      }
    });
  });
});
