import assert from 'node:assert/strict';
import { Simulator, virtualClock, type Call, type CallEvent, type LegPlan } from '../../src/simulator';
import { Application, type Answer } from '../support/application';

type Verb = Record<string, unknown>;

/** A call, what is done in it, and what must follow. */
interface Rule {
  rule: string;
  verbs: Answer | Verb[];
  answers?: Record<string, Answer>;
  legs?: Record<string, LegPlan>;
  /** The body of the call that the REST API places; the call comes in without one. */
  rest?: Record<string, unknown>;
  /** Done one after another, each when the condition is met; `leg` is the party that was dialled first. */
  acts?: { when: (call: Call) => boolean; act: (call: Call, simulator: Simulator, leg: string) => unknown }[];
  fails?: string[];
  heard?: string[];
  /** What was asked after the calling webhook and apart from status events. */
  asked?: string[];
  /** Facts that a request must have, by its path. */
  facts?: Record<string, Record<string, unknown>>;
  alerts?: string[];
  told?: string[];
  /** How SIP requests of the parties were answered. */
  statuses?: string[];
}

const say = (text: string): Verb => ({ verb: 'say', text });
const pause = (length: number): Verb => ({ verb: 'pause', length });
const hangup: Verb = { verb: 'hangup' };
const answer: Verb = { verb: 'answer' };
const dial = (more: Verb = {}): Verb => ({
  verb: 'dial',
  target: [{ type: 'phone', number: '4911' }],
  actionHook: '/dialed',
  ...more,
});
const isAnswered = (call: Call): boolean =>
  call.events.some((event) => event.type === 'sip' && event.text === '200 OK' && event.leg === undefined);
const isTalking = (call: Call): boolean =>
  call.events.some((event) => event.type === 'leg' && event.state === 'bridged');
const hasJoined = (call: Call): boolean =>
  call.events.some((event) => event.type === 'leg' && event.state === 'joined');
const change =
  (body: Record<string, unknown>) =>
  (call: Call, simulator: Simulator): unknown =>
    simulator.rest('PUT', `/Accounts/a/Calls/${call.id}`, {}, body);
const changeDialled =
  (body: Record<string, unknown>) =>
  (_call: Call, simulator: Simulator, leg: string): unknown =>
    simulator.rest('PUT', `/Accounts/a/Calls/${leg}`, {}, body);

const refer = (call: Call, leg?: string): unknown =>
  call.sip({ method: 'REFER', headers: { 'Refer-To': '<sip:7@x>', 'Referred-By': '<sip:8@x>' } }, leg);
const isReferAnswered = (call: Call): boolean =>
  call.events.some((event) => event.type === 'sip' && event.direction === 'sent' && /^\d{3}$/.test(event.text));
/** A REFER within a dial, by the caller or by who was dialled, and how its hook answers. */
const referredWithHook = (rule: string, answer: Answer, status: string, more: Partial<Rule>): Rule => ({
  rule: `dial: a REFER ${rule} gets ${status}`,
  verbs: [dial({ referHook: '/refer' }), hangup],
  legs: { '4911': { answer: 0.1 } },
  answers: { '/refer': answer },
  acts: [
    { when: isTalking, act: (call) => refer(call) },
    { when: isReferAnswered, act: (call) => call.hangup() },
  ],
  asked: ['/refer', '/dialed'],
  statuses: [status],
  ...more,
});

