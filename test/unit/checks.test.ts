import { strict as assert } from 'node:assert';
import { CHECK_NAMES, check, type FlowNode, type Options } from '../../src/checks';
import { flowsOf } from '../support/flows';

type Fields = Record<string, unknown>;

/** A row of nodes, each wired to the next; the last one only where its wires say so. */
function row(...nodes: (Fields & { id: string; type: string })[]): FlowNode[] {
  return nodes.map((node, index) => {
    const next = nodes[index + 1];
    return { z: 'tab', wires: next ? [[next.id]] : [], ...node };
  });
}

const hook = (id: string, url: string, more: Fields = {}) => ({ id, type: 'webhook in', url, method: 'post', ...more });
const out = { id: 'out', type: 'webhook out' };
const gather = (more: Fields = {}) => ({ id: 'gather', type: 'gather', dtmfinput: true, ...more });
const ports = (wires: string[][], more: Fields = {}) =>
  gather({ results: 'ports', ports: ['next', 'digits', 'noinput'], wires, ...more });
const server = (publicUrl?: string) => ({ id: 'server', type: 'jambonz_auth', ...(publicUrl && { publicUrl }) });
const subflow = (nodes: FlowNode[], first: string, last: string): FlowNode[] => [
  { id: 'sub', type: 'subflow', in: [{ wires: [{ id: first }] }], out: [{ wires: [{ id: last, port: 0 }] }] },
  ...nodes.map((node) => ({ ...node, z: 'sub' })),
];

interface Case {
  when: string;
  flow: FlowNode[];
  /** The node, and its field, that is found; absent when nothing is. */
  at?: string;
  options?: Options;
}

