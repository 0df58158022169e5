import { strict as assert } from 'node:assert';
import { startNodeRed, type FlowNode, type NodeRed } from '../support/node-red';

const tab = (id: string, nodes: Record<string, unknown>[]): FlowNode[] => [
  { id, type: 'tab', label: id },
  ...nodes.map(
    (node, index) => ({ id: `${id}-${index}`, z: id, wires: [[`${id}-${index + 1}`]], ...node }) as unknown as FlowNode,
  ),
];
const webhook = (url: string): Record<string, unknown> => ({ type: 'webhook in', url, method: 'post' });
const log = (text: string): Record<string, unknown> => ({ type: 'function', func: `node.log(${text})`, wires: [] });

const flow: FlowNode[] = [
  ...tab('contexts', [
    webhook('/contexts'),
    {
      type: 'function',
      func: `flow.set('name', 'Ann', 'file', () => global.set('shop', { open: 9 }, 'file', () => node.send(msg)));`,
    },
    { type: 'say', text: '{{flow[file].name}}, we open at {{global[file].shop.open}}.', loop: 1, vendor: 'default' },
    { type: 'pause', len: '#:(file)::shop.open', lenType: 'global' },
    { type: 'webhook out' },
  ]),
  ...tab('expression', [
    webhook('/expression'),
    { type: 'pause', len: '$number(call.n) * 2', lenType: 'jsonata' },
    { type: 'play', url: '$nope(', urlType: 'jsonata', loop: 1 },
    { type: 'webhook out', check: 'off' },
  ]),
  ...tab('events', [
    webhook('/events'),
    { type: 'leave' },
    { type: 'webhook out' },
    { id: 'complete', type: 'complete', scope: ['events-1', 'events-2'], wires: [['completed']] },
    { id: 'completed', ...log(`'completed ' + JSON.stringify(msg.jambonz)`) },
  ]),
  ...tab('caught', [
    webhook('/caught'),
    { type: 'sip:decline', name: 'busy', status: '486', statusType: 'num', headers: '{bad', headersType: 'json' },
    { type: 'webhook out' },
    { id: 'catch', type: 'catch', scope: null, wires: [['rescue']] },
    {
      id: 'rescue',
      type: 'function',
      func: `node.log(msg.error.message); msg.jambonz = [{ verb: 'hangup' }]; return msg;`,
      wires: [['caught-2']],
    },
  ]),
  ...tab('branches', [
    webhook('/branches'),
    { type: 'say', text: 'one', loop: 1, vendor: 'default', wires: [['branches-2', 'branches-3']] },
    { type: 'say', text: 'two', loop: 1, vendor: 'default', wires: [['branches-4']] },
    { type: 'say', text: 'never', loop: 1, vendor: 'default', wires: [[]] },
    { type: 'webhook out' },
  ]),
];

describe('a verb node in a flow', () => {
  let red: NodeRed;
  before(async () => {
    red = await startNodeRed({
      flow,
      settings: {
        contextStorage: {
          default: { module: 'memory' },
          file: { module: 'localfilesystem', config: { cache: false } },
        },
      },
    });
  });
  after(() => red.stop());

  const post = async (path: string, body: object = {}): Promise<unknown> => {
    const answer = await fetch(red.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return answer.json();
  };

  it('reads named and asynchronous context stores', async () => {
    assert.deepEqual(await post('/contexts'), [
      { verb: 'say', text: 'Ann, we open at 9.', loop: 1 },
      { verb: 'pause', length: 9 },
    ]);
  });

  it('evaluates JSONata, and says which field has none that works', async () => {
    assert.deepEqual(await post('/expression', { n: '2' }), [
      { verb: 'pause', length: 4 },
      { verb: 'play', loop: 1 },
    ]);
    await red.line(/\[error\] \[play:.*\] play: the field url \(jsonata .nope.*\) has no value: /);
  });

  it('lets Complete nodes fire', async () => {
    await post('/events');
    await red.line(/completed \[\{"verb":"leave"\}\]/);
  });

  it('lets a Catch node answer in its place', async () => {
    assert.deepEqual(await post('/caught'), [{ verb: 'hangup' }]);
    await red.line(/sip:decline "busy": the field headers is not JSON: .*\{bad/);
  });

  it('does not let one branch see the verbs of another', async () => {
    assert.deepEqual(await post('/branches'), [
      { verb: 'say', text: 'one', loop: 1 },
      { verb: 'say', text: 'two', loop: 1 },
    ]);
  });

  it('keeps a hundred messages at once apart', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => post('/expression', { n })));
    assert.deepEqual(
      answers.map((answer) => (answer as { length: number }[])[0]!.length),
      Array.from({ length: 100 }, (_, n) => n * 2),
    );
  });
});
