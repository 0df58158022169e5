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
  realm?: string;
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
  /** What else must be so. */
  check?: (call: Call) => void;
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

const refer = (call: Call, leg?: string): Promise<number> =>
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
      { when: isAnswered, act: (call: Call): unknown => refer(call) },
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

const placed = { from: '1', to: { type: 'phone', number: '4911' } };
/** Done when something is heard, or when nothing else is waited for. */
const hears =
  (text: string) =>
  (call: Call): boolean =>
    heardBy(call).includes(text);
const always = (): boolean => true;
const accountOf = (call: Call): unknown => (eventsOf(call, 'request')[0]?.body as Record<string, unknown>).account_sid;
const hangsUp = (call: Call): void => call.hangup();
const waitsFor =
  (what: string, times = 1) =>
  (call: Call): boolean =>
    eventsOf(call, 'wait').filter((event) => event.for === what).length >= times;
const asksFor =
  (path: string, times = 1) =>
  (call: Call): boolean =>
    eventsOf(call, 'request').filter(({ url }) => url.endsWith(path)).length >= times;
/** The reasons of the SIP requests that were sent to the caller. */
const informed = (call: Call): string[] =>
  eventsOf(call, 'sip')
    .filter(({ direction, text }) => direction === 'sent' && text === 'INFO')
    .map(({ headers }) => headers!['X-Reason']!);
const notPlayed = (call: Call): unknown[] =>
  eventsOf(call, 'media')
    .filter(({ what }) => what === 'not played')
    .map(({ facts }) => facts.text);
const bargeIn = (more: Verb): Verb => ({ verb: 'config', bargeIn: { enable: true, actionHook: '/barge', ...more } });
const continuous = { recognizer: { vendor: 'google', asrTimeout: 0.5, asrDtmfTerminationDigit: '#' } };

