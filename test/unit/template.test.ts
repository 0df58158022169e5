import { strict as assert } from 'node:assert';
import { Template, type Dialect, type ReadContext } from '../../src/template';

interface Case {
  name: string;
  text: string;
  dialect?: Dialect;
  msg?: object;
  context?: Record<string, unknown>;
  result: string;
}

const cases: Case[] = [
  { name: 'a message property', text: 'Hi {{call.from}}', msg: { call: { from: '+1' } }, result: 'Hi +1' },
  { name: 'nothing for what is missing', text: '[{{nope}}{{a.b}}{{flow.x}}{{global.y.z}}]', result: '[]' },
  { name: 'no HTML escaping', text: '{{a}}', msg: { a: `<b>&"'/` }, result: `<b>&"'/` },
  {
    name: 'flow and global',
    text: '{{flow.a}} {{global.b.c}}',
    context: { 'flow a': 1, 'global b': { c: 2 } },
    result: '1 2',
  },
  {
    name: 'contexts hide message properties',
    text: '{{flow.x}}|{{global.x.y}}',
    msg: { flow: { x: 1 }, global: { x: { y: 1 } } },
    result: '|',
  },
  { name: 'a named store', text: '{{flow[file].a}}', context: { 'flow:file a': 'stored' }, result: 'stored' },
  {
    name: 'the parent of a subflow',
    text: '{{flow.$parent.a}}',
    context: { 'flow $parent.a': 'outer' },
    result: 'outer',
  },
  { name: 'a key with a hyphen', text: '{{global.my-key}}', context: { 'global my-key': 'v' }, result: 'v' },
  {
    name: 'a section over a context',
    text: '{{#flow}}{{a}}{{b}}{{/flow}}',
    msg: { b: 'msg' },
    context: { 'flow a': 'ctx' },
    result: 'ctxmsg',
  },
  {
    name: 'a list in a context',
    text: '{{#flow.list}}[{{name}}]{{/flow.list}}',
    context: { 'flow list': [{ name: 'x' }, { name: 'y' }] },
    result: '[x][y]',
  },
  { name: 'sections of the message', text: '{{#on}}yes{{/on}}{{^off}}no{{/off}}', msg: { on: true }, result: 'yesno' },
  {
    name: 'a template in a value is left alone',
    text: '{{a}}',
    msg: { a: '{{b}} ${msg.b}', b: 'x' },
    result: '{{b}} ${msg.b}',
  },
  { name: '${} is no tag of the bare dialect', text: '${msg.a}', msg: { a: 1 }, result: '${msg.a}' },
  {
    name: 'the prefixed dialect wants its prefix',
    text: ' {{msg.a}} {{a}}${msg.a} ',
    dialect: 'prefixed',
    msg: { a: 1 },
    result: '1 1',
  },
  {
    name: 'prefixed: ${} goes deep',
    text: '${msg.call.from}/${flow.a.b}',
    dialect: 'prefixed',
    msg: { call: { from: '+1' } },
    context: { 'flow a': { b: 2 } },
    result: '+1/2',
  },
  {
    name: 'prefixed: one pass only',
    text: '${msg.a}',
    dialect: 'prefixed',
    msg: { a: '{{msg.b}}${msg.b}', b: 'secret' },
    result: '{{msg.b}}${msg.b}',
  },
  { name: 'prefixed: missing is silent', text: 'You said ${msg.nope}.', dialect: 'prefixed', result: 'You said .' },
  {
    name: 'json: escaped between quotes',
    text: '{"a":"{{a}}"}',
    dialect: 'json',
    msg: { a: '","verb":"redirect\n' },
    result: '{"a":"\\",\\"verb\\":\\"redirect\\n"}',
  },
  {
    name: 'json: raw outside of quotes',
    text: '{"a":{{a}}}',
    dialect: 'json',
    msg: { a: '[1,2]' },
    result: '{"a":[1,2]}',
  },
  {
    name: 'json: an escaped quote does not end the text',
    text: '{"a":"\\"{{a}}"}',
    dialect: 'json',
    msg: { a: '"' },
    result: '{"a":"\\"\\""}',
  },
  {
    name: 'json: sections',
    text: '[{{#l}}"{{.}}",{{/l}}0]',
    dialect: 'json',
    msg: { l: ['a"b'] },
    result: '["a\\"b",0]',
  },
];

/** Contexts as `"<scope>[:store] <key>"`; counts what is read. */
function reader(context: Record<string, unknown> = {}): ReadContext & { reads: string[] } {
  const reads: string[] = [];
  const read: ReadContext = (scope, key, store) => {
    const name = `${scope}${store ? `:${store}` : ''} ${key}`;
    reads.push(name);
    return context[name];
  };
  return Object.assign(read, { reads });
}

describe('template', () => {
  for (const { name, text, dialect, msg = {}, context, result } of cases) {
    it(name, () => assert.equal(new Template(text, dialect).render(msg, reader(context)), result));
  }

  it('reads only the keys that it names', () => {
    const read = reader();
    void new Template('{{flow.a.b}} {{#msg}}{{c}}{{/msg}}').render({}, read);
    assert.deepEqual(read.reads, ['flow a']);
  });

  it('waits for an asynchronous store', async () => {
    assert.equal(await new Template('{{flow.a}}').render({}, () => Promise.resolve('later')), 'later');
  });

  it('does not change the message', () => {
    const msg = Object.freeze({ flow: 1, a: Object.freeze({ b: 2 }) });
    assert.equal(new Template('{{a.b}}{{flow.x}}').render(msg, reader({ 'flow x': 3 })), '23');
  });

  for (const text of ['Hello {{name', 'Hello {{#name}}', '{{/name}}']) {
    it(`refuses ${text}`, () => assert.throws(() => new Template(text), { reason: 'template' }));
  }

  it('leaves the escaping of the shared mustache module alone', () => {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const shared = require('mustache') as { render(text: string, view: object): string };
    void new Template('{{a}}').render({ a: '<' }, reader());
    assert.equal(shared.render('{{a}}', { a: '<' }), '&lt;');
  });
});
