import { strict as assert } from 'node:assert';
import helper from 'node-red-node-test-helper';
import type { Node } from 'node-red';
import { palette } from '../support/palette';

type Json = Record<string, unknown>;

interface Row {
  path: (string | number)[];
  value: unknown;
  type?: string;
}

interface Case {
  name: string;
  node: Json & { type: string };
  more: Row[];
  msg?: Json;
  /** What the verb has beside what its fields make. */
  adds: Json;
  problem?: RegExp;
}

const say = { type: 'say', text: 'hi', loop: 1, vendor: 'default' };
const dial = {
  type: 'dial',
  targets: [
    { type: 'phone', dest: '1', varType: 'str' },
    { type: 'user', dest: 'joe', varType: 'str' },
  ],
};
const gather = {
  type: 'gather',
  speechinput: true,
  transcriptionvendor: 'deepgram',
  recognizerlang: 'en-US',
  text: 'hi',
};

const cases: Case[] = [
  { name: 'a text', node: say, more: [{ path: ['id'], value: 'a', type: 'str' }], adds: { id: 'a' } },
  { name: 'a value without a kind', node: say, more: [{ path: ['id'], value: 'a' }], adds: { id: 'a' } },
  {
    name: 'a number that a message has as text',
    node: gather,
    more: [{ path: ['minBargeinWordCount'], value: 'n', type: 'msg' }],
    msg: { n: '2' },
    adds: { minBargeinWordCount: 2 },
  },
  {
    name: 'yes and no',
    node: say,
    more: [
      { path: ['stream'], value: 'false', type: 'bool' },
      { path: ['disableTtsCache'], value: 'true', type: 'bool' },
    ],
    adds: { stream: false, disableTtsCache: true },
  },
  {
    name: 'a property of an object that the fields made',
    node: gather,
    more: [{ path: ['recognizer', 'deepgramOptions', 'model'], value: 'nova-3', type: 'str' }],
    adds: { recognizer: { vendor: 'deepgram', language: 'en-US', deepgramOptions: { model: 'nova-3' } } },
  },
  {
    name: 'a list, written with commas, as JSON, or as the message has it',
    node: gather,
    more: [
      { path: ['recognizer', 'deepgramOptions', 'keywords'], value: 'a, b', type: 'str' },
      { path: ['recognizer', 'deepgramOptions', 'redact'], value: '["c"]', type: 'json' },
      { path: ['recognizer', 'deepgramOptions', 'search'], value: 'list', type: 'msg' },
    ],
    msg: { list: ['d', 'e'] },
    adds: {
      recognizer: {
        vendor: 'deepgram',
        language: 'en-US',
        deepgramOptions: { keywords: ['a', 'b'], redact: ['c'], search: ['d', 'e'] },
      },
    },
  },
  {
    name: 'an object from a template, where a caller cannot add properties',
    node: { type: 'leave' },
    more: [{ path: ['id'], value: '{{name}}', type: 'mustache' }],
    msg: { name: 'a"b' },
    adds: { id: 'a"b' },
  },
  {
    name: 'an object as a template',
    node: dial,
    more: [{ path: ['headers'], value: '{"X-Name": "{{name}}"}', type: 'mustache' }],
    msg: { name: 'a", "X-Admin": "1' },
    adds: { headers: { 'X-Name': 'a", "X-Admin": "1' } },
  },
  {
    name: 'a property of every destination',
    node: dial,
    more: [{ path: ['target', 'proxy'], value: 'sip:p', type: 'str' }],
    adds: {
      target: [
        { type: 'phone', number: '1', proxy: 'sip:p' },
        { type: 'user', name: 'joe', proxy: 'sip:p' },
      ],
    },
  },
  {
    name: 'a property of one destination',
    node: dial,
    more: [{ path: ['target', 1, 'proxy'], value: 'sip:p', type: 'str' }],
    adds: {
      target: [
        { type: 'phone', number: '1' },
        { type: 'user', name: 'joe', proxy: 'sip:p' },
      ],
    },
  },
  {
    name: 'nothing where a field of the form is set',
    node: say,
    more: [
      { path: ['text'], value: 'ho', type: 'str' },
      { path: ['loop'], value: '3', type: 'num' },
    ],
    adds: {},
  },
  {
    name: 'what a field leaves open in an object',
    node: { ...say, vendor: 'google', lang: 'en-US', voice: 'v' },
    more: [{ path: ['synthesizer'], value: '{"vendor": "aws", "label": "mine"}', type: 'json' }],
    adds: { synthesizer: { vendor: 'google', language: 'en-US', voice: 'v', label: 'mine' } },
  },
  {
    name: 'nothing for a value that is not there',
    node: say,
    more: [{ path: ['id'], value: 'nope', type: 'msg' }],
    adds: {},
  },
  {
    name: 'nothing for a row without a property, and none that changes a prototype',
    node: say,
    more: [
      { path: [], value: 'a', type: 'str' },
      { path: ['__proto__', 'x'], value: 'a', type: 'str' },
      null as unknown as Row,
    ],
    adds: {},
  },
  {
    name: 'nothing, and a report, for text in the place of a number',
    node: gather,
    more: [{ path: ['minBargeinWordCount'], value: 'two', type: 'str' }],
    adds: {},
    problem: /gather: minBargeinWordCount must be a number; "two" was left out/,
  },
  {
    name: 'a number of a property that only jambonz 10 knows',
    node: { type: 'listen', url: '/a' },
    more: [{ path: ['channel'], value: '2', type: 'str' }],
    adds: { channel: 2 },
  },
];

async function run(config: Json, msg: Json): Promise<{ verb: Json; logged: string[] }> {
  await helper.load(palette(), [
    { id: 'f', type: 'tab', label: 'f' },
    { ...config, id: 'n', z: 'f', wires: [['out']] },
    { id: 'out', z: 'f', type: 'helper', wires: [] },
  ] as never);
  try {
    const node = helper.getNode('n');
    const logged: string[] = [];
    node.error = (text: unknown) => void logged.push(String(text));
    const sent = new Promise<Json>((resolve) => helper.getNode('out').on('input', (got) => resolve(got)));
    node.receive(structuredClone(msg));
    const { jambonz } = await sent;
    // As JSON carries it.
    return { verb: JSON.parse(JSON.stringify((jambonz as Json[])[0])) as Json, logged };
  } finally {
    await helper.unload();
  }
}

describe('further properties', () => {
  before(() => (helper.startServer as () => Promise<void>)());
  after(() => (helper.stopServer as () => Promise<void>)());

  for (const { name, node, more, msg = {}, adds, problem } of cases) {
    it(`add ${name}`, async () => {
      const plain = await run(node, msg);
      const { verb, logged } = await run({ ...node, more }, msg);
      assert.deepEqual(verb, { ...plain.verb, ...adds });
      if (problem) assert.match(logged.join('\n'), problem);
      else assert.deepEqual(logged, []);
    });
  }

  it('are an error that a Catch node gets when a value is not JSON', async () => {
    await helper.load(palette(), [
      { id: 'f', type: 'tab', label: 'f' },
      { ...say, id: 'n', z: 'f', wires: [[]], more: [{ path: ['synthesizer'], value: '{"a', type: 'json' }] },
    ] as never);
    const node = helper.getNode('n') as Node & { _complete: (msg: unknown, error?: Error) => void };
    const ended = new Promise<Error | undefined>((resolve) => {
      node._complete = (_msg, error) => resolve(error);
    });
    node.receive({});
    assert.match(String((await ended)?.message), /say: the field synthesizer is not JSON: .*\(\{"a\)/);
    await helper.unload();
  });
});
