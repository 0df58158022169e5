import assert from 'node:assert/strict';
import { viewOf, type Row } from '../../src/editor/panel/model';
import type { CallEvent } from '../../src/simulator/events';

type WithoutSeq<T> = T extends unknown ? Omit<T, 'seq'> : never;

/** Events, numbered as they come. */
function call(...events: WithoutSeq<CallEvent>[]): CallEvent[] {
  return events.map((event, index) => ({ seq: index + 1, ...event }));
}

const MENU = 'For sales, press 1.';
const document = [
  { verb: 'gather', say: { text: MENU } },
  { verb: 'say', text: 'Goodbye.' },
];
const request = { type: 'request', at: 0, id: 1, hook: 'session:new', method: 'POST', url: '/ivr' } as const;
const path = { type: 'path', at: 5, request: 1, nodes: ['in', 'menu', 'bye', 'out'], verbs: ['menu', 'bye'] } as const;
const answer = { type: 'answer', at: 5, request: 1, status: 200, took: 5, body: document } as const;
const gather = {
  type: 'verb',
  at: 5,
  id: 1,
  verb: 'gather',
  state: 'begin',
  from: { request: 1, index: 0 },
  data: document[0],
} as const;
const prompt = { type: 'verb', at: 6, id: 2, verb: 'say', state: 'begin', parent: 1 } as const;
const heard = { type: 'heard', at: 6, kind: 'say', text: MENU, id: 1, verb: 2 } as const;
const wait = { type: 'wait', at: 2000, for: 'digits', until: 7000, verb: 1 } as const;
const begin = [request, { ...path, nodes: [...path.nodes], verbs: [...path.verbs] }, answer, gather, prompt, heard];

const kinds = (rows: readonly Row[]): string[] => rows.map(({ kind }) => kind);

describe('what the panel shows of a call', () => {
  it('is a conversation: what was heard once, and how it ended', () => {
    const { lines } = viewOf(
      call(
        ...begin,
        { type: 'done', at: 900, did: 'dtmf', text: '7' },
        { ...heard, at: 901, ended: 'interrupted' },
        { type: 'heard', at: 950, kind: 'beep', text: '', id: 2 },
      ),
    );
    assert.deepEqual(
      lines.map(({ from, kind, text, state }) => [from, kind, text, state]),
      [
        ['flow', 'say', MENU, 'interrupted'],
        ['party', 'dtmf', '7', undefined],
        ['flow', 'beep', '', 'playing'],
      ],
    );
    assert.equal(lines[0]!.node, 'menu');
  });

  it('has a row for each request with its answer, and for each verb at its depth with its node and duration', () => {
    const { rows } = viewOf(
      call(
        ...begin,
        { ...prompt, at: 2000, state: 'end' },
        wait,
        { ...gather, at: 7000, state: 'end', why: 'timeout' },
        { type: 'verb', at: 7000, id: 3, verb: 'hangup', state: 'skip', why: 'unanswered' },
      ),
    );
    assert.deepEqual(kinds(rows), ['request', 'verb', 'verb', 'wait', 'verb']);
    const [asked, menu, text, waiting, skipped] = rows;
    assert.deepEqual(asked?.kind === 'request' && [asked.took, asked.nodes, asked.made], [
      5,
      ['in', 'menu', 'bye', 'out'],
      [
        { verb: 'gather', node: 'menu' },
        { verb: 'say', node: 'bye' },
      ],
    ]);
    assert.deepEqual(menu?.kind === 'verb' && [menu.nodes, menu.took, menu.depth, menu.why], [
      ['menu'],
      6995,
      0,
      'timeout',
    ]);
    assert.deepEqual(text?.kind === 'verb' && [text.nodes, text.took, text.depth], [['menu'], 1994, 1]);
    assert.deepEqual([waiting?.took, waiting?.isOpen, waiting?.nodes], [5000, undefined, ['menu']]);
    assert.deepEqual([skipped?.took, skipped?.isOpen], [undefined, undefined]);
  });

  it('marks the nodes in the order of their first passing, the last way, and what is running', () => {
    const again = { ...request, at: 3000, id: 2, hook: 'verb:hook', verb: 1 } as const;
    const { passed, latest, running } = viewOf(
      call(...begin, again, { type: 'path', at: 3005, request: 2, nodes: ['menu', 'sorry'], verbs: ['sorry'] }),
    );
    assert.deepEqual(
      passed.map(({ node, times }) => `${node} ${times}`),
      ['in 1', 'menu 2', 'bye 1', 'out 1', 'sorry 1'],
    );
    assert.deepEqual(latest, ['menu', 'sorry']);
    assert.deepEqual(running, ['menu']);
  });

  it('leaves nothing running or waiting when the call is over', () => {
    const end = { type: 'end', at: 4000, by: 'caller', because: [{ what: 'caller-hung-up' }] } as const;
    const open = viewOf(call(...begin, wait));
    const over = viewOf(call(...begin, wait, { ...end, because: [...end.because] }));
    assert.deepEqual([open.waits.length, open.running, open.end], [1, ['menu'], undefined]);
    assert.deepEqual([over.waits.length, over.running, over.end?.by], [0, [], 'caller']);
    assert.deepEqual(
      over.rows.filter(({ isOpen }) => isOpen),
      [],
    );
    assert.equal(over.lines[0]!.state, 'interrupted');
  });

  it('knows the other parties, and whose words are whose', () => {
    const leg = { type: 'leg', leg: 'b', kind: 'dialled', name: '+15551230001' } as const;
    const { parties, lines } = viewOf(
      call(
        { ...leg, at: 1, state: 'new' },
        { ...leg, at: 2, state: 'ringing' },
        { type: 'done', at: 3, did: 'speech', text: 'Hello?', leg: 'b' },
        { type: 'done', at: 4, did: 'speech', text: 'Hi', leg: 'a' },
        { ...leg, at: 5, state: 'failed', why: '486 Busy Here' },
      ),
      'a',
    );
    assert.deepEqual(
      parties.map(({ name, state, why, isOver }) => [name, state, why, isOver]),
      [['+15551230001', 'failed', '486 Busy Here', true]],
    );
    assert.deepEqual(
      lines.map(({ leg: of, text }) => [of, text]),
      [
        ['b', 'ringing'],
        ['b', 'Hello?'],
        [undefined, 'Hi'],
        ['b', 'failed:486 Busy Here'],
      ],
    );
  });

  it('rings until whoever the flow has called answers', () => {
    const called = (state: 'ringing' | 'answered'): Parameters<typeof call>[0] => ({
      ...{ type: 'leg', at: 0, leg: 'a', kind: 'caller', name: '200', state },
    });
    assert.equal(viewOf(call(called('ringing')), 'a').rings, true);
    assert.equal(viewOf(call(called('ringing'), called('answered')), 'a').rings, false);
    assert.equal(viewOf(call(...begin), 'a').rings, false);
  });

  it('asks to go on until something happens', () => {
    const ask = { type: 'ask', at: 9, verbs: 50 } as const;
    assert.equal(viewOf(call(...begin, ask)).asks?.verbs, 50);
    assert.equal(viewOf(call(...begin, ask, { ...gather, at: 10, id: 9 })).asks, undefined);
  });

  for (const verb of ['llm', 'openai_s2s', 'agent', 's2s']) {
    it(`lets one play the model of ${verb} while it runs`, () => {
      const talk = { type: 'verb', at: 1, id: 1, verb, state: 'begin' } as const;
      assert.equal(viewOf(call(talk)).model, true);
      assert.equal(viewOf(call(talk, { ...talk, at: 2, state: 'end' })).model, false);
    });
  }

  it('makes out from requests and answers what was said in a real call', () => {
    const { lines, rows } = viewOf(
      call(
        request,
        { ...path, nodes: [...path.nodes], verbs: [...path.verbs] },
        answer,
        { ...request, at: 4000, id: 2, hook: 'verb:hook', body: { digits: '1' } },
        { type: 'answer', at: 4010, request: 2, status: 200, took: 10, body: [{ verb: 'play', url: '/hold.mp3' }] },
        {
          ...request,
          at: 9000,
          id: 3,
          hook: 'verb:hook',
          body: { speech: { alternatives: [{ transcript: 'a person please' }] } },
        },
      ),
    );
    assert.deepEqual(
      lines.map(({ from, kind, text, state, node }) => [from, kind, text, state, node]),
      [
        ['flow', 'say', MENU, undefined, 'menu'],
        ['flow', 'say', 'Goodbye.', undefined, 'bye'],
        ['party', 'dtmf', '1', undefined, undefined],
        ['flow', 'play', '/hold.mp3', undefined, undefined],
        ['party', 'speech', 'a person please', undefined, undefined],
      ],
    );
    assert.deepEqual(
      rows.map(({ kind, isOpen, took }) => [kind, took ?? isOpen]),
      [
        ['request', 5],
        ['request', 10],
        ['request', true],
      ],
    );
  });
});