const start = hook('in', '/a');
const TABLE: Record<string, Case[]> = {
  'no-answer': [
    {
      when: 'a port ends in a verb',
      flow: [...row(start, ports([['out'], ['say']])), ...row({ id: 'say', type: 'say' }), ...row(out)],
      at: 'gather',
    },
    {
      when: 'a port ends in a function that only counts',
      flow: [
        ...row(start, ports([['out'], ['f']])),
        ...row({ id: 'f', type: 'function', func: 'msg.n = 1; return msg;' }),
      ],
      at: 'gather',
    },
    { when: 'a port has no wire', flow: [...row(start, ports([['out']])), ...row(out)] },
    { when: 'a port leads to webhook out', flow: [...row(start, ports([['out'], ['out']])), ...row(out)] },
    {
      when: 'a port leads to the core http response',
      flow: [...row(start, ports([[], ['r']])), ...row({ id: 'r', type: 'http response' })],
    },
    {
      when: 'a port leads over links to an answer',
      flow: [
        ...row(start, ports([[], ['lo']])),
        ...row({ id: 'lo', type: 'link out', mode: 'link', links: ['li'] }),
        ...row({ id: 'li', type: 'link in' }, out),
      ],
    },
    {
      when: 'a link call comes back to an answer',
      flow: [
        ...row(start, ports([[], ['call']])),
        ...row({ id: 'call', type: 'link call', links: ['li'] }, out),
        ...row({ id: 'li', type: 'link in' }, { id: 'back', type: 'link out', mode: 'return' }),
      ],
    },
    {
      when: 'a subflow answers, or its output leads to the answer',
      flow: [
        ...row(start, ports([[], ['s']])),
        ...row({ id: 's', type: 'subflow:sub' }, out),
        ...subflow(row({ id: 'x', type: 'say' }), 'x', 'x'),
      ],
    },
    {
      when: 'a function may answer by itself',
      flow: [...row(start, ports([[], ['f']])), ...row({ id: 'f', type: 'function', func: 'msg.res.send("[]")' })],
    },
    {
      when: 'the message goes into a context',
      flow: [...row(start, ports([[], ['f']])), ...row({ id: 'f', type: 'function', func: 'flow.set("m", msg)' })],
    },
    {
      when: 'a complete node answers',
      flow: [
        ...row(start, ports([[], ['say']])),
        ...row({ id: 'say', type: 'say' }),
        ...row({ id: 'c', type: 'complete', scope: ['say'] }, out),
      ],
    },
    {
      when: 'an unknown node may answer',
      flow: [...row(start, ports([[], ['u']])), ...row({ id: 'u', type: 'my-thing' })],
    },
    {
      when: 'jambonz ignores the answer of the port',
      flow: [...row(start, ports([[], ['d']], { ports: ['next', 'partial'] })), ...row({ id: 'd', type: 'debug' })],
    },
    {
      when: 'the node has no ports',
      flow: row(start, gather({ ports: ['next', 'digits'], wires: [[], ['d']] }), { id: 'd', type: 'debug' }),
    },
  ],
  'lost-hook': [
    { when: 'nobody has the path', flow: row(start, gather({ actionhook: '/b' }), out), at: 'gather.actionhook' },
    {
      when: 'a redirect leads nowhere',
      flow: row(start, { id: 'r', type: 'redirect', hook: '/b', hookType: 'str' }, out),
      at: 'r.hook',
    },
    {
      when: 'the webhook is switched off',
      flow: [...row(start, gather({ actionhook: '/b' }), out), ...row(hook('b', '/b', { d: true }))],
      at: 'gather.actionhook',
    },
    {
      when: 'the webhook is on a tab that is switched off',
      flow: [
        { id: 'off', type: 'tab', disabled: true },
        ...row(start, gather({ actionhook: '/b' }), out),
        ...row(hook('b', '/b', { z: 'off' })),
      ],
      at: 'gather.actionhook',
    },
    { when: 'the path is there', flow: [...row(start, gather({ actionhook: '/b?x=1' }), out), ...row(hook('b', 'b'))] },
    {
      when: 'the path fits parameters',
      flow: [...row(start, gather({ actionhook: '/b/7' }), out), ...row(hook('b', '/b/:id'))],
    },
    {
      when: 'a core http in has it',
      flow: [
        ...row(start, gather({ actionhook: '/b' }), out),
        ...row({ id: 'b', type: 'http in', url: '/b', method: 'post' }),
      ],
    },
    {
      when: 'it is below httpNodeRoot',
      flow: row(start, gather({ actionhook: '/red/a' }), out),
      options: { root: '/red/' },
    },
    {
      when: 'a call that is made here is answered below the public address, where nobody listens',
      flow: [
        server('https://flows.example.com/red/'),
        ...row({ id: 'c', type: 'create-call', mode: 'url', call_hook_url: 'https://flows.example.com/red/b' }),
      ],
      at: 'c.call_hook_url',
    },
    {
      when: 'the public address leads to a webhook',
      flow: [
        server('https://flows.example.com/red/'),
        ...row(start, gather({ actionhook: 'https://flows.example.com/red/a#rc=2' }), out),
      ],
    },
    {
      when: 'an application handles the call',
      flow: [
        server('https://flows.example.com'),
        ...row({ id: 'c', type: 'create-call', mode: 'app', call_hook_url: 'https://flows.example.com/b' }),
      ],
    },
    { when: 'it is absolute', flow: row(start, gather({ actionhook: 'https://example.com/b' }), out) },
    { when: 'a message says it', flow: row(start, gather({ actionhook: '/b', actionhookType: 'msg' }), out) },
    { when: 'a template makes it', flow: row(start, gather({ actionhook: '/{{call.to}}' }), out) },
    { when: 'the results go to ports', flow: row(start, ports([['out']], { actionhook: '/b' }), out) },
    { when: 'the node is switched off', flow: row(start, gather({ actionhook: '/b', d: true }), out) },
    { when: 'the section is off', flow: row(start, { id: 'c', type: 'cfg', bargeIn_actionHook: '/b' }, out) },
    {
      when: 'the live call action has no hook',
      flow: row(start, { id: 'l', type: 'lcc', action: 'mute', callHook: '/b' }, out),
    },
  ],
  'after-redirect': [
    {
      when: 'a verb comes next',
      flow: row(start, { id: 'r', type: 'redirect' }, { id: 'say', type: 'say' }, out),
      at: 'r',
    },
    {
      when: 'a verb comes behind a switch and a junction',
      flow: row(
        start,
        { id: 'r', type: 'redirect' },
        { id: 's', type: 'switch' },
        { id: 'j', type: 'junction' },
        { id: 'say', type: 'say' },
      ),
      at: 'r',
    },
    { when: 'the answer comes next', flow: row(start, { id: 'r', type: 'redirect' }, out) },
    {
      when: 'a function may begin anew',
      flow: row(
        start,
        { id: 'r', type: 'redirect' },
        { id: 'f', type: 'function', func: '' },
        { id: 'say', type: 'say' },
      ),
    },
    {
      when: 'a change clears the verbs',
      flow: row(
        start,
        { id: 'r', type: 'redirect' },
        { id: 'c', type: 'change', rules: [{ t: 'delete', p: 'jambonz', pt: 'msg' }] },
        { id: 'say', type: 'say' },
      ),
    },
  ],
  'hangup-first': [
    { when: 'nothing comes before it', flow: row(start, { id: 'h', type: 'hangup' }, out), at: 'h' },
    {
      when: 'only a pause comes before it',
      flow: row(start, { id: 'p', type: 'pause' }, { id: 'h', type: 'hangup' }, out),
      at: 'h',
    },
    {
      when: 'the caller is chosen by number',
      flow: row(
        start,
        { id: 's', type: 'switch', property: 'call.from', propertyType: 'msg' },
        { id: 'h', type: 'hangup' },
        out,
      ),
      at: 'h',
    },
    { when: 'something is said before', flow: row(start, { id: 's', type: 'say' }, { id: 'h', type: 'hangup' }, out) },
    {
      when: 'a function may have added verbs',
      flow: row(start, { id: 'f', type: 'function', func: '' }, { id: 'h', type: 'hangup' }, out),
    },
    {
      when: 'the state of the call is chosen',
      flow: row(
        start,
        { id: 's', type: 'switch', property: 'call.call_status', propertyType: 'msg' },
        { id: 'h', type: 'hangup' },
        out,
      ),
    },
    {
      when: 'the webhook gets the result of a verb',
      flow: [...row(start, gather({ actionhook: '/b' }), out), ...row(hook('b', '/b'), { id: 'h', type: 'hangup' })],
    },
    {
      when: 'a function may name the webhook',
      flow: [
        ...row(hook('b', '/b'), { id: 'h', type: 'hangup' }),
        ...row({ id: 'f', type: 'function', func: 'msg.hook = "/b"' }),
      ],
    },
    {
      when: 'a hook comes from a message',
      flow: [
        ...row(start, gather({ actionhook: 'hook', actionhookType: 'msg' }), out),
        ...row(hook('b', '/b'), { id: 'h', type: 'hangup' }),
      ],
    },
    {
      when: 'calls are made here',
      flow: [...row(start, { id: 'h', type: 'hangup' }, out), ...row({ id: 'c', type: 'create-call' })],
    },
  ],
  'leave-outside': [
    { when: 'a new call gets it', flow: row(start, { id: 'l', type: 'leave' }, out), at: 'l' },
    {
      when: 'the result of a gather gets it',
      flow: [
        ...row(start, gather({ actionhook: '/b' }), out),
        ...row(hook('b', '/b'), { id: 'l', type: 'leave' }, out),
      ],
      at: 'l',
    },
    {
      when: 'a result port leads to it',
      flow: [...row(start, ports([['out'], ['l']])), ...row({ id: 'l', type: 'leave' }, out)],
      at: 'l',
    },
    {
      when: 'a wait hook leads to it',
      flow: [
        ...row(start, { id: 'e', type: 'enqueue', waitHook: '/w' }, out),
        ...row(hook('w', '/w'), { id: 's', type: 'switch' }, { id: 'l', type: 'leave' }),
      ],
    },
    {
      when: 'an old flow has the wait hook in lower case',
      flow: [
        ...row(start, { id: 'e', type: 'enqueue', waithook: '/w' }, out),
        ...row(hook('w', '/w'), { id: 'l', type: 'leave' }),
      ],
    },
    {
      when: 'the wait port leads to it',
      flow: [
        ...row(start, { id: 'e', type: 'enqueue', results: 'ports', ports: ['next', 'wait'], wires: [['out'], ['l']] }),
        ...row({ id: 'l', type: 'leave' }, out),
      ],
    },
    {
      when: 'a message tells the wait hook',
      flow: [
        ...row(start, { id: 'e', type: 'enqueue', waitHook: 'w', waitHookType: 'msg' }, out),
        ...row(hook('w', '/w'), { id: 'l', type: 'leave' }),
      ],
    },
    {
      when: 'a generic verb names the webhook',
      flow: [
        ...row(start, { id: 'g', type: 'generic', data: '{"waitHook":"/w"}' }, out),
        ...row(hook('w', '/w'), { id: 'l', type: 'leave' }),
      ],
    },
    { when: 'nothing leads to it', flow: row({ id: 'l', type: 'leave' }, out) },
    { when: 'something else starts the flow', flow: row({ id: 'i', type: 'inject' }, { id: 'l', type: 'leave' }) },
  ],
  'inter-digit': [
    {
      when: 'no fewest keys are given',
      flow: row(start, gather({ interdigittimeout: '3' }), out),
      at: 'gather.interdigittimeout',
    },
    {
      when: 'a barge-in has none either',
      flow: row(start, { id: 'c', type: 'cfg', bargeIn: true, bargeIn_interDigitTimeout: '3' }, out),
      at: 'c.bargeIn_interDigitTimeout',
    },
    { when: 'they are given', flow: row(start, gather({ interdigittimeout: '3', mindigits: '1' }), out) },
    {
      when: 'they are among the further properties',
      flow: row(
        start,
        gather({ interdigittimeout: '3', more: [{ path: ['minDigits'], value: '1', type: 'num' }] }),
        out,
      ),
    },
    { when: 'no keys are collected', flow: row(start, gather({ interdigittimeout: '3', dtmfinput: false }), out) },
    { when: 'it is switched off', flow: row(start, gather({ interdigittimeout: '0' }), out) },
  ],
  'same-path': [
    { when: 'path and method are the same', flow: row(start, out, hook('b', 'A/')), at: 'b.url' },
    {
      when: 'its subflow is there twice',
      flow: [
        ...subflow(row(hook('s', '/s'), out), 's', 'out'),
        ...row({ id: 'one', type: 'subflow:sub' }),
        ...row({ id: 'two', type: 'subflow:sub' }),
      ],
      at: 's.url',
    },
    { when: 'the methods differ', flow: row(start, out, hook('b', '/a', { method: 'get' })) },
    { when: 'one is switched off', flow: row(start, out, hook('b', '/a', { d: true })) },
    { when: 'a variable tells the path', flow: row(hook('b', '${PATH}'), out, hook('c', '${PATH}')) },
    { when: 'the subflow is not used', flow: [...row(start, out), ...subflow(row(hook('s', '/a')), 's', 's')] },
  ],
  'long-say': [
    {
      when: 'a text is too long',
      flow: row(start, { id: 's', type: 'say', text: 'x'.repeat(3001) }, out),
      at: 's.text',
    },
    { when: 'a prompt is', flow: row(start, gather({ text: 'x'.repeat(3001) }), out), at: 'gather.text' },
    { when: 'it is just short enough', flow: row(start, { id: 's', type: 'say', text: 'x'.repeat(3000) }, out) },
    {
      when: 'the rest is a placeholder',
      flow: row(start, { id: 's', type: 'say', text: `${'x'.repeat(2990)}{{call.sip.headers}}` }, out),
    },
    {
      when: 'a section may leave it out',
      flow: row(start, { id: 's', type: 'say', text: `{{#vip}}${'x'.repeat(4000)}{{/vip}}` }, out),
    },
    {
      when: 'the prompt is a recording',
      flow: row(start, gather({ prompttype: 'play', text: 'x'.repeat(3001) }), out),
    },
  ],
  'public-url': [
    {
      when: 'a call that is made here has ports',
      flow: [
        server(),
        ...row({ id: 'c', type: 'create-call', server: 'server', results: 'ports', ports: ['next', 'human'] }),
      ],
      at: 'c',
    },
    {
      when: 'a redirect to another host follows ports',
      flow: [
        server(),
        ...row({ ...start, server: 'server' }, ports([['r']])),
        ...row({ id: 'r', type: 'redirect', hook: 'https://other.example.com/x' }, out),
      ],
      at: 'r.hook',
    },
    {
      when: 'the server says it',
      flow: [
        server('https://flows.example.com'),
        ...row({ id: 'c', type: 'create-call', server: 'server', results: 'ports', ports: ['next', 'human'] }),
      ],
    },
    {
      when: 'the call has no ports',
      flow: [server(), ...row({ id: 'c', type: 'create-call', server: 'server' })],
    },
    {
      when: 'the call has just been dragged into the flow, and no detection is ticked',
      flow: [server(), ...row({ id: 'c', type: 'create-call', server: 'server', results: 'ports', ports: ['next'] })],
    },
    {
      when: 'the redirect stays here',
      flow: [...row(start, ports([['r']])), ...row({ id: 'r', type: 'redirect', hook: '/a' }, out)],
    },
    {
      when: 'no ports come before the redirect',
      flow: row(start, { id: 'r', type: 'redirect', hook: 'https://other.example.com/x' }, out),
    },
  ],
  'retry-fragment': [
    {
      when: 'the hook is relative',
      flow: row(start, gather({ actionhook: '/a#rc=2&rp=5xx' }), out),
      at: 'gather.actionhook',
    },
    { when: 'it is absolute', flow: row(start, gather({ actionhook: 'https://example.com/a#rc=2' }), out) },
    { when: 'there is none', flow: row(start, gather({ actionhook: '/a' }), out) },
  ],
};

