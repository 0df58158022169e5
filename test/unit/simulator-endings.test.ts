import { strict as assert } from 'node:assert';
import type { CallEvent, CallOptions, SimulatorOptions } from '../../src/simulator';
import { CAUSES } from '../../src/simulator/cause';
import { clauseTexts, sentenceOf } from '../../src/simulator/sentences';
import { Application, TestCall, type Answer } from '../support/webhooks';

const gather = { verb: 'gather', input: ['digits'], timeout: 5, actionHook: '/choice' };
const say = { verb: 'say', text: 'Goodbye' };
const dial = { verb: 'dial', target: [{ type: 'phone', number: '4711' }], actionHook: '/dialled' };

/** The server takes its time on the clock of the call. */
const letTimePass = (test: TestCall): unknown =>
  test.on(
    (event) => event.type === 'request',
    () => test.simulator.clock.lend(),
  );
const letTimePassLater = (test: TestCall): unknown =>
  test.on(
    (event) => event.type === 'request' && event.property !== undefined,
    () => test.simulator.clock.lend(),
  );

const waits = (event: CallEvent): boolean => event.type === 'wait';

interface Case {
  name: string;
  answers: Record<string, Answer | Answer[]>;
  act?: (test: TestCall) => unknown;
  call?: Partial<CallOptions>;
  how?: SimulatorOptions;
  sentence: string;
}

