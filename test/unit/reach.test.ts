import assert from 'node:assert/strict';
import { addressOf, privatePath } from '../../src/results/private-path';
import { reachedFrom, type FlowNode } from '../../src/results/reach';

const tab: FlowNode = { id: 't', type: 'tab' };
const other: FlowNode = { id: 'u', type: 'tab' };
const hook = (id: string, ...to: string[]): FlowNode => ({ id, type: 'webhook in', z: 't', wires: [to] });
const node = (id: string, to: string[][] = [], more: object = {}): FlowNode => ({
  id,
  type: 'gather',
  z: 't',
  wires: to,
  ...more,
});
const subflow = {
  id: 'sub',
  type: 'subflow',
  in: [{ wires: [{ id: 'inner' }] }],
  out: [{ wires: [{ id: 'inner', port: 0 }] }],
};
const instance = (id: string, to: string[] = []): FlowNode => node(id, [to], { type: 'subflow:sub' });

/** What is asked of a node, and by which webhooks it is reached. */
const cases: [name: string, nodes: FlowNode[], id: string, expected: string[]][] = [
  ['a wire', [tab, hook('in', 'a'), node('a')], 'a', ['in']],
  ['several wires on', [tab, hook('in', 'a'), node('a', [['b']]), node('b', [['c']]), node('c')], 'c', ['in']],
  ['no wire', [tab, hook('in'), node('a')], 'a', []],
  ['two webhooks', [tab, hook('in', 'a'), hook('in2', 'a'), node('a')], 'a', ['in', 'in2']],
  ['a result port', [tab, hook('in', 'a'), node('a', [[], ['b']]), node('b')], 'b', ['in']],
  ['a circle', [tab, hook('in', 'a'), node('a', [['b']]), node('b', [['a']])], 'a', ['in']],
  ['a disabled node', [tab, hook('in', 'a'), node('a', [['b']], { d: true }), node('b')], 'b', []],
  ['a disabled webhook', [tab, { ...hook('in', 'a'), d: true }, node('a')], 'a', []],
  ['a disabled tab', [{ ...tab, disabled: true }, hook('in', 'a'), node('a')], 'a', []],
  [
    'link nodes to another tab',
    [
      tab,
      other,
      hook('in', 'out'),
      node('out', [], { type: 'link out', links: ['lin'] }),
      node('lin', [['a']], { type: 'link in', z: 'u', links: [] }),
      node('a', [], { z: 'u' }),
    ],
    'a',
    ['in'],
  ],
  [
    'link nodes of which only the second knows',
    [
      tab,
      hook('in', 'out'),
      node('out', [], { type: 'link out' }),
      node('lin', [['a']], { type: 'link in', links: ['out'] }),
      node('a'),
    ],
    'a',
    ['in'],
  ],
  [
    'a link call',
    [
      tab,
      hook('in', 'call'),
      node('call', [['b']], { type: 'link call', links: ['lin'] }),
      node('lin', [['a']], { type: 'link in' }),
      node('a'),
      node('b'),
    ],
    'a',
    ['in'],
  ],
  [
    'what follows a link call',
    [tab, hook('in', 'call'), node('call', [['b']], { type: 'link call', links: [] }), node('b')],
    'b',
    ['in'],
  ],
  [
    'a link call by name',
    [
      tab,
      hook('in', 'call'),
      node('call', [], { type: 'link call', linkType: 'dynamic' }),
      node('lin', [['a']], { type: 'link in' }),
      node('a'),
    ],
    'a',
    ['in'],
  ],
  [
    'a catch node',
    [tab, hook('in', 'a'), node('a'), node('c', [['b']], { type: 'catch', scope: null }), node('b')],
    'b',
    ['in'],
  ],
  [
    'a catch node for others',
    [tab, hook('in', 'a'), node('a'), node('c', [['b']], { type: 'catch', scope: ['x'] }), node('b')],
    'b',
    [],
  ],
  [
    'a catch node on another tab',
    [tab, other, hook('in', 'a'), node('a'), node('c', [['b']], { type: 'catch', z: 'u' }), node('b', [], { z: 'u' })],
    'b',
    [],
  ],
  [
    'a complete node',
    [tab, hook('in', 'a'), node('a'), node('c', [['b']], { type: 'complete', scope: ['a'] }), node('b')],
    'b',
    ['in'],
  ],
  [
    'a node in a subflow',
    [tab, subflow, hook('in', 's'), instance('s'), node('inner', [], { z: 'sub' })],
    's-inner',
    ['in'],
  ],
  [
    'the other instance of a subflow',
    [tab, subflow, hook('in', 's'), instance('s'), instance('s2'), node('inner', [], { z: 'sub' })],
    's2-inner',
    [],
  ],
  [
    'what follows a subflow',
    [tab, subflow, hook('in', 's'), instance('s', ['a']), node('inner', [], { z: 'sub' }), node('a')],
    'a',
    ['in'],
  ],
  [
    'what follows a subflow that lets nothing out',
    [
      tab,
      { ...subflow, out: [{ wires: [] }] },
      hook('in', 's'),
      instance('s', ['a']),
      node('inner', [], { z: 'sub' }),
      node('a'),
    ],
    'a',
    [],
  ],
  [
    'a webhook in a subflow',
    [
      tab,
      subflow,
      instance('s', ['a']),
      { ...hook('in', 'inner'), z: 'sub' },
      node('inner', [], { z: 'sub' }),
      node('a'),
    ],
    'a',
    ['s-in'],
  ],
  [
    'a subflow in a subflow',
    [
      tab,
      subflow,
      { id: 'outer', type: 'subflow', in: [{ wires: [{ id: 's' }] }], out: [] },
      hook('in', 'o'),
      node('o', [], { type: 'subflow:outer' }),
      { ...instance('s'), z: 'outer' },
      node('inner', [], { z: 'sub' }),
    ],
    'o-s-inner',
    ['in'],
  ],
  [
    'an error in a subflow, caught outside',
    [
      tab,
      subflow,
      hook('in', 's'),
      instance('s'),
      node('inner', [], { z: 'sub' }),
      node('c', [['b']], { type: 'catch', scope: ['s'] }),
      node('b'),
    ],
    'b',
    ['in'],
  ],
  [
    'link nodes in a subflow',
    [
      tab,
      subflow,
      hook('in', 's'),
      instance('s'),
      node('inner', [], { z: 'sub', type: 'link out', links: ['lin'] }),
      node('lin', [['a']], { z: 'sub', type: 'link in', links: ['inner'] }),
      node('a', [], { z: 'sub' }),
    ],
    's-a',
    ['in'],
  ],
  [
    'a subflow that holds itself',
    [tab, subflow, hook('in', 's'), instance('s'), { ...instance('again'), z: 'sub' }, node('inner', [], { z: 'sub' })],
    's-inner',
    ['in'],
  ],
];

