import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startNodeRed, type FlowNode, type NodeRed } from '../support/node-red';

/**
 * The recorded redeploys, and what finding W2 wants instead where the official palette loses a
 * route: whatever is deployed answers, the first node of several on one path.
 * A flow is written `A /x, B /y`; `http` is a core `http in` node.
 */
type Step = { deploy: 'full' | 'nodes' | 'flows'; flow: string } | { request: string; result: string };

const cases: { name: string; steps: Step[] }[] = [
  {
    name: 'full-unchanged',
    steps: [1, 2, 3].flatMap((): Step[] => [
      { deploy: 'full', flow: 'A /x' },
      { request: '/x', result: 'A' },
    ]),
  },
  {
    name: 'nodes-change',
    steps: [
      { deploy: 'full', flow: 'A /x' },
      { deploy: 'nodes', flow: 'A(renamed) /x' },
      { request: '/x', result: 'A' },
    ],
  },
  {
    name: 'path-change',
    steps: [
      { deploy: 'full', flow: 'A /x' },
      { deploy: 'nodes', flow: 'A /y' },
      { request: '/x', result: '404' },
      { request: '/y', result: 'A' },
    ],
  },
  {
    name: 'path-change-noslash',
    steps: [
      { deploy: 'full', flow: 'A x' },
      { deploy: 'nodes', flow: 'A y' },
      { request: '/x', result: '404' },
      { request: '/y', result: 'A' },
    ],
  },
  {
    name: 'delete',
    steps: [
      { deploy: 'full', flow: 'A /x' },
      { deploy: 'nodes', flow: '' },
      { request: '/x', result: '404' },
    ],
  },
  {
    name: 'tab-disabled',
    steps: [
      { deploy: 'full', flow: 'A /x' },
      { request: '/x', result: 'A' },
      { deploy: 'full', flow: 'disabled: A /x' },
      { request: '/x', result: '404' },
    ],
  },
  {
    name: 'same-path-two-nodes',
    steps: [
      { deploy: 'full', flow: 'A /d, B /d' },
      { request: '/d', result: 'A' },
      { request: '/d', result: 'A' },
    ],
  },
  {
    name: 'same-path-modify-first',
    steps: [
      { deploy: 'full', flow: 'A /d, B /d' },
      { deploy: 'nodes', flow: 'A(edited) /d, B /d' },
      { request: '/d', result: 'B' },
    ],
  },
  {
    name: 'same-path-delete-second (differs: W2)',
    steps: [
      { deploy: 'full', flow: 'A /d, B /d' },
      { deploy: 'nodes', flow: 'A /d' },
      { request: '/d', result: 'A' },
    ],
  },
  {
    name: 'same-path-delete-second-not-adjacent (differs: W2)',
    steps: [
      { deploy: 'full', flow: 'A /d, X /x, B /d' },
      { request: '/d', result: 'A' },
      { deploy: 'nodes', flow: 'A /d, X /x' },
      { request: '/d', result: 'A' },
      { request: '/x', result: 'X' },
    ],
  },
  {
    name: 'same-path-three-full-redeploys',
    steps: [
      { deploy: 'full', flow: 'A /d, B /d, C /d' },
      { request: '/d', result: 'A' },
      { deploy: 'full', flow: 'A /d, B /d, C /d' },
      { request: '/d', result: 'A' },
      { deploy: 'full', flow: 'C /d' },
      { request: '/d', result: 'C' },
      { deploy: 'full', flow: '' },
      { request: '/d', result: '404' },
    ],
  },
  {
    name: 'slash-variants',
    steps: [
      { deploy: 'full', flow: 'A v, B /v' },
      { request: '/v', result: 'A' },
    ],
  },
  {
    name: 'many-redeploys-no-leak',
    steps: [
      ...Array.from({ length: 20 }, (_, index): Step => ({ deploy: 'nodes', flow: `A(${index}) /k` })),
      { request: '/k', result: 'A' },
      { deploy: 'nodes', flow: '' },
      { request: '/k', result: '404' },
    ],
  },
  {
    name: 'core-http-in-same-path (differs: W2)',
    steps: [
      { deploy: 'full', flow: 'http /h, A /w, B /h' },
      { deploy: 'nodes', flow: 'http /h, A /w' },
      { request: '/h', result: 'http' },
      { request: '/w', result: 'A' },
    ],
  },
  {
    name: 'the second node of a pattern takes over when the first is removed',
    steps: [
      { deploy: 'full', flow: 'A /t/:tenant, B /t/:tenant' },
      { request: '/t/acme', result: 'A' },
      { deploy: 'nodes', flow: 'B /t/:tenant' },
      { request: '/t/acme', result: 'B' },
    ],
  },
  {
    name: 'an exact path goes before a pattern, whatever the order',
    steps: [
      { deploy: 'full', flow: 'A /p/:id, B /p/new' },
      { request: '/p/new', result: 'B' },
      { request: '/p/7', result: 'A' },
    ],
  },
];

describe('webhook redeploy', () => {
  let red: NodeRed;
  before(async () => {
    red = await startNodeRed();
  });
  after(() => red.stop());

  for (const { name, steps } of cases) {
    it(name, async () => {
      await red.deploy([]);
      for (const step of steps) {
        if ('deploy' in step) await red.deploy(nodesOf(step.flow), step.deploy);
        else assert.equal(await answerOf(red, step.request), step.result, JSON.stringify(step));
      }
    });
  }

  it('covers every recorded redeploy', () => {
    const recorded = JSON.parse(readFileSync(join(__dirname, 'vectors/webhook_redeploy.json'), 'utf8')) as {
      id: string;
    }[];
    const covered = new Set(cases.map(({ name }) => `webhook redeploy/${name.split(' ')[0] ?? ''}`));
    assert.deepEqual(
      recorded.map(({ id }) => id).filter((id) => !covered.has(id)),
      [],
    );
  });

  it('says in the second node that another has its path', async () => {
    await red.deploy(nodesOf('A /same, B /same'));
    await red.line(/\[warn\] \[webhook in:B\].*\/same/);
  });
});

/** One tab with, for each `name path`, a webhook that answers its name. */
function nodesOf(text: string): FlowNode[] {
  const disabled = text.startsWith('disabled: ');
  const entries = text.replace('disabled: ', '').split(', ').filter(Boolean);
  return [
    { id: 'tab', type: 'tab', label: 'redeploy', disabled },
    ...entries.flatMap((entry): FlowNode[] => {
      const [, name = '', note = '', url = ''] = /^(\w+)(?:\((\w+)\))? (\S+)$/.exec(entry) ?? [];
      const type = name === 'http' ? 'http in' : 'webhook in';
      return [
        { id: name, type, z: 'tab', name: name + note, url, method: 'post', wires: [[`set${name}`]] },
        {
          id: `set${name}`,
          type: 'function',
          z: 'tab',
          func: `return { ...msg, payload: '${name}' };`,
          outputs: 1,
          wires: [[`out${name}`]],
        },
        { id: `out${name}`, type: 'http response', z: 'tab', wires: [] },
      ];
    }),
  ];
}

async function answerOf(red: NodeRed, path: string): Promise<string> {
  const answer = await fetch(red.url + path, { method: 'POST' });
  const text = await answer.text();
  return answer.ok ? text : String(answer.status);
}
