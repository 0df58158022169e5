import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { arrivalOf } from '../../src/call/call-body';
import { MemoryStore } from '../../src/call/memory-store';
import { findRedis } from '../../src/call/redis-client';
import { LIFETIMES, type Arrival } from '../../src/call/store';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('how long a call is remembered', () => {
  let now: number;
  let store: MemoryStore;
  const told: string[] = [];
  beforeEach(() => {
    now = 0;
    told.length = 0;
    store = new MemoryStore(LIFETIMES, () => now, 3);
  });
  afterEach(() => store.close());

  const at = (key: string, facts: Partial<Arrival> = {}): Arrival => ({ key, over: false, last: false, ...facts });
  const over = (key: string): Arrival => at(key, { over: true, last: true });
  const keep = (arrival: Arrival, name = 'name', value = 'Ada'): void =>
    store.save(arrival, { set: new Map([[name, JSON.stringify(value)]]), deleted: [] });
  const names = (key: string): string[] => [...store.arrive(at(key)).stored.keys()];
  const watch = (): (() => void) => store.watch(({ key, stored }) => told.push([key, ...stored.keys()].join(' ')));
  const passes = (ms: number): void => {
    now += ms;
    store.sweep();
  };

  it('for four hours after the last webhook', () => {
    keep(at('a'));
    passes(3 * HOUR);
    assert.deepEqual(names('a'), ['name']);
    passes(3 * HOUR);
    assert.deepEqual(names('a'), ['name']);
    passes(4 * HOUR);
    assert.deepEqual(names('a'), []);
  });

  it('for a minute after its end, whatever comes meanwhile', () => {
    keep(at('a'));
    store.arrive(over('a'));
    passes(MINUTE - 1);
    keep(at('a', { over: true }), 'late');
    assert.deepEqual(names('a'), ['name', 'late']);
    passes(1);
    assert.deepEqual(names('a'), []);
  });

  it('ends once', () => {
    watch();
    store.arrive(at('a'));
    assert.deepEqual(
      [over('a'), over('a'), at('a', { over: true })].map((arrival) => store.arrive(arrival).ends),
      [true, false, false],
    );
    passes(5 * HOUR);
    assert.deepEqual(told, []);
  });

  it('is told of when it expires, with and without variables', () => {
    watch();
    store.arrive(at('a'));
    keep(at('a'));
    store.arrive(at('b'));
    passes(4 * HOUR - 1);
    assert.deepEqual(told, []);
    passes(1);
    assert.deepEqual(told, ['a name', 'b']);
  });

  it('is not begun by a webhook that follows its end', () => {
    watch();
    store.arrive(at('a', { over: true }));
    passes(5 * HOUR);
    assert.deepEqual(told, []);
  });

  it('is not told of to who has stopped listening', () => {
    const stop = watch();
    store.arrive(at('a'));
    stop();
    passes(5 * HOUR);
    assert.deepEqual(told, []);
  });

  it('makes room when there are too many', () => {
    for (const key of ['a', 'b', 'c', 'd']) keep(at(key));
    assert.deepEqual(
      ['a', 'b', 'c', 'd'].map((key) => names(key).length),
      [0, 1, 1, 1],
    );
  });
});

describe('which call a webhook belongs to', () => {
  const status = { call_sid: 'a', sip_status: 200 };
  const cases: [string, unknown, Record<string, unknown> | undefined][] = [
    [
      'a new call',
      { call_sid: 'a', call_status: 'trying', sip_status: 100, sip: {}, defaults: {} },
      { key: 'a', status: false },
    ],
    ['its status', { ...status, call_status: 'in-progress' }, { key: 'a', status: true, over: false }],
    ['its end', { ...status, call_status: 'completed', duration: 3, call_termination_by: 'caller' }, { last: true }],
    ['its end, with a tag', { ...status, call_status: 'completed', customerData: { a: 1 } }, { last: true }],
    ['a refusal', { ...status, call_status: 'busy', sip_status: 486 }, { last: true }],
    [
      'a leg of a dial',
      { ...status, call_sid: 'b', parent_call_sid: 'a', call_status: 'busy' },
      { key: 'a', over: false },
    ],
    [
      'a dial after the end',
      { ...status, call_status: 'completed', dial_call_status: 'completed' },
      { over: true, last: false },
    ],
    [
      'a play after the end',
      { ...status, call_status: 'completed', reason: 'playCompleted' },
      { over: true, last: false },
    ],
    ['a broken hook', { ...status, call_status: 'in-progress', error: 'x', reason: 'y' }, { status: true }],
    ['the wait hook of a queue', { call_sid: 'a', queue_sid: 'q', queue_position: 0 }, { key: 'a', over: false }],
    ['a text message', { provider: 'x', text: 'hello' }, undefined],
    ['text', 'hello', undefined],
    ['a sid that is none', { call_sid: { $gt: '' } }, undefined],
  ];
  for (const [name, body, expected] of cases) {
    it(name, () => {
      const arrival = arrivalOf(body);
      if (!expected) assert.equal(arrival, undefined);
      else assert.deepEqual({ ...arrival, ...expected }, arrival);
    });
  }

  it('tells the webhooks of verbs from status events by their bodies, but for those that bring nothing', () => {
    const recorded = JSON.parse(readFileSync(join(__dirname, '../data/hook-bodies.json'), 'utf8')) as {
      type: string;
      hook: string;
      scenario?: string;
      body: unknown;
    }[];
    const alike = recorded
      .filter(({ scenario, body }) => scenario && arrivalOf(body)?.status)
      .map(({ type, hook }) => `${type} ${hook}`);
    assert.deepEqual([...new Set(alike)], ['conference action', 'dial confirm']);
  });

  it('a webhook of a verb that looks like a status event', () => {
    assert.deepEqual(arrivalOf({ ...status, call_status: 'completed' }, true), {
      key: 'a',
      over: true,
      last: false,
      status: false,
    });
  });
});

it('says when the Redis client is not installed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'jambonz-redis-'));
  try {
    assert.equal(findRedis([folder, undefined]), undefined);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
