import assert from 'node:assert/strict';
import { checkSavedCall } from '../../src/script/format';
import { scriptOf } from '../../src/script/record';
import type { CallEvent, CallRecord } from '../../src/simulator';

type Unnumbered<E> = E extends CallEvent ? Omit<E, 'seq'> : never;

function record(events: Unnumbered<CallEvent>[], more: Partial<CallRecord> = {}): CallRecord {
  return {
    id: '2f6d0e8a-64b2-4d5c-9a4e-1e0c7bdb7c11',
    source: 'simulator',
    direction: 'inbound',
    from: '+15551230000',
    to: '+15559990000',
    started: 0,
    status: 'completed',
    over: true,
    seq: events.length,
    ...more,
    events: events.map((event, i) => ({ ...event, seq: i + 1 })),
  };
}

const base = { call_sid: '2f6d0e8a-64b2-4d5c-9a4e-1e0c7bdb7c11', from: '+15551230000', to: '+15559990000' };
const first = {
  type: 'request',
  at: 0,
  id: 1,
  hook: 'session:new',
  method: 'POST',
  url: 'http://127.0.0.1:1880/ivr?x=1',
  body: { ...base, caller_name: '"Ann"', sip: { headers: { 'X-Foo': 'bar', 'X-Account-Sid': 'a', via: 'b' } } },
} as const;

describe('A test made of a call', () => {
  it('does the same again, and wants the same', () => {
    const saved = scriptOf(
      record([
        first,
        { type: 'answer', at: 0, request: 1, status: 200, body: [{ verb: 'gather' }], took: 5 },
        {
          type: 'request',
          at: 1,
          id: 2,
          hook: 'call:status',
          method: 'POST',
          url: 'http://127.0.0.1:1880/st',
          body: base,
        },
        { type: 'heard', at: 10, kind: 'say', text: 'Press a key (1-2).', id: 1 },
        { type: 'done', at: 1500, did: 'dtmf', text: '1' },
        { type: 'heard', at: 1500, kind: 'say', text: 'Press a key (1-2).', id: 1, ended: 'interrupted' },
        { type: 'done', at: 1700, did: 'dtmf', text: '2' },
        {
          type: 'request',
          at: 1700,
          id: 3,
          hook: 'verb:hook',
          method: 'POST',
          url: 'http://127.0.0.1:1880/choice',
          body: {
            ...base,
            reason: 'dtmfDetected',
            digits: '12',
            queue_time: 17,
            dial_call_sid: 'x',
            customerData: { a: 1 },
          },
        },
        { type: 'answer', at: 1700, request: 3, status: 200, body: [{ verb: 'dial' }], took: 5 },
        { type: 'leg', at: 1800, leg: 'L1', kind: 'dialled', name: '+3', state: 'new' },
        { type: 'leg', at: 1900, leg: 'L2', kind: 'dialled', name: '+4', state: 'new' },
        { type: 'leg', at: 2000, leg: 'L2', kind: 'dialled', name: '+4', state: 'failed', why: '486 Busy Here' },
        { type: 'leg', at: 4800, leg: 'L1', kind: 'dialled', name: '+3', state: 'answered' },
        {
          type: 'heard',
          at: 5000,
          kind: 'say',
          text: 'Your number is 2f6d0e8a-64b2-4d5c-9a4e-1e0c7bdb7c11. (Bye)',
          id: 2,
        },
        { type: 'heard', at: 6000, kind: 'say', text: '', id: 2, ended: 'done' },
        { type: 'done', at: 9000, did: 'hangup' },
        { type: 'end', at: 9000, by: 'caller', status: 200, because: [] },
      ]),
    );
    assert.deepEqual(saved, {
      format: 'jambonz-call',
      version: 1,
      name: 'Call from +15551230000 to +15559990000',
      call: {
        url: '/ivr?x=1',
        from: '+15551230000',
        to: '+15559990000',
        name: 'Ann',
        headers: { 'X-Foo': 'bar' },
        statusHook: '/st',
        legs: { '+3': { answer: 3 }, '+4': 'busy' },
      },
      steps: [
        { answer: { status: 200, verbs: ['gather'] } },
        { hear: 'Press a key (1-2).' },
        { press: '12', after: 1.5 },
        {
          request: {
            path: '/choice',
            body: {
              reason: 'dtmfDetected',
              digits: '12',
              queue_time: { any: true },
              customerData: { a: 1 },
            },
          },
        },
        { answer: { status: 200, verbs: ['dial'] } },
        { hear: { matches: '^Your number is .+\\. \\(Bye\\)$' } },
        { hangup: true },
        { end: { by: 'caller', status: 200 } },
      ],
    });
    checkSavedCall(saved);
  });

  it('takes from a real call, of which only the webhooks are known, what the caller did', () => {
    const saved = scriptOf(
      record(
        [
          first,
          { type: 'answer', at: 5, request: 1, status: 200, body: [{ verb: 'gather' }], took: 5 },
          {
            type: 'request',
            at: 4000,
            id: 2,
            hook: 'verb:hook',
            method: 'POST',
            url: 'http://127.0.0.1:1880/choice',
            body: {
              ...base,
              speech: { language_code: 'en', alternatives: [{ transcript: 'sales', confidence: 0.9 }] },
            },
          },
          { type: 'answer', at: 4005, request: 2, status: 200, body: [{ verb: 'say' }], took: 5 },
          { type: 'end', at: 7000, by: 'caller', because: [] },
        ],
        { source: 'jambonz' },
      ),
    );
    assert.equal(saved.heard, 'named');
    assert.deepEqual(saved.steps, [
      { answer: { status: 200, verbs: ['gather'] } },
      { say: 'sales' },
      { request: { path: '/choice', body: { speech: { alternatives: [{ transcript: 'sales' }] } } } },
      { answer: { status: 200, verbs: ['say'] } },
      { hangup: true, after: 2.995 },
      { end: { by: 'caller' } },
    ]);
    checkSavedCall(saved);
  });
});
