import { strict as assert } from 'node:assert';
import { startNodeRed, type FlowNode, type NodeRed } from '../support/node-red';

type Json = Record<string, unknown>;

const SECRET = 'wJalrXUtnFEMI/K7MDENG';

/** A tab whose nodes are wired one after the other, between a webhook and its answer. */
const tab = (id: string, nodes: Json[]): FlowNode[] => [
  { id, type: 'tab', label: id },
  ...[{ type: 'webhook in', url: `/${id}`, method: 'post' }, ...nodes, { type: 'webhook out', check: 'off' }].map(
    (node, index) => ({ id: `${id}-${index}`, z: id, wires: [[`${id}-${index + 1}`]], ...node }) as unknown as FlowNode,
  ),
];

/** What releases 2.4.28 and 2.4.29 saved, and what it means. */
const STORED_KINDS: [kind: string, data: string, verb: Json][] = [
  ['json', '{"text":"{{call.name}}"}', { verb: 'say', text: 'Ann "the boss"' }],
  ['mustache', '{"text":"{{call.name}}","loop":{{call.n}}}', { verb: 'say', text: 'Ann "the boss"', loop: 2 }],
  ['msg', 'call.data', { verb: 'say', text: 'from msg' }],
  ['flow', 'data', { verb: 'say', text: 'from flow' }],
  ['global', 'data', { verb: 'say', text: 'from global' }],
  ['jsonata', '{"text": $uppercase(call.name)}', { verb: 'say', text: 'ANN "THE BOSS"' }],
  ['env', 'SAY_DATA', { verb: 'say', text: '{{not rendered}}' }],
];

/** Every verb of this file in a row, each with something that only one message has. */
const ROW: Json[] = [
  {
    type: 'cfg',
    speechinput: true,
    transcriptionvendor: 'google',
    recognizerlang: 'en-US',
    transcriptionhints: '$string(call.n)',
    transcriptionhintsType: 'jsonata',
    bargeIn: true,
    bargeIn_actionHook: 'call.path',
    bargeIn_actionHookType: 'msg',
    bargeIn_input: 'digits,speech',
    bargeIn_numDigits: 'call.n',
    bargeIn_numDigitsType: 'jsonata',
  },
  { type: 'rasa', url: 'call.path', urlType: 'jsonata', prompt: '{{call.n}}', promptType: 'mustache' },
  { type: 'sip:request', method: 'INFO', headers: '{"X-N": call.n}', headersType: 'jsonata' },
  {
    type: 'sip:refer',
    referTo: 'call.path',
    referToType: 'msg',
    headers: '{"X-N":"{{call.n}}"}',
    headersType: 'mustache',
  },
  { type: 'dub', action: 'addTrack', track: '$string(call.n)', trackType: 'jsonata', loop: false, gain: '-5 dB' },
  { type: 'dtmf', dtmf: 'call.n', dtmfType: 'msg', duration: '250' },
  { type: 'alert', message: 'call.path', messageType: 'msg' },
  { type: 'message', from: '+1', to: '$string(call.n)', toType: 'jsonata', text: 'hi' },
  { type: 'generic', verb: 'pause', data: '{"length":{{call.n}}}' },
  { type: 'answer' },
];

const rowFor = (n: number): Json[] => [
  {
    verb: 'config',
    recognizer: { vendor: 'google', language: 'en-US', hints: [String(n)] },
    bargeIn: { enable: true, actionHook: `/p${n}`, input: ['digits', 'speech'], numDigits: n },
  },
  { verb: 'rasa', url: `/p${n}`, prompt: String(n) },
  { verb: 'sip:request', method: 'INFO', headers: { 'X-N': n } },
  { verb: 'sip:refer', referTo: `/p${n}`, headers: { 'X-N': String(n) } },
  { verb: 'dub', action: 'addTrack', track: String(n), loop: false, gain: '-5 dB' },
  { verb: 'dtmf', dtmf: String(n), duration: 250 },
  { verb: 'alert', message: `/p${n}` },
  { verb: 'message', from: '+1', to: String(n), text: 'hi' },
  { verb: 'pause', length: n },
  { verb: 'answer' },
];

const flow: FlowNode[] = [
  ...STORED_KINDS.flatMap(([dataType, data]) =>
    tab(`kind-${dataType}`, [{ type: 'generic', verb: 'say', data, dataType }]),
  ),
  ...tab('row', ROW),
  ...tab('lex', [
    { type: 'lex', aws: 'aws', bot: 'B', botType: 'str', alias: 'A', aliasType: 'str', region: 'us-east-1' },
  ]),
  { id: 'aws', type: 'aws_auth', name: 'AWS' },
  { id: 'old', type: 'tab', label: 'old' },
  {
    id: 'audio',
    type: 'audio in',
    z: 'old',
    path: '/audio',
    bucket: 'b',
    region: 'eu-west-1',
    secret: 's3cret',
    wires: [[]],
  },
  { id: 'status', type: 'status', z: 'old', scope: null, wires: [['say-status']] },
  { id: 'say-status', type: 'function', z: 'old', func: `node.log('status ' + msg.status.text);`, wires: [] },
  {
    id: 'set',
    type: 'function',
    z: 'kind-flow',
    func: '',
    initialize: `flow.set('data', { text: 'from flow' }); global.set('data', { text: 'from global' });`,
    wires: [],
  },
];

describe('the verbs of older and newer flows', () => {
  let red: NodeRed;
  before(async () => {
    red = await startNodeRed({
      flow,
      credentials: { aws: { accessKey: 'AKIA', secretAccessKey: SECRET } },
      env: { SAY_DATA: '{"text":"{{not rendered}}"}' },
    });
  });
  after(() => red.stop());

  const post = async (path: string, body: object = {}): Promise<unknown> => {
    const answer = await fetch(`${red.url}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return answer.json();
  };

  for (const [kind, , verb] of STORED_KINDS) {
    it(`generic: reads its data as ${kind} where an older flow has saved that`, async () => {
      const body = { name: 'Ann "the boss"', n: 2, data: { text: 'from msg' } };
      assert.deepEqual(await post(`kind-${kind}`, body), [verb]);
    });
  }

  it('keeps two hundred messages at once apart', async () => {
    const numbers = Array.from({ length: 200 }, (_, index) => index + 1);
    const answers = await Promise.all(numbers.map((n) => post('row', { n, path: `/p${n}` })));
    assert.deepEqual(answers, numbers.map(rowFor));
  });

  it('lex: puts the keys into the verb, and nowhere else', async () => {
    const [verb] = (await post('lex')) as Json[];
    assert.deepEqual(verb, {
      verb: 'lex',
      botId: 'B',
      botAlias: 'A',
      region: 'us-east-1',
      locale: 'en_US',
      credentials: { accessKey: 'AKIA', secretAccessKey: SECRET },
    });
    const shown = await fetch(`${red.adminUrl}/credentials/aws_auth/aws`);
    assert.deepEqual(await shown.json(), { accessKey: 'AKIA', has_secretAccessKey: true });
    assert.ok(!red.logs.some((line) => line.includes(SECRET)));
  });

  it('audio in: says in the log and in its status that it does nothing', async () => {
    await red.line(/\[warn\] \[audio in:.*\] .*no longer supported.*listen/);
    await red.line(/status audio-in\.status\.gone/);
    assert.ok(!red.logs.some((line) => line.includes('s3cret')));
  });
});