describe('from where a node is reached', () => {
  for (const [name, nodes, id, expected] of cases) {
    it(name, () => {
      const reached = reachedFrom(nodes, ({ type }) => type === 'webhook in');
      assert.deepEqual([...(reached.get(id) ?? [])].sort(), expected);
    });
  }
});

describe('the address of a private path', () => {
  for (const [root, place, expected] of [
    ['/', {}, '/_jambonz/results/n1/action'],
    [undefined, {}, '/_jambonz/results/n1/action'],
    ['/api/', {}, '/api/_jambonz/results/n1/action'],
    ['/api', { prefix: '/red' }, '/red/api/_jambonz/results/n1/action'],
    ['/api', { publicUrl: 'https://x.example.com/red/' }, 'https://x.example.com/red/api/_jambonz/results/n1/action'],
    ['/', { publicUrl: 'https://x', prefix: '/red' }, 'https://x/_jambonz/results/n1/action'],
    ['/', { publicUrl: 'not an address', prefix: '/red' }, '/red/_jambonz/results/n1/action'],
  ] as const) {
    it(`${root} ${JSON.stringify(place)}`, () => {
      assert.equal(addressOf(privatePath('n1', 'action'), root, place), expected);
    });
  }

  it('means nothing but itself to Express, whatever a node is called', () => {
    assert.equal(privatePath("a/b:c*(d)?'é", 'wait'), '/_jambonz/results/a%2Fb%3Ac%2A%28d%29%3F%27%C3%A9/wait');
  });
});
