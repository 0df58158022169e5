import assert from 'node:assert/strict';
import { checkSavedCall, type SavedCall } from '../../src/script/format';
import { play, type PlayOptions, type PlayResult } from '../../src/script/play';
import { scriptOf } from '../../src/script/record';
import { textOf } from '../../src/script/report';
import { Simulator, virtualClock, type Call, type CallEvent, type CallOptions } from '../../src/simulator';
import type { Application } from '../support/application';
import { serveVerbs, type Verbs } from '../support/verb-server';
import { freePort } from '../support/programs';

type Json = Record<string, unknown>;

const say = (text: string): Json => ({ verb: 'say', text });
const dial = { verb: 'dial', target: [{ type: 'phone', number: '+15551230001' }], actionHook: '/dialled' };

const verbs: Verbs = {
  '/menu': () => [
    say('Welcome.'),
    {
      verb: 'gather',
      input: ['digits', 'speech'],
      numDigits: 2,
      timeout: 5,
      actionHook: '/chosen',
      say: { text: 'Which one?' },
    },
    say('Nothing then.'),
  ],
  '/chosen': ({ digits, speech, reason }) => {
    if (reason === 'timeout') return [];
    const { alternatives = [] } = (speech ?? {}) as { alternatives?: { transcript: string }[] };
    return [say(`It is ${String(digits ?? alternatives[0]?.transcript)}.`)];
  },
  '/dial': () => [dial],
  '/dialled': ({ dial_call_status: status }) => [say(`The line is ${String(status)}.`)],
  '/confirm': () => [{ ...dial, confirmHook: '/whisper' }],
  '/whisper': () => [say('A call for you.')],
  '/for-ever': () => [say('Again.'), { verb: 'redirect', actionHook: '/for-ever' }],
  '/wait': () => [{ verb: 'enqueue', name: 'support', waitHook: '/music' }, say('Back again.')],
  '/music': () => [say('Please hold.')],
  '/agent': () => [{ verb: 'dequeue', name: 'support' }],
  '/status': () => [],
  '/broken': () => [{ verb: 'nonsense' }],
  '/button': ({ pressed }) => ({ done: pressed }),
};