const cases: Case[] = [
  {
    name: 'a hook that fails, and nothing after it',
    answers: { '/': [gather], '/choice': { status: 500 } },
    sentence:
      'Gather timed out after 5 s, its actionHook answered 500, no verb was left after gather, and jambonz hung up.',
  },
  {
    name: 'a hook that fails, and verbs after it',
    answers: { '/': [gather, say], '/choice': { status: 404 } },
    sentence:
      'Gather timed out after 5 s, its actionHook answered 404, no verb was left after say, and jambonz hung up.',
  },
  {
    name: 'a hook that answers nothing',
    answers: { '/': [gather], '/choice': [] },
    sentence:
      'Gather timed out after 5 s, its actionHook answered with no verbs, no verb was left after gather, and jambonz hung up.',
  },
  {
    name: 'a hook that answers what cannot be used',
    answers: { '/': [gather], '/choice': [{ verb: 'say', text: 'x', foo: 1 }] },
    sentence:
      'Gather timed out after 5 s, the answer of its actionHook could not be used (say: unknown property foo), no verb was left after gather, and jambonz hung up.',
  },
  {
    name: 'a hook that does not answer',
    answers: { '/': [gather], '/choice': { never: true } },
    act: letTimePassLater,
    sentence:
      'Gather timed out after 5 s, its actionHook did not answer in time, no verb was left after gather, and jambonz hung up.',
  },
  {
    name: 'what a hook brought is all that counts',
    answers: { '/': [gather], '/choice': [say] },
    sentence: 'No verb was left after say and jambonz hung up.',
  },
  {
    name: 'no hook',
    answers: { '/': [{ ...gather, actionHook: undefined }] },
    sentence: 'Gather timed out after 5 s, no verb was left after gather, and jambonz hung up.',
  },
  {
    name: 'the verb hangup',
    answers: { '/': [gather, say, { verb: 'hangup' }], '/choice': [] },
    sentence: 'Gather timed out after 5 s, its actionHook answered with no verbs, and the verb hangup ended the call.',
  },
  {
    name: 'an answer that is refused',
    answers: { '/': [{ verb: 'say', text: 'x', foo: 1 }] },
    sentence:
      'The answer of the calling webhook could not be used (say: unknown property foo) and jambonz refused the call with 480.',
  },
  {
    name: 'no verbs at all',
    answers: { '/': [] },
    sentence:
      'The answer of the calling webhook could not be used (no application provided) and jambonz refused the call with 480.',
  },
  {
    name: 'a webhook that fails',
    answers: { '/': { status: 500 } },
    sentence: 'The calling webhook answered 500 and jambonz refused the call with 480.',
  },
  {
    name: 'a webhook that does not answer',
    answers: { '/': { never: true } },
    act: letTimePass,
    sentence: 'The calling webhook did not answer within 10 s and jambonz refused the call with 480.',
  },
  {
    name: 'a webhook that is not there',
    answers: {},
    call: { url: 'http://127.0.0.1:9/' },
    sentence:
      'The calling webhook could not be reached (connect ECONNREFUSED 127.0.0.1:9) and jambonz refused the call with 480.',
  },
  {
    name: 'the caller hangs up while a key is waited for',
    answers: { '/': [gather] },
    act: (test) => test.on(waits, () => test.call.hangup()),
    sentence: 'While gather waited for digits, the caller hung up.',
  },
  {
    name: 'the caller hangs up while something is said',
    answers: { '/': [say] },
    act: (test) =>
      test.on(
        (event) => event.type === 'heard',
        () => test.call.hangup(),
      ),
    sentence: 'While say was running, the caller hung up.',
  },
  {
    name: 'the caller hangs up on a model',
    answers: { '/': [{ verb: 'llm', vendor: 'ultravox', auth: { apiKey: 'k' }, llmOptions: {} }] },
    act: (test) => test.on(waits, () => test.call.hangup()),
    sentence: 'While llm was running, the caller hung up.',
  },
  {
    name: 'the caller gives up',
    answers: { '/': [{ verb: 'pause', length: 9 }] },
    act: (test) => test.on(waits, () => test.call.hangup()),
    sentence: 'While pause was running, the caller gave up before the call was answered.',
  },
  {
    name: 'the flow declines',
    answers: { '/': [{ verb: 'sip:decline', status: 486, reason: 'Busy' }] },
    sentence: 'The flow declined the call with 486.',
  },
  {
    name: 'never answered',
    answers: { '/': [{ verb: 'pause', length: 1 }] },
    sentence: 'No verb was left after pause and jambonz refused the call with 603.',
  },
  {
    name: 'a hangup that is skipped',
    answers: { '/': [{ verb: 'hangup' }] },
    sentence:
      'Hangup was skipped because the call had not been answered, no verb was left after hangup, and jambonz refused the call with 603.',
  },
  {
    name: 'a verb that fails',
    answers: { '/': [{ verb: 'say', text: 'x' }, { verb: 'leave' }] },
    sentence: 'Leave failed (leave: the call is in no queue) and jambonz hung up.',
  },
  {
    name: 'a redirect that fails',
    answers: { '/': [{ verb: 'answer' }, { verb: 'redirect', actionHook: '/next' }], '/next': { status: 503 } },
    sentence: 'Its actionHook answered 503 and jambonz hung up.',
  },
  {
    name: 'busy',
    answers: { '/': [dial], '/dialled': [] },
    call: { legs: { 4711: 'busy' } },
    sentence: '4711 was busy, its actionHook answered with no verbs, no verb was left after dial, and jambonz hung up.',
  },
  {
    name: 'no answer',
    answers: { '/': [{ ...dial, timeout: 5, actionHook: undefined }] },
    call: { legs: { 4711: 'no answer' } },
    sentence: '4711 did not answer, no verb was left after dial, and jambonz hung up.',
  },
  {
    name: 'not there',
    answers: { '/': [{ ...dial, actionHook: undefined }] },
    call: { legs: { 4711: { status: 404 } } },
    sentence: 'The call to 4711 failed with 404, no verb was left after dial, and jambonz hung up.',
  },
  {
    name: 'the callee hangs up',
    answers: { '/': [{ ...dial, actionHook: undefined }] },
    call: { legs: { 4711: { answer: 1, hangup: 4 } } },
    sentence: '4711 hung up, no verb was left after dial, and jambonz hung up.',
  },
  {
    name: 'the time limit',
    answers: { '/': [{ ...dial, timeLimit: 9, actionHook: undefined }] },
    call: { legs: { 4711: { answer: 1 } } },
    sentence: 'Dial reached its time limit, no verb was left after dial, and jambonz hung up.',
  },
  {
    name: 'a model that fails',
    answers: { '/': [{ verb: 'llm', vendor: 'ultravox', auth: { apiKey: 'k' }, llmOptions: {} }] },
    act: (test) => test.on(waits, () => test.call.model({ end: 'server error' })),
    sentence: 'The conversation of llm ended (server error), no verb was left after llm, and jambonz hung up.',
  },
  {
    name: 'REST',
    answers: { '/': [gather] },
    act: (test) =>
      test.on(
        waits,
        () =>
          void test.simulator.rest(
            'PUT',
            `/Accounts/${test.simulator.account}/Calls/${test.call.id}`,
            {},
            { call_status: 'completed' },
          ),
      ),
    sentence: 'A REST request ended the call.',
  },
  {
    name: 'REST brings no verbs',
    answers: { '/': [gather], '/new': [] },
    act: (test) =>
      test.on(
        waits,
        () =>
          void test.simulator.rest(
            'PUT',
            `/Accounts/${test.simulator.account}/Calls/${test.call.id}`,
            {},
            { call_hook: '/new' },
          ),
      ),
    sentence: 'The answer to a REST redirect held no verbs and jambonz hung up.',
  },
  {
    name: 'nobody answers whether to go on',
    answers: { '/': [{ verb: 'redirect', actionHook: '/' }] },
    act: (test) =>
      test.on(
        (event) => event.type === 'ask',
        () => test.simulator.close(),
      ),
    how: { patience: 5 },
    sentence: '5 verbs went by without anything from the caller and the simulator ended the call.',
  },
];

describe('why a simulated call has ended', () => {
  let application: Application;
  before(async () => (application = await Application.start()));
  after(() => application.stop());

  for (const { name, answers, act, call, how, sentence } of cases) {
    it(name, async () => {
      application.answer(answers);
      const test = TestCall.begin(application, call, how);
      act?.(test);
      const { because } = await test.end();
      assert.equal(sentenceOf(because), sentence);
      for (const { what, facts = {} } of because) {
        assert.deepEqual(Object.keys(facts).sort(), [...CAUSES[what as keyof typeof CAUSES]].sort(), what);
      }
    });
  }

  it('has a text for every clause, with the facts that the clause has', () => {
    for (const [what, facts] of Object.entries(CAUSES)) {
      const text = clauseTexts()[what] ?? '';
      assert.notEqual(text, '', what);
      const named = [...text.matchAll(/__(\w+)__/g)].map(([, fact]) => fact!);
      assert.deepEqual(named.sort(), [...facts].sort(), what);
    }
  });
});
