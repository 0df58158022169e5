import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { startNodeRed, type FlowNode, type NodeRed } from '../support/node-red';

const docs = resolve(__dirname, '../../docs');
const pages = readdirSync(docs).filter((file) => file.endsWith('.md'));
const read = (page: string): string => readFileSync(join(docs, page), 'utf8');

/** What the pages offer to import. */
const flow = pages.flatMap((page) =>
  [...read(page).matchAll(/```json\n(\[[^`]*"wires"[^`]*)```/g)].flatMap(([, json]) => JSON.parse(json!) as FlowNode[]),
);

describe('The flows of the documentation', function () {
  this.timeout(60_000);
  let red: NodeRed;

  before(async () => {
    const tab = { id: 'tab', type: 'tab', label: 'docs' };
    red = await startNodeRed({ flow: [tab, ...flow.map((node) => (node.wires ? { ...node, z: 'tab' } : node))] });
  });
  after(() => red.stop());

  const call = { call_sid: 'c1', from: '+15551230001' };
  const cases: [path: string, body: object, answer: string][] = [
    ['/hotel', call, /^\[\{"verb".*$/m.exec(read('webhooks.md'))?.[0] ?? 'the answer that webhooks.md promises'],
    [
      '/menu',
      call,
      '[{"verb":"gather","input":["digits"],"actionHook":"/_jambonz/results/g2/action","numDigits":1,' +
        '"say":{"text":"For the reception, press 1."}}]',
    ],
    [
      '/_jambonz/results/g2/action',
      { ...call, reason: 'dtmfDetected', digits: '1' },
      '[{"verb":"say","text":"You have pressed 1.","loop":1}]',
    ],
    ['/auth', { method: 'REGISTER', username: 'bob' }, '{"status":"fail","msg":"invalid domain or username"}'],
  ];
  for (const [path, body, expected] of cases) {
    it(`${path} answers as the page says`, async () => {
      const answer = await fetch(red.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      assert.equal(await answer.text(), expected);
    });
  }
});