const rules: Rule[] = [
  referredWithHook('whose hook fails with 503', { status: 503 }, '503', { alerts: ['webhook-connection-failure'] }),
  referredWithHook('whose hook fails with 404', { status: 404 }, '404', { alerts: ['webhook-connection-failure'] }),
  referredWithHook('whose hook cannot be reached', [], '501', {
    verbs: [dial({ referHook: 'nowhere' }), hangup],
    asked: ['/dialed'],
    alerts: ['webhook-connection-failure'],
  }),
  referredWithHook('whose hook answers what is no JSON', { status: 200, text: '{' }, '501', {
    alerts: ['webhook-connection-failure'],
  }),
  referredWithHook('whose hook answers nothing', [], '202', {}),
  referredWithHook('whose hook answers what cannot be carried out', [{ verb: 'nope' }], '202', {}),
  referredWithHook('of who was dialled, whose hook fails,', { status: 500 }, '500', {
    acts: [
      { when: isTalking, act: (call, _simulator, leg) => refer(call, leg) },
      { when: isReferAnswered, act: (call) => call.hangup() },
    ],
    alerts: ['webhook-connection-failure'],
  }),
  ...(
    [
      [{ status: 500 }, '500', ['webhook-connection-failure']],
      [[{ verb: 'nope' }], '501', []],
      [[], '202', []],
    ] as [Answer, string, string[]][]
  ).map(([answered, status, alerts]) => ({
    rule: `config: a REFER outside of a dial gets ${status} for ${JSON.stringify(answered)}`,
    verbs: [{ verb: 'config', referHook: '/refer' }, answer, pause(60)],
    answers: { '/refer': answered },
    acts: [
      { when: isAnswered, act: (call: Call) => refer(call) },
      { when: isReferAnswered, act: (call: Call) => call.hangup() },
    ],
    asked: ['/refer'],
    statuses: [status],
    alerts,
  })),
  {
    rule: 'dial: without a referHook of its own the one of config is asked for the caller, and for nobody else',
    verbs: [{ verb: 'config', referHook: '/refer' }, dial(), hangup],
    legs: { '4911': { answer: 0.1 } },
    answers: { '/refer': [say('referred'), hangup] },
    acts: [
      { when: isTalking, act: (call, _simulator, leg) => refer(call, leg) },
      { when: isReferAnswered, act: (call) => refer(call) },
    ],
    heard: ['referred'],
    asked: ['/refer', '/dialed'],
    statuses: ['501', '202'],
  },
  {
    rule: 'config: of INFO and MESSAGE the application is told, also by who was dialled; of nothing else',
    verbs: [{ verb: 'config', sipRequestWithinDialogHook: '/sip' }, dial(), hangup],
    legs: { '4911': { answer: 0.1 } },
    acts: [
      {
        when: isTalking,
        act: async (call, _simulator, leg) => {
          await call.sip({ method: 'INFO', body: 'a' });
          await call.sip({ method: 'MESSAGE', body: 'b' }, leg);
          await call.sip({ method: 'NOTIFY', body: 'c' });
          call.hangup();
        },
      },
    ],
    asked: ['/sip', '/sip', '/dialed'],
    statuses: ['200', '202', '200'],
  },
  {
    rule: 'LCC: no answer at all ends what runs, and the next verb follows',
    verbs: [answer, pause(60), say('next'), hangup],
    answers: { '/lcc': { status: 200, text: 'null' } },
    acts: [{ when: isAnswered, act: change({ call_hook: '/lcc' }) }],
    heard: ['next'],
  },
  {
    rule: 'LCC: an answer that is no list is an error and changes nothing',
    verbs: [answer, pause(1), say('next'), hangup],
    answers: { '/lcc': { status: 200, text: '{}' } },
    acts: [{ when: isAnswered, act: change({ call_hook: '/lcc' }) }],
    heard: ['next'],
    alerts: ['error-updating-call'],
  },
  {
    rule: 'LCC: whoever is named is muted and whispered to',
    verbs: [dial()],
    legs: { '4911': { answer: 0.1 } },
    acts: [
      { when: isTalking, act: changeDialled({ mute_status: 'mute' }) },
      { when: () => true, act: changeDialled({ whisper: { verb: 'say', text: 'psst' } }) },
      { when: (call) => heardBy(call).includes('psst'), act: (call) => call.hangup() },
    ],
    heard: ['psst'],
    asked: ['/dialed'],
  },
  {
    rule: 'LCC: tags and coaching are told to the conference server, muting one member only ends it',
    verbs: [{ verb: 'conference', name: 'c', actionHook: '/done' }],
    acts: [
      { when: hasJoined, act: change({ conferenceParticipantAction: { action: 'tag', tag: 'vip' } }) },
      { when: () => true, act: change({ conferenceParticipantAction: { action: 'coach', tag: 'vip' } }) },
      { when: () => true, act: change({ mute_status: 'mute' }) },
      { when: () => true, act: (call) => call.hangup() },
    ],
    told: ['tag 1 vip', 'unmute 1'],
    alerts: ['error-updating-call'],
    asked: ['/done'],
  },
  {
    rule: 'conference: it begins before its enterHook',
    verbs: [{ verb: 'conference', name: 'c', enterHook: '/enter', statusHook: '/cs', statusEvents: ['start', 'join'] }],
    answers: { '/enter': [say('welcome')] },
    acts: [{ when: hasJoined, act: (call) => call.hangup() }],
    heard: ['welcome'],
    asked: ['/cs', '/enter', '/cs'],
  },
  {
    rule: 'dial: once somebody has picked up nobody is given up for not doing so; the hook is told what changed last',
    verbs: [
      dial({
        target: [
          { type: 'phone', number: '4911' },
          { type: 'phone', number: '4922' },
        ],
        timeout: 1,
        confirmHook: '/confirm',
      }),
      hangup,
    ],
    legs: { '4911': { answer: 0.1 }, '4922': { status: 486, after: 3 } },
    answers: { '/confirm': { status: 500 } },
    asked: ['/confirm', '/dialed'],
    facts: { '/dialed': { dial_call_status: 'busy', dial_sip_status: 486 } },
    alerts: ['webhook-connection-failure'],
  },
  {
    rule: 'dial: an answer that holds nothing for a confirmHook changes nothing there',
    verbs: [dial({ confirmHook: '/confirm' }), hangup],
    legs: { '4911': { answer: 0.1 } },
    answers: {
      '/confirm': [{ verb: 'gather', input: ['digits'], timeout: 0.1, actionHook: '/g' }, say('still here')],
      '/g': [hangup],
    },
    acts: [{ when: isTalking, act: (call) => call.hangup() }],
    heard: ['still here'],
    asked: ['/confirm', '/g', '/dialed'],
  },
  {
    rule: 'config: resets first',
    verbs: [
      { verb: 'config', reset: 'synthesizer', synthesizer: { vendor: 'google', language: 'fr-FR', voice: 'fr' } },
      say('bonjour'),
      hangup,
    ],
    heard: ['bonjour fr-FR'],
  },
  {
    rule: 'config: streams nothing that is not enabled',
    verbs: [{ verb: 'config', listen: { enable: false, url: 'wss://x/y' } }, say('next'), hangup],
    heard: ['next'],
    told: [],
  },
  {
    rule: 'gather: with bargein, too few words wait for more',
    verbs: [
      { verb: 'gather', input: ['speech'], bargein: true, minBargeinWordCount: 3, timeout: 5, actionHook: '/g' },
      hangup,
    ],
    acts: [
      { when: isAnswered, act: (call) => call.say('one two') },
      { when: () => true, act: (call) => call.say('three') },
    ],
    asked: ['/g'],
    facts: { '/g': { reason: 'speechDetected' } },
  },
  {
    rule: 'sip:refer: a failing hook has no consequence, and an address in brackets is left untouched',
    verbs: [answer, { verb: 'sip:refer', referTo: '<sip:x@y>', actionHook: '/refer' }, say('next'), hangup],
    answers: { '/refer': { status: 500 } },
    acts: [
      {
        when: (call) =>
          call.events.some((event) => event.type === 'sip' && event.headers?.['Refer-To'] === '<sip:x@y>'),
        act: (call) =>
          call.sip({ method: 'NOTIFY', headers: { 'Content-Type': 'message/sipfrag' }, body: 'SIP/2.0 486 Busy' }),
      },
    ],
    heard: ['next'],
    asked: ['/refer'],
    alerts: ['webhook-connection-failure'],
  },
  {
    rule: 'dequeue: called away while waiting, it is over when its time is',
    verbs: [{ verb: 'dequeue', name: 'q', timeout: 4, actionHook: '/dq' }, say('never')],
    answers: { '/lcc': [say('at last'), hangup] },
    acts: [{ when: isAnswered, act: change({ call_hook: '/lcc' }) }],
    heard: ['at last'],
    asked: ['/lcc', '/dq'],
    facts: { '/dq': { dequeue_result: 'timeout' } },
  },
  {
    rule: 'amd: stops when no tone comes for long enough',
    verbs: [{ verb: 'config', amd: { actionHook: '/amd', timers: { toneTimeoutMs: 300 } } }, pause(2), hangup],
    asked: ['/amd'],
    facts: { '/amd': { type: 'amd_stopped' } },
  },
  {
    rule: 'REST: a call that was left in silence takes an application',
    verbs: { status: 200, text: '{}' },
    rest: { from: '1', to: { type: 'phone', number: '4911' } },
    legs: { '4911': { answer: 0.1 } },
    answers: { '/lcc': [say('hello'), hangup] },
    acts: [
      {
        when: (call) => call.events.some((event) => event.type === 'answer' && event.effect === 'continue'),
        act: change({ call_hook: '/lcc' }),
      },
    ],
    heard: ['hello'],
  },
];