describe('The checks of flows', () => {
  for (const [name, cases] of Object.entries(TABLE)) {
    describe(name, () => {
      for (const { when, flow, at, options } of cases) {
        it(`${at ? 'finds' : 'is silent'}: ${when}`, () => {
          const found = check(flow, options).filter((finding) => finding.check === name);
          assert.deepEqual(
            found.map(({ node, field }) => (field ? `${node}.${field}` : node)),
            at ? [at] : [],
          );
        });
      }
    });
  }

  it('each have cases', () => {
    const ofFields = ['version', 'number'];
    assert.deepEqual(
      Object.keys(TABLE),
      CHECK_NAMES.filter((name) => !ofFields.includes(name)),
    );
  });

  it('can be switched off one by one', () => {
    const flow = row(start, { id: 'h', type: 'hangup' }, { id: 'l', type: 'leave' }, out);
    assert.deepEqual(
      check(flow, {}, new Set(['hangup-first'])).map((finding) => finding.check),
      ['leave-outside'],
    );
  });

  for (const folder of ['examples', '../shared/compat/flows']) {
    for (const { name, flow } of flowsOf(folder)) {
      it(`are silent about ${name}`, () => {
        const enabled = flow.map((node) => (node.type === 'tab' ? { ...node, disabled: false } : node));
        assert.deepEqual(check(enabled as FlowNode[]), []);
      });
    }
  }
});