/** What the engine does where several things meet. */
const more: Rule[] = [
  {
    rule: 'dial: who is still being looked at when it ends is given up, before the hook of the dial',
    verbs: [dial({ amd: { actionHook: '/amd' } })],
    legs: { '4911': { answer: 0.1 } },
    acts: [{ when: isAnswered, act: (call, { clock }) => clock.after(1000, () => call.hangup()) }],
    asked: ['/amd', '/dialed'],
    facts: { '/amd': { type: 'amd_stopped', call_status: 'completed' } },
  },
  {
    rule: 'dial: of a machine that still speaks, too',
    verbs: [dial({ amd: { actionHook: '/amd' }, timeLimit: 2 }), hangup],
    legs: { '4911': { answer: 0.1, greeting: 'this is the voice mail of somebody who is not at home' } },
    asked: ['/amd', '/amd', '/dialed'],
    facts: { '/amd': { type: 'amd_machine_detected' } },
  },
  {
    rule: 'dial: what one of those who ring did not answer stays, whatever the others do',
    verbs: [
      dial({
        target: [
          { type: 'phone', number: '4911' },
          { type: 'phone', number: '4922' },
        ],
      }),
      hangup,
    ],
    legs: { '4911': { status: 487, after: 0.1 }, '4922': { status: 486, after: 0.2 } },
    asked: ['/dialed'],
    facts: { '/dialed': { dial_call_status: 'no-answer', dial_sip_status: 487 } },
  },
  {
    rule: 'dial: who dials nobody waits all the same',
    verbs: [dial({ target: [], timeout: 7 }), hangup],
    asked: ['/dialed'],
    check: (call) => {
      const [asked] = eventsOf(call, 'request').filter(({ url }) => url.endsWith('/dialed'));
      assert.equal(asked!.at, 7000);
      assert.equal('dial_call_status' in (asked!.body as object), false);
    },
  },
  {
    rule: 'dial: its music plays once for who has called',
    verbs: [dial({ dialMusic: 'http://x/ring.mp3' }), hangup],
    legs: { '4911': { answer: 1, hangup: 0.1 } },
    heard: ['http://x/ring.mp3'],
  },
  {
    rule: 'dial: a user is called in the realm of the account',
    verbs: [dial({ target: [{ type: 'user', name: 'joe' }] }), hangup],
    realm: 'example.org',
    legs: { joe: { status: 486 } },
    check: (call) => {
      const [invite] = eventsOf(call, 'sip').filter(({ leg }) => leg !== undefined);
      assert.equal(invite!.uri, 'sip:joe@example.org');
    },
  },
  {
    rule: 'amd: a number in the greeting is a machine',
    verbs: [{ verb: 'config', amd: { actionHook: '/amd', digitCount: 4 } }, pause(1), hangup],
    acts: [{ when: isAnswered, act: (call, { clock }) => clock.after(100, () => call.say('you called 5551234')) }],
    asked: ['/amd'],
    facts: { '/amd': { type: 'amd_machine_detected', reason: 'digit count' } },
  },
  {
    rule: 'REST: who hangs up while still being looked at: the hook is told before the call is over',
    verbs: [pause(60)],
    rest: { ...placed, amd: { actionHook: '/amd' } },
    legs: { '4911': { answer: 0.1, hangup: 1 } },
    asked: ['/amd'],
    facts: { '/amd': { type: 'amd_stopped', call_status: 'in-progress' } },
  },
  {
    rule: 'REST: a call has the hooks for SIP requests that it was placed with',
    verbs: [pause(60)],
    rest: { ...placed, referHook: '/refer', sipRequestWithinDialogHook: '/sip' },
    legs: { '4911': { answer: 0.1 } },
    answers: { '/refer': [say('referred'), hangup] },
    acts: [
      {
        when: waitsFor('pause'),
        act: async (call) => {
          await call.sip({ method: 'INFO', body: 'x' });
          await refer(call);
        },
      },
    ],
    heard: ['referred'],
    asked: ['/sip', '/refer'],
    statuses: ['200', '202'],
  },
  {
    rule: 'REST: a call that brings its own verbs asks for no others',
    verbs: [say('never')],
    rest: {
      ...placed,
      application_sid: '',
      call_hook: 'http://127.0.0.1:1/call',
      app_json: JSON.stringify([say('from the request'), hangup]),
      ...Object.fromEntries(
        ['synthesis_vendor', 'synthesis_language', 'synthesis_voice', 'recognizer_vendor', 'recognizer_language'].map(
          (name) => [`speech_${name}`, 'google'],
        ),
      ),
    },
    heard: ['from the request'],
    acts: [
      {
        when: (call) => eventsOf(call, 'leg').some(({ state }) => state === 'ringing'),
        act: (call) => call.answer(call.id),
      },
    ],
    asked: [],
  },
  {
    rule: 'REST: a call is hung up when its time is over',
    verbs: [pause(60)],
    rest: { ...placed, timeLimit: 5 },
    legs: { '4911': { answer: 0.1 } },
    check: (call) => {
      const [bye] = eventsOf(call, 'sip').filter(({ text }) => text === 'BYE');
      assert.equal(bye!.headers!['X-Reason'], 'Max Call Duration');
      assert.deepEqual(eventsOf(call, 'end')[0]!.because[0], { what: 'time-limit', facts: { verb: 'create-call' } });
    },
  },
  {
    rule: 'LCC: transcription pauses, and goes on',
    verbs: [{ verb: 'transcribe', transcriptionHook: '/said' }],
    acts: [
      { when: waitsFor('speech'), act: change({ transcribe_status: 'pause' }) },
      {
        when: always,
        act: async (call, simulator) => {
          call.say('unheard');
          await change({ transcribe_status: 'resume' })(call, simulator);
          call.say('heard');
        },
      },
      { when: asksFor('/said'), act: hangsUp },
    ],
    asked: ['/said'],
    check: (call) => {
      const [asked] = eventsOf(call, 'request').filter(({ url }) => url.endsWith('/said'));
      assert.match(JSON.stringify(asked!.body), /"heard"/);
    },
  },
  {
    rule: 'LCC: louder or not, and by which way, is for the media server',
    verbs: [dial()],
    legs: { '4911': { answer: 0.1 } },
    acts: [
      { when: isTalking, act: change({ boostAudioSignal: '+6 dB' }) },
      { when: always, act: change({ media_path: 'partial-media' }) },
      { when: always, act: hangsUp },
    ],
    check: (call) =>
      assert.deepEqual(
        eventsOf(call, 'media').map(({ what, facts }) => ({ what, ...facts })),
        [
          { what: 'gain', level: '+6 dB' },
          { what: 'media path', path: 'partial-media' },
        ],
      ),
  },
  {
    rule: 'LCC: who is on hold in a conference hears what the hook answers, also when held again',
    verbs: [{ verb: 'conference', name: 'c' }],
    answers: { '/hold': [say('please wait'), pause(60)] },
    acts: [
      { when: hasJoined, act: change({ conf_hold_status: 'hold', waitHook: '/hold' }) },
      { when: hears('please wait'), act: change({ conf_hold_status: 'unhold' }) },
      { when: always, act: change({ conferenceParticipantAction: { action: 'hold' } }) },
      { when: asksFor('/hold', 2), act: hangsUp },
    ],
    heard: ['please wait'],
    asked: ['/hold', '/hold'],
    told: ['mute 1', 'deaf 1', 'unmute 1', 'undeaf 1', 'mute 1', 'deaf 1'],
  },
  {
    rule: 'LCC: who only waits for a conference is not changed in it',
    verbs: [{ verb: 'conference', name: 'c', startConferenceOnEnter: false }],
    acts: [
      { when: waitsFor('conference'), act: change({ conf_mute_status: 'mute' }) },
      { when: always, act: hangsUp },
    ],
    told: [],
  },
  {
    rule: 'conference: a waitHook that answers nothing is not asked again',
    verbs: [{ verb: 'conference', name: 'c', startConferenceOnEnter: false, waitHook: '/wait' }],
    acts: [{ when: isAnswered, act: (call, { clock }) => clock.after(5000, () => call.hangup()) }],
    asked: ['/wait'],
  },
  {
    rule: 'conference: everybody hears the beep; that nothing is recorded is said',
    verbs: [{ verb: 'conference', name: 'c', beep: true, record: { path: '/tmp/c.wav' } }],
    acts: [{ when: hears('beep'), act: hangsUp }],
    heard: ['beep'],
    check: (call) => assert.deepEqual(notPlayed(call), ['the conference is not recorded']),
  },
  {
    rule: 'conference: that somebody talks is told, and that it is over',
    verbs: [{ verb: 'conference', name: 'c', statusHook: '/cs', statusEvents: ['start-talking', 'stop-talking'] }],
    acts: [
      { when: hasJoined, act: (call) => call.say('hello', { final: false }) },
      { when: asksFor('/cs'), act: (call) => call.say('hello everybody') },
      { when: asksFor('/cs', 2), act: hangsUp },
    ],
    asked: ['/cs', '/cs'],
    check: (call) =>
      assert.deepEqual(
        eventsOf(call, 'request')
          .filter(({ url }) => url.endsWith('/cs'))
          .map(({ body }) => {
            const { event, members, conference_sid } = body as Record<string, unknown>;
            return [event, members, conference_sid];
          }),
        ['start-talking', 'stop-talking'].map((event) => [event, 1, `conf:${String(accountOf(call))}:c`]),
      ),
  },
  {
    rule: 'conference: nobody hears who is muted',
    verbs: [
      {
        verb: 'conference',
        name: 'c',
        joinMuted: true,
        statusHook: '/cs',
        statusEvents: ['start-talking', 'stop-talking'],
      },
    ],
    acts: [
      { when: hasJoined, act: (call) => call.say('hello') },
      { when: always, act: change({ conf_mute_status: 'unmute' }) },
      { when: always, act: (call) => call.say('hello') },
      { when: asksFor('/cs', 2), act: hangsUp },
    ],
    asked: ['/cs', '/cs'],
  },
  {
    rule: 'config: recording is started, paused, resumed and stopped by INFO, each where it can be',
    verbs: [
      ...['pause', 'start', 'start', 'resume', 'pause', 'pause', 'resume', 'pause', 'stop', 'stop'].map((what) => ({
        verb: 'config',
        record: {
          action: `${what}CallRecording`,
          siprecServerURL: 'sip:rec@x',
          recordingID: 'r1',
          headers: { a: 'b' },
        },
      })),
      hangup,
    ],
    check: (call) => {
      const what = informed(call);
      assert.deepEqual(
        what,
        ['start', 'pause', 'resume', 'pause', 'stop'].map((name) => `${name}CallRecording`),
      );
      const [start] = eventsOf(call, 'sip').filter(({ text }) => text === 'INFO');
      assert.equal(start!.headers!['X-Srs-Url'], 'sip:rec@x');
      assert.equal(start!.headers!['X-Srs-Recording-ID'], 'r1');
      assert.equal(start!.body, '{"a":"b"}\n');
    },
  },
  {
    rule: 'LCC: recording that is asked for before the answer begins with it',
    verbs: [pause(1), answer, hangup],
    acts: [
      {
        when: waitsFor('pause'),
        act: change({ record: { action: 'startCallRecording', siprecServerURL: 'sip:rec@x' } }),
      },
    ],
    check: (call) => assert.deepEqual(informed(call), ['startCallRecording']),
  },
  {
    rule: 'config: what a simulated call lacks is said',
    verbs: [
      {
        verb: 'config',
        fillerNoise: { enable: true, url: 'http://x/noise.mp3' },
        onHoldMusic: 'http://x/hold.mp3',
        notifyEvents: true,
        record: { action: 'startCallRecording', type: 'cloud' },
      },
      hangup,
    ],
    check: (call) =>
      assert.deepEqual(notPlayed(call), [
        'nothing is recorded',
        'no filler noise is played',
        'nobody is put on hold by a phone, so no music is played',
        'notifyEvents is for applications on a web socket',
      ]),
  },
  {
    rule: 'config: a gather that finds a bargeIn leaves its time limit there',
    verbs: [bargeIn({ input: ['digits'] }), { verb: 'gather', timeout: 1, actionHook: '/g' }, pause(60)],
    answers: { '/barge': [hangup] },
    asked: ['/barge'],
    facts: { '/barge': { reason: 'timeout' } },
  },
  {
    rule: 'config: a gather for speech takes over from a bargeIn for keys',
    verbs: [bargeIn({ input: ['digits'] }), { verb: 'gather', input: ['speech'], actionHook: '/g' }, hangup],
    acts: [{ when: waitsFor('speech'), act: (call) => call.say('hello') }],
    asked: ['/g'],
  },
  {
    rule: 'config: of a bargeIn the partial results are told to nobody, and a second one for the same is passed over',
    verbs: [
      bargeIn({ input: ['speech'], partialResultHook: '/partial' }),
      bargeIn({ input: ['speech'], actionHook: '/other' }),
      pause(60),
    ],
    answers: { '/barge': [hangup] },
    acts: [
      {
        when: waitsFor('pause'),
        act: (call) => {
          call.say('hel', { final: false });
          call.say('hello');
        },
      },
    ],
    asked: ['/barge'],
  },
  {
    rule: 'config: a stream that runs already goes on instead of another one',
    verbs: [
      { verb: 'config', listen: { enable: true, url: 'wss://x/1' } },
      { verb: 'config', listen: { enable: true, url: 'wss://x/2' } },
      hangup,
    ],
    check: (call) =>
      assert.deepEqual(
        eventsOf(call, 'media')
          .filter(({ what }) => what === 'listen')
          .map(({ facts }) => facts.url),
        ['wss://x/1'],
      ),
  },
  {
    rule: 'gather: the key that ends continuous recognition does so also where keys are gathered; a last word is the end',
    verbs: [{ verb: 'gather', input: ['speech', 'digits'], timeout: 60, actionHook: '/g', ...continuous }, hangup],
    acts: [
      {
        when: waitsFor('digits or speech'),
        act: (call) => {
          call.say('one');
          call.press('#');
          call.say('two');
        },
      },
    ],
    asked: ['/g'],
    facts: { '/g': { reason: 'speechDetected' } },
  },
  {
    rule: 'gather: continuous recognition has its own time limit where there is no other',
    verbs: [{ verb: 'gather', input: ['speech'], timeout: 0, actionHook: '/g', ...continuous }, hangup],
    asked: ['/g'],
    facts: { '/g': { reason: 'timeout' } },
  },
  {
    rule: 'gather: a part of a sentence that is hard to understand ends it, too',
    verbs: [
      { verb: 'gather', input: ['speech'], recognizer: { vendor: 'google', minConfidence: 0.8 }, actionHook: '/g' },
      hangup,
    ],
    acts: [{ when: waitsFor('speech'), act: (call) => call.say('hm', { final: false, confidence: 0.2 }) }],
    asked: ['/g'],
    facts: { '/g': { reason: 'stt-low-confidence' } },
  },
  {
    rule: 'gather: a prompt that cannot be played keeps nobody from pressing keys',
    verbs: [{ verb: 'gather', say: { stream: true }, numDigits: 1, actionHook: '/g' }, hangup],
    acts: [{ when: waitsFor('digits'), act: (call) => call.press('1') }],
    asked: ['/g'],
    facts: { '/g': { digits: '1' } },
  },
  {
    rule: 'listen: what is said is written down meanwhile, and the answer of that hook does not matter',
    verbs: [
      {
        verb: 'listen',
        url: 'wss://x',
        actionHook: '/l',
        maxLength: 1,
        transcribe: { transcriptionHook: '/said', recognizer: { vendor: 'google' } },
      },
      hangup,
    ],
    answers: { '/said': [say('never')] },
    acts: [{ when: isAnswered, act: (call, { clock }) => clock.after(500, () => call.say('hello')) }],
    asked: ['/said', '/l'],
    facts: { '/l': { dial_call_duration: 1 } },
  },
  {
    rule: 'transcribe: another application begins when the last words have had their time',
    verbs: [{ verb: 'transcribe', transcriptionHook: '/said' }],
    answers: { '/said': [say('now'), hangup] },
    acts: [{ when: waitsFor('speech'), act: (call) => call.say('hello') }],
    heard: ['now'],
    check: (call) => {
      const [answered] = eventsOf(call, 'answer').filter(({ effect }, index) => index > 0 && effect === 'application');
      assert.equal(eventsOf(call, 'heard')[0]!.at - answered!.at, 1500);
    },
  },
  {
    rule: 'play: the hook of a file that is not there must not fail as well',
    verbs: [{ verb: 'play', url: 'http://x/missing.mp3', actionHook: '/p' }, say('never')],
    fails: ['http://x/missing.mp3'],
    answers: { '/p': { status: 500 } },
    asked: ['/p'],
    alerts: ['play-url-notfound', 'webhook-connection-failure'],
  },
  {
    rule: 'say: a loop that counts down from below 0 has no end',
    verbs: [{ verb: 'say', text: 'again', loop: -1 }],
    acts: [{ when: (call) => heardBy(call).length > 3, act: hangsUp }],
    heard: ['again', 'again', 'again', 'again'],
  },
  {
    rule: 'sip:request: the method is sent in capitals',
    verbs: [answer, { verb: 'sip:request', method: 'info', body: 'x' }, hangup],
    check: (call) => assert.equal(eventsOf(call, 'sip').filter(({ text }) => text === 'INFO').length, 1),
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

  for (const { rule, verbs, answers = {}, legs = {}, rest, acts = [], fails = [], realm, ...expected } of [
    ...rules,
    ...more,
  ]) {
    it(rule, async () => {
      application = await Application.start(({ path }) => answers[path] ?? (path === '/call' ? verbs : []));
      const url = `${application.url}/call`;
      simulator = new Simulator({
        clock: virtualClock(),
        duration: () => 40,
        fails: (text) => fails.includes(text),
        ...(realm === undefined ? {} : { realm }),
      });
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
      expected.check?.(placed!);
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