describe('A saved call that is played', function () {
  this.timeout(30_000);
  let server: Application;
  before(async () => {
    server = await serveVerbs(verbs);
  });
  after(() => server.stop());

  const played = async (
    url: string | undefined,
    steps: unknown[],
    { call = {}, ...more }: Json & { call?: Json } = {},
    options: PlayOptions = {},
  ): Promise<PlayResult> => {
    const placed = url === undefined ? {} : { call: { url, ...call } };
    const saved = checkSavedCall({ format: 'jambonz-call', version: 1, ...placed, ...more, steps });
    return play(saved, { url: server.url, ...options });
  };
  const passes = (result: PlayResult): void =>
    assert.equal(result.outcome, 'passed', textOf({ ...result, file: 'test' }));

  const goes: [string, string | undefined, unknown[], (Json & { call?: Json })?][] = [
    [
      'presses keys when the prompt is over',
      '/menu',
      [{ hear: 'Welcome.' }, { hear: 'Which one?' }, { press: '12' }, { hear: 'It is 12.' }, { end: true }],
    ],
    [
      'speaks into a prompt',
      '/menu',
      [
        { hear: 'Welcome.' },
        { hear: 'Which one?' },
        { say: 'both', after: 0.1 },
        { hear: 'It is both.' },
        { end: true },
      ],
    ],
    [
      'waits for what comes of doing nothing',
      '/menu',
      [{ hear: { any: true } }, { hear: { any: true } }, { hear: 'Nothing then.' }, { end: { by: 'jambonz' } }],
    ],
    ['looks only for what is named', '/menu', [{ hear: 'Nothing then.' }, { end: true }], { heard: 'named' }],
    [
      'has a leg pick up by hand',
      '/dial',
      [
        { becomes: 'ringing', leg: '0001' },
        { pickUp: true, leg: '0001' },
        { becomes: 'bridged', leg: '0001' },
        { hangup: true, leg: '0001' },
        { hear: 'The line is completed.' },
        { end: true },
      ],
    ],
    [
      'has a leg refuse by hand',
      '/dial',
      [{ refuse: 486, leg: '+15551230001' }, { hear: 'The line is busy.' }, { end: true }],
    ],
    [
      'hears what another one hears',
      '/confirm',
      [
        { hear: 'A call for you.', leg: '0001' },
        { becomes: 'bridged', leg: '0001' },
        { hangup: true },
        { end: { by: 'caller' } },
      ],
      { call: { legs: { '*': { answer: 1 } } } },
    ],
    [
      'goes on after many verbs',
      '/for-ever',
      [{ goOn: true }, { goOn: true }, { hangup: true, after: 1 }, { end: { by: 'caller' } }],
      { heard: 'named' },
    ],
    [
      'has a second caller',
      '/wait',
      [
        { hear: 'Please hold.' },
        { call: { as: 'agent', url: '/agent' } },
        { wait: 10 },
        { hangup: true, leg: 'agent' },
        { end: true, leg: 'agent' },
        { hear: 'Back again.' },
        { end: true },
      ],
      { heard: 'named' },
    ],
    [
      'sees status events',
      '/menu',
      [
        { request: { path: '/status', body: { call_status: 'in-progress' } } },
        { request: { path: '/status', body: { call_status: 'completed' } } },
        { answer: { status: 200 } },
      ],
      { call: { statusHook: '/status' } },
    ],
    [
      'sees alerts',
      '/broken',
      [{ answer: { error: { contains: 'nonsense' } } }, { alert: { contains: 'nonsense' } }, { end: { status: 480 } }],
    ],
    [
      'sends requests of its own',
      undefined,
      [{ http: { url: '/button', body: { pressed: 1 }, answer: { status: 200, body: { done: 1 } } } }],
    ],
    ['is hung up when the steps are through', '/wait', [{ hear: 'Please hold.' }]],
    [
      'takes time on a real clock, unless it is skipped',
      '/menu',
      [
        { hear: 'Welcome.' },
        { skip: true },
        { hear: 'Which one?' },
        { skip: true },
        { wait: 0.3 },
        { press: '12' },
        { skip: true },
        { hear: 'It is 12.' },
        { skip: true },
        { end: true },
      ],
      { clock: 'real' },
    ],
  ];
  for (const [what, url, steps, more] of goes) it(what, async () => passes(await played(url, steps, more)));

  it('waits for a call that the flow places through the REST API', async () => {
    const port = await freePort();
    const body = { from: '+1', to: { type: 'phone', number: '+15551230007' }, application_sid: 'an-application' };
    const result = await played(
      '/menu',
      [
        { http: { url: `http://127.0.0.1:${port}/v1/Accounts/an-account/Calls`, body, answer: { status: 201 } } },
        { asked: { method: 'POST', path: { matches: '/Calls$' }, body: { from: '+1' }, status: 201 } },
        { hear: 'Welcome.' },
        { hangup: true },
        { end: { by: 'callee' } },
      ],
      { heard: 'named', call: { direction: 'outbound', legs: { '*': { answer: 1 } } } },
      { rest: { host: '127.0.0.1', port } },
    );
    passes(result);
  });

  it('tells through the REST API which calls there are', async () => {
    const port = await freePort();
    const api = `http://127.0.0.1:${port}/v1/Accounts/an-account`;
    const asks = (path: string, body: unknown, method = 'GET', status = 200): unknown => ({
      http: { method, url: api + path, answer: { status, body } },
    });
    const sid = { matches: '^[0-9a-f-]{36}$' };
    const result = await played(
      '/wait',
      [
        { hear: 'Please hold.' },
        asks('/Calls', [{ call_sid: sid, from: '+1', call_status: 'in-progress', direction: 'inbound' }]),
        asks('/Calls?direction=outbound', []),
        asks('/CallCount', { inbound: 1, outbound: 0 }),
        asks('/Queues', [{ name: { contains: 'support' }, length: 1 }]),
        asks('/Conferences', []),
        asks('/RecentCalls?page=1&count=25', { total: 0, data: [] }),
        asks('/RecentCalls?count=25', { msg: { contains: '"page"' } }, 'GET', 400),
        asks('/Calls/bbbbbbbb-0000-4000-8000-000000000001', 'Not Found', 'DELETE', 404),
      ],
      { call: { from: '+1' } },
      { rest: { host: '127.0.0.1', port } },
    );
    passes(result);
  });

  const fails: [string, string, unknown[], RegExp][] = [
    [
      'what plays on and on',
      '/for-ever',
      [{ hear: 'Again.' }, { request: { path: '/other' } }],
      /a request .*after many verbs/s,
    ],
    ['a leg that there is not', '/menu', [{ pickUp: true, leg: '+4711' }], /to pickUp.*(ended by jambonz|over)/s],
    ['an act after the end', '/broken', [{ end: true }, { press: '1' }], /to press.*the call was over/s],
    ['a button that nobody has', '/menu', [{ http: { url: '/nowhere' } }], /an answer to POST \/nowhere.*404/s],
    [
      'a request that never comes',
      '/menu',
      [{ request: { path: '/other' } }],
      /a request .*the call ended by jambonz, 200/s,
    ],
  ];
  for (const [what, url, steps, message] of fails) {
    it(`says what is wrong: ${what}`, async () => {
      const result = await played(url, steps);
      assert.equal(result.outcome, 'differs');
      assert.match(textOf({ ...result, file: 'test' }), message);
    });
  }

  it('calls a server under a path of its own', async () => {
    const { requests } = await withPrefix();
    assert.deepEqual(requests, ['/menu', '/chosen']);
  });
  async function withPrefix(): Promise<{ requests: string[] }> {
    const red = await serveVerbs({
      '/red/menu': () => [{ verb: 'redirect', actionHook: '/red/chosen' }],
      '/red/chosen': () => [say('Here.')],
    });
    try {
      const saved = checkSavedCall({
        format: 'jambonz-call',
        version: 1,
        call: { url: '/menu' },
        steps: [{ request: { path: '/menu' } }, { request: { path: '/chosen' } }, { hear: 'Here.' }, { end: true }],
      });
      passes(await play(saved, { url: `${red.url}/red/` }));
      return { requests: red.asked.map(({ path }) => path.replace('/red', '')) };
    } finally {
      red.stop();
    }
  }

  describe('that was made of a call', () => {
    const record = async (
      options: Partial<CallOptions>,
      follow: (call: Call, event: CallEvent) => void,
    ): Promise<SavedCall> => {
      const simulator = new Simulator({ clock: virtualClock() });
      simulator.on(follow);
      const call = simulator.call({ url: `${server.url}/menu`, from: '+1', to: '+2', ...options });
      await call.ended;
      const saved = scriptOf({ ...call.summary, events: [...call.events] });
      simulator.close();
      return checkSavedCall(JSON.parse(JSON.stringify(saved)));
    };
    const asks = (event: CallEvent): boolean => event.type === 'heard' && event.text === 'Which one?' && !event.ended;

    const calls: [string, Partial<CallOptions>, (call: Call, event: CallEvent) => void][] = [
      ['keys', {}, (call, event) => event.type === 'wait' && call.press('12')],
      ['keys into the prompt', {}, (call, event) => asks(event) && call.press('12')],
      ['words', {}, (call, event) => event.type === 'wait' && call.say('both')],
      ['nothing', { statusHook: 'S' }, () => undefined],
      ['a hangup in the prompt', {}, (call, event) => asks(event) && call.hangup()],
      ['a dialled party that is busy', { url: 'D', legs: { '*': 'busy' } }, () => undefined],
      [
        'a dialled party that answers and hangs up',
        { url: 'D', legs: { '*': { answer: 4, hangup: 10 } } },
        () => undefined,
      ],
      [
        'a dialled party by hand',
        { url: 'D' },
        (call, event) => {
          if (event.type === 'leg' && event.state === 'ringing') call.answer(event.leg);
          if (event.type === 'leg' && event.state === 'bridged') call.hangup(event.leg);
        },
      ],
      ['an application that is refused', { url: 'B' }, () => undefined],
    ];
    for (const [what, options, follow] of calls) {
      it(`is met by the same call again: ${what}`, async () => {
        const paths: Record<string, string> = { D: '/dial', B: '/broken', S: '/status' };
        const address = (path: string | undefined): string => `${server.url}${paths[path!] ?? '/menu'}`;
        const { statusHook } = options;
        const saved = await record(
          { ...options, url: address(options.url), ...(statusHook && { statusHook: address(statusHook as string) }) },
          follow,
        );
        passes(await play(saved, { url: server.url }));
      });
    }
  });
});
