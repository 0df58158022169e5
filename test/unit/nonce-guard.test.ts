import assert from 'node:assert/strict';
import { NonceGuard } from '../../src/http/nonce-guard';

const MINUTE = 60_000;
const SECRET = 'open sesame';
const request = (nonce: unknown, nc: unknown) => ({ nonce, nc, cnonce: '6b8b4567', qop: 'auth' });

describe('nonce guard', () => {
  const counts: [string, unknown[], boolean[]][] = [
    ['a count that grows passes', ['00000001', '00000002', '0000000a', '00000010'], [true, true, true, true]],
    ['the same count is a replay', ['00000001', '00000001', '00000001'], [true, false, false]],
    ['a smaller count is a replay', ['00000005', '00000004', '00000006'], [true, false, true]],
    [
      'a count is hexadecimal in any letter case',
      ['0000000A', '0000000a', '00000009', '0000000B'],
      [true, false, false, true],
    ],
    ['one count may be written in several ways', ['00000001', '1', 1, '0001'], [true, false, false, false]],
    ['it may start anywhere', ['000000ff', '00000100'], [true, true]],
    [
      'what is no count is refused',
      ['x', '', '-1', '123456789', undefined, {}],
      [false, false, false, false, false, false],
    ],
  ];
  for (const [name, ncs, expected] of counts) {
    it(name, () => {
      const guard = new NonceGuard();
      assert.deepEqual(
        ncs.map((nc) => guard.accept(request('n0nce', nc), SECRET)),
        expected,
      );
    });
  }

  it('counts each nonce by itself', () => {
    const guard = new NonceGuard();
    assert.equal(guard.accept(request('a', '00000001'), SECRET), true);
    assert.equal(guard.accept(request('b', '00000001'), SECRET), true);
    assert.equal(guard.accept(request('a', '00000001'), SECRET), false);
  });

  it('two servers may give the same nonce to clients with different secrets', () => {
    const guard = new NonceGuard();
    assert.equal(guard.accept(request('a', '00000001'), 'of alice'), true);
    assert.equal(guard.accept(request('a', '00000001'), 'of bob'), true);
    assert.equal(guard.accept(request('a', '00000001'), 'of alice'), false);
  });

  it('a nonce in a list of one is the same nonce', () => {
    const guard = new NonceGuard();
    assert.equal(guard.accept(request('a', '00000001'), SECRET), true);
    assert.equal(guard.accept(request(['a'], ['00000001']), SECRET), false);
  });

  it('a client that sends no qop does not count and passes', () => {
    const guard = new NonceGuard();
    assert.equal(guard.accept({ nonce: 'a' }, SECRET), true);
    assert.equal(guard.accept({ nonce: 'a' }, SECRET), true);
    assert.equal(guard.size, 0);
  });

  // The digest of nonce "n", nc "1", cnonce "c" and qop "auth" is also that of these requests without a qop.
  for (const stripped of [
    { nonce: 'n:00000001:c:auth' },
    { nonce: 'n', nc: '00000001', cnonce: 'c:auth' },
    { nonce: 'n', nc: '00000001:c', cnonce: 'auth' },
  ]) {
    it(`a recorded request cannot shed its count: ${JSON.stringify(stripped)}`, () => {
      assert.equal(new NonceGuard().accept(stripped, SECRET), false);
    });
  }

  it('remembers a nonce for ten minutes after its last use', () => {
    let now = 0;
    const guard = new NonceGuard(() => now);
    guard.accept(request('a', '00000001'), SECRET);
    now = 9 * MINUTE;
    assert.equal(guard.accept(request('a', '00000002'), SECRET), true);
    now = 18 * MINUTE;
    assert.equal(guard.accept(request('a', '00000002'), SECRET), false, 'still remembered');
    now = 19 * MINUTE;
    assert.equal(guard.accept(request('b', '00000001'), SECRET), true);
    assert.equal(guard.size, 1, 'the first one is forgotten');
  });

  it('a replay does not prolong a nonce', () => {
    let now = 0;
    const guard = new NonceGuard(() => now);
    guard.accept(request('a', '00000001'), SECRET);
    now = 9 * MINUTE;
    assert.equal(guard.accept(request('a', '00000001'), SECRET), false);
    now = 10 * MINUTE;
    guard.accept(request('b', '00000001'), SECRET);
    assert.equal(guard.size, 1);
  });

  it('remembers a hundred thousand nonces and forgets the one used longest ago', () => {
    const guard = new NonceGuard(() => 0);
    for (let i = 0; i < 100_000; i++) guard.accept(request(`nonce ${i}`, '00000001'), SECRET);
    assert.equal(guard.size, 100_000);
    guard.accept(request('nonce 0', '00000002'), SECRET);
    guard.accept(request('one more', '00000001'), SECRET);
    assert.equal(guard.size, 100_000);
    assert.equal(guard.accept(request('nonce 0', '00000002'), SECRET), false, 'used lately, so remembered');
    assert.equal(guard.accept(request('nonce 1', '00000001'), SECRET), true, 'the oldest, so forgotten');
  });
});
