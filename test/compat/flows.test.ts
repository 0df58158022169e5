import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from '../../src/specification';
import { flowsOf } from '../support/flows';
import { startNodeRed, type FlowNode, type NodeRed } from '../support/node-red';

type Json = Record<string, unknown>;

const session = JSON.parse(readFileSync(join(__dirname, '../data/session-new.json'), 'utf8')) as Json;

/** What a webhook of an example flow is asked beside a new call; `{{path}}` of one flow may want a key, another a queue's size. */
const BODIES: Record<string, Json[]> = {
  'Simple IVR /input1': [{ digits: '1' }, { digits: '2' }, { digits: '9' }],
  'Leave Queue /wait': [{ queue_position: 0, queue_time: 5 }, { queue_time: 100 }],
  'Authenticating sip devices /reg': [
    { method: 'REGISTER', username: 'a', realm: 'b', nonce: 'c', uri: 'd', response: 'e', expires: 60 },
  ],
};

/** A webhook that answers only after somebody has pressed the flow's inject button, which loads its data. */
const SILENT = new Set(['gather /state-response']);

describe('example flows of the official palette', () => {
  let red: NodeRed;
  before(async () => {
    red = await startNodeRed();
  });
  after(() => red.stop());

  for (const { name, flow } of flowsOf('../shared/compat/flows')) {
    describe(name, () => {
      it('is deployed without a complaint', async () => {
        const before = red.logs.length;
        await red.deploy(enabled(flow));
        assert.deepEqual(
          red.logs.slice(before).filter((line) => /\[(error|warn)\]|unknown/i.test(line)),
          [],
        );
      });

      for (const { url, wires } of webhooks(flow)) {
        if (SILENT.has(`${name} ${url}`) || wires.flat().length === 0) continue;
        for (const body of BODIES[`${name} ${url}`] ?? [{}]) {
          it(`answers ${url} ${JSON.stringify(body)}`, async () => {
            const answer = await fetch(red.url + url, {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify({ ...session, ...body }),
              signal: AbortSignal.timeout(5000),
            });
            assert.equal(answer.status, 200);
            const text = await answer.text();
            if (text === '') return;
            const document = JSON.parse(text) as unknown;
            if (!Array.isArray(document)) {
              assert.equal((document as Json).status, 'fail');
              return;
            }
            assert.deepEqual(
              check(document, '0.9').problems.map(({ message }) => message),
              [],
            );
          });
        }
      }
    });
  }
});

function webhooks(flow: readonly FlowNode[]): { url: string; wires: string[][] }[] {
  return flow.filter(({ type }) => type === 'webhook in') as unknown as { url: string; wires: string[][] }[];
}

/** As a user enables them: a tab may have been saved switched off, and nodes without one get a tab. */
function enabled(flow: readonly FlowNode[]): FlowNode[] {
  const tabs = new Set(flow.filter(({ type }) => type === 'tab').map(({ id }) => id));
  const nodes = flow.map((node) => (node.type === 'tab' ? { ...node, disabled: false } : node));
  const lost = new Set(flow.map(({ z }) => z).filter((z) => typeof z === 'string' && !tabs.has(z)));
  return [...[...lost].map((id) => ({ id: String(id), type: 'tab', label: 'imported' })), ...nodes];
}