describe('why a call has ended', () => {
  const told = (...events: WithoutSeq<CallEvent>[]): string[] => viewOf(call(...events)).causes.map(({ what }) => what);
  const end = { type: 'end', at: 9000 } as const;
  const over = { ...gather, at: 7000, state: 'end' } as const;
  const asked = { ...request, at: 7000, id: 2, hook: 'verb:hook', property: 'actionHook', verb: 1 } as const;

  it('names the verb that was running when the caller hung up', () => {
    const hangup = { type: 'done', at: 6000, did: 'hangup' } as const;
    const byCaller = { ...end, by: 'caller', because: [] } as const;
    assert.deepEqual(told(...begin, hangup, over, { ...byCaller, because: [] }), ['during', 'caller-hung-up']);
    assert.deepEqual(told(...begin, over, hangup, { ...byCaller, because: [] }), ['caller-hung-up']);
  });

  it('tells how jambonz got there: the verb, its hook, and that nothing was left', () => {
    const events = [...begin, wait, asked];
    const failed = { type: 'answer', at: 7010, request: 2, status: 500, took: 10, effect: 'failed' } as const;
    const ended = { ...over, why: 'timeout' };
    const view = viewOf(call(...events, failed, ended, { ...end, by: 'jambonz', because: [] }));
    assert.deepEqual(view.causes, [
      { what: 'verb-timeout-after', facts: { verb: 'gather', seconds: 5 } },
      { what: 'hook-status', facts: { hook: 'actionHook', status: 500 } },
      { what: 'nothing-left', facts: { verb: 'gather' } },
      { what: 'jambonz-hung-up' },
    ]);
  });

  it('adds nothing to what says it all', () => {
    const reason = { what: 'hangup-verb' };
    assert.deepEqual(told(...begin, over, { ...end, by: 'jambonz', because: [reason] }), ['hangup-verb']);
    assert.deepEqual(told(request, answer, { ...end, by: 'caller', because: [{ what: 'not-answered-caller' }] }), [
      'not-answered-caller',
    ]);
  });
});
