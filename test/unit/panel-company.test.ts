import assert from 'node:assert/strict';
import { areTogether, conversationOf, placeNow, positionOf, type Known } from '../../src/editor/panel/company';
import { viewOf } from '../../src/editor/panel/model';
import type { CallEvent } from '../../src/simulator/events';

type WithoutSeq<T> = T extends unknown ? Omit<T, 'seq'> : never;
type Event = WithoutSeq<CallEvent>;

/** A call of which events with this order, and those after it, are told. */
function call(id: string, order: number, ...events: Event[]): Known {
  const numbered = events.map((event, index) => ({ seq: index + 1, order: order + index, ...event }));
  return {
    call: {
      ...{ id, source: 'simulator', direction: 'inbound', from: `+1${id}`, to: '200', status: 'in-progress' },
      ...{ started: 0, over: false, seq: events.length },
    },
    view: viewOf(numbered, id),
  };
}

const verb = (id: number, name: string, at: number, data: object, who?: string): Event => ({
  type: 'verb',
  at,
  id,
  verb: name,
  state: 'begin',
  data: { verb: name, ...data },
  ...(who !== undefined && { leg: who }),
});
const over = (id: number, at: number): Event => ({ type: 'verb', at, id, verb: 'x', state: 'end' });
const leg = (
  who: string,
  kind: 'queue' | 'conference',
  name: string,
  state: 'waiting' | 'bridged' | 'joined' | 'ended',
  at = 0,
): Event => ({ type: 'leg', at, leg: who, kind, name, state });
const say = (text: string, at: number): Event => ({ type: 'heard', at, kind: 'say', text, id: at + 1 });

describe('the company of a call', () => {
  for (const [role, events] of [
    ['early', [verb(1, 'conference', 5, { name: 'x' }), leg('a', 'conference', 'x', 'waiting')]],
    ['member', [verb(1, 'conference', 5, { name: 'x' }), leg('a', 'conference', 'x', 'joined')]],
    [
      'moderator',
      [
        verb(1, 'conference', 5, { name: 'x', startConferenceOnEnter: true }),
        leg('a', 'conference', 'x', 'joined'),
        leg('b', 'conference', 'x', 'ended'),
      ],
    ],
    ['waiting', [verb(1, 'enqueue', 5, { name: 'x' }), leg('a', 'queue', 'x', 'waiting')]],
    ['bridged', [verb(1, 'enqueue', 5, { name: 'x' }), leg('a', 'queue', 'x', 'bridged')]],
    ['agent', [verb(1, 'dequeue', 5, { name: 'x' })]],
    ['agent-bridged', [verb(1, 'dequeue', 5, { name: 'x' }), leg('b', 'queue', 'x', 'bridged')]],
    [undefined, [verb(1, 'conference', 5, { name: 'x' }), leg('a', 'conference', 'x', 'joined'), over(1, 9)]],
    [undefined, [verb(1, 'enqueue', 5, { name: 'x' }), { type: 'end', at: 9, by: 'caller', because: [] }]],
    [undefined, [verb(1, 'conference', 5, { name: 'x' }, 'b')]],
    [undefined, [verb(1, 'say', 5, { text: 'x' })]],
  ] as [string | undefined, Event[]][]) {
    it(`knows what its caller is: ${role ?? 'in no place'} after ${events.map(({ type }) => type).join(', ')}`, () => {
      assert.equal(placeNow(call('a', 0, ...events).view)?.role, role);
    });
  }

  it('is those who were in the same queue or conference', () => {
    const agent = call('a', 0, verb(1, 'dequeue', 5, { name: 'x' }));
    assert.equal(areTogether(agent.view, call('b', 0, verb(1, 'enqueue', 5, { name: 'x' }), over(1, 6)).view), true);
    assert.equal(areTogether(agent.view, call('c', 0, verb(1, 'enqueue', 5, { name: 'y' })).view), false);
    assert.equal(areTogether(agent.view, call('d', 0, verb(1, 'conference', 5, { name: 'x' })).view), false);
  });

  it('waits in the order of priority, and of coming', () => {
    const waits = (id: string, order: number, more = {}): Known =>
      call(id, order, verb(1, 'enqueue', 5, { name: 'x', ...more }), leg(id, 'queue', 'x', 'waiting', 5));
    const early = waits('a', 10);
    const late = waits('b', 20);
    const urgent = waits('c', 30, { priority: 1 });
    const agent = call('d', 0, verb(1, 'dequeue', 0, { name: 'x' }));
    const all = [late, agent, early, urgent];
    assert.deepEqual(
      [urgent, early, late, agent].map((one) => positionOf(one, all)),
      [1, 2, 3, undefined],
    );
  });

  it('is heard in the order in which things happen, each with the name of whom it concerns', () => {
    const shown = call('a', 1, say('Welcome', 0), { type: 'done', at: 5000, order: 9, did: 'dtmf', text: '1' });
    const other = call(
      'b',
      5,
      say('Hello', 500),
      { type: 'leg', at: 600, leg: 'x', kind: 'dialled', name: '+1999', state: 'answered' },
      { type: 'done', at: 700, did: 'speech', text: 'Yes', leg: 'x' },
    );
    assert.deepEqual(
      conversationOf(shown, [other]).map(({ text, at, party }) => [text, at, party]),
      [
        ['Welcome', 0, ''],
        ['Hello', 500, '+1b'],
        ['answered', 600, '+1999'],
        ['Yes', 700, '+1999'],
        ['1', 5000, ''],
      ],
    );
  });

  it('tells of its callers once, though the call that takes them out of a queue tells of them, too', () => {
    const agent = call('a', 0, verb(1, 'dequeue', 0, { name: 'x' }), leg('b', 'queue', 'x', 'bridged', 9));
    const waiting = call('b', 0, verb(1, 'enqueue', 5, { name: 'x' }), leg('b', 'queue', 'x', 'bridged', 9));
    assert.deepEqual(
      conversationOf(agent, [waiting]).map(({ kind, text }) => [kind, text]),
      [['place', 'queue-bridged:x']],
    );
    assert.equal(conversationOf(agent, []).length, 1);
  });

  it('keeps the name of somebody who was dialled and is in a conference now', () => {
    const { view } = call(
      'a',
      0,
      { type: 'leg', at: 0, leg: 'x', kind: 'dialled', name: '+1999', state: 'answered' },
      verb(1, 'conference', 5, { name: 'room' }, 'x'),
      leg('x', 'conference', 'room', 'joined', 6),
    );
    const [{ name, kind, place } = assert.fail('nobody is there')] = view.parties;
    assert.deepEqual([name, kind, place?.role, place?.name], ['+1999', 'dialled', 'member', 'room']);
  });
});
