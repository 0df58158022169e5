import { strict as assert } from 'node:assert';
import { RouteTable, type Route } from '../../src/http/routes';

const route = (path: string, method: Route['method'] = 'post'): Route => ({
  path,
  method,
  handle: () => undefined,
  shadowed: () => undefined,
});

/** Deployed path, requested path, and the parameters that the flow finds, or nothing for no match. */
const cases: [deployed: string, requested: string, params: Record<string, string> | undefined][] = [
  ['/answer', '/answer', {}],
  ['answer', '/answer', {}],
  ['/Answer', '/aNSWER', {}],
  ['/answer', '/answer/', {}],
  ['/answer', '/answers', undefined],
  ['/', '/', {}],
  ['/a/:tenant', '/a/acme', { tenant: 'acme' }],
  ['/a/:Tenant', '/a/Acme', { Tenant: 'Acme' }],
  ['/a/:tenant', '/a/', undefined],
  ['/a/:tenant', '/a/b/c', undefined],
  ['/a/:t/:id?', '/a/x', { t: 'x' }],
  ['/a/:t/:id?', '/a/x/7', { t: 'x', id: '7' }],
  ['/n/:id(\\d+)', '/n/12', { id: '12' }],
  ['/n/:id(\\d+)', '/n/x', undefined],
  ['/f/*', '/f/a/b', { 0: 'a/b' }],
  ['/file.:ext', '/file.json', { ext: 'json' }],
  ['/file.:ext', '/filexjson', undefined],
  ['/p/:x', '/p/a%20b', { x: 'a b' }],
  ['/p/:x', '/p/%zz', { x: '%zz' }],
];

describe('routes', () => {
  for (const [deployed, requested, params] of cases) {
    it(`${deployed} ${params ? 'gets' : 'does not get'} ${requested}`, () => {
      const table = new RouteTable();
      table.add(route(deployed));
      assert.deepEqual(table.match('POST', requested)?.params, params);
    });
  }

  it('tells methods apart, and lets HEAD read', () => {
    const table = new RouteTable();
    const get = route('/x', 'get');
    table.add(get);
    assert.equal(table.match('POST', '/x'), undefined);
    assert.equal(table.match('HEAD', '/x')?.route, get);
    assert.deepEqual(table.allowed('/x'), ['GET', 'HEAD']);
  });

  it('removes only the route itself', () => {
    const table = new RouteTable();
    const [first, second] = [route('/x'), route('/x')];
    const removeFirst = table.add(first);
    const removeSecond = table.add(second);
    removeFirst();
    removeFirst();
    assert.equal(table.match('POST', '/x')?.route, second);
    removeSecond();
    assert.equal(table.match('POST', '/x'), undefined);
  });

  it('tells the second node of a path that it is shadowed, until the first is gone', () => {
    const table = new RouteTable();
    const told: boolean[] = [];
    const remove = table.add(route('/x'));
    table.add({ ...route('/x'), shadowed: (taken) => told.push(taken) });
    table.announce();
    remove();
    table.announce();
    assert.deepEqual(told, [true, false]);
  });
});