function heardBy(call: Call): string[] {
  return call.events.flatMap((event) =>
    event.type === 'heard' && event.ended === undefined
      ? [event.voice?.language ? `${event.text} ${event.voice.language}` : event.text]
      : [],
  );
}

function eventsOf<T extends CallEvent['type']>(call: Call, type: T): Extract<CallEvent, { type: T }>[] {
  return call.events.filter((event): event is Extract<CallEvent, { type: T }> => event.type === type);
}

describe('the simulator keeps the rules of the engine', () => {
  let application: Application | undefined;
  let simulator: Simulator | undefined;
  afterEach(() => {
    simulator?.close();
    application?.stop();
  });

  for (const { rule, verbs, answers = {}, legs = {}, rest, acts = [], ...expected } of rules) {
    it(rule, async () => {
      application = await Application.start(({ path }) => answers[path] ?? (path === '/call' ? verbs : []));
      const url = `${application.url}/call`;
      simulator = new Simulator({ clock: virtualClock(), duration: () => 40 });
      const playing = simulator;
      let placed: Call | undefined;
      let next = 0;
      simulator.on((call) => {
        if (placed && call !== placed) return;
        const [act] = acts.slice(next);
        if (!act?.when(call)) return;
        next++;
        const leg = eventsOf(call, 'leg').find(({ kind }) => kind === 'dialled')?.leg ?? '';
        setImmediate(() => void act.act(call, playing, leg));
      });
      if (rest) {
        simulator.applications.set('app', { url, from: '', to: '', legs });
        const { data } = await simulator.rest('POST', '/Accounts/a/Calls', {}, { application_sid: 'app', ...rest });
        placed = simulator.calls.get((data as { sid: string }).sid);
      } else placed = simulator.call({ url, from: '4930', to: '4940', legs });
      await placed!.ended;
      assert.deepEqual(heardBy(placed!), expected.heard ?? []);
      const asked = application.asked.filter(({ path }) => path !== '/call');
      if (expected.asked)
        assert.deepEqual(
          asked.map(({ path }) => path),
          expected.asked,
        );
      for (const [path, facts] of Object.entries(expected.facts ?? {})) {
        const body = asked.find((question) => question.path === path)?.body;
        for (const [name, value] of Object.entries(facts)) assert.equal(body?.[name], value, `${path} ${name}`);
      }
      assert.deepEqual(
        eventsOf(placed!, 'alert').map(({ alert }) => alert),
        expected.alerts ?? [],
      );
      if (expected.statuses)
        assert.deepEqual(
          eventsOf(placed!, 'sip')
            .filter(({ direction, text }) => direction === 'sent' && /^\d{3}$/.test(text))
            .map(({ text }) => text),
          expected.statuses,
        );
      if (expected.told)
        assert.deepEqual(
          eventsOf(placed!, 'media')
            .filter(({ what }) => what === 'conference' || what === 'listen')
            .map(({ facts }) => `${String(facts.conference)} ${String(facts.args)}`),
          expected.told,
        );
    });
  }
});
