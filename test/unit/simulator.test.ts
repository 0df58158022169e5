import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import {
  Simulator,
  realClock,
  virtualClock,
  type Call,
  type CallEvent,
  type SimulatorOptions,
} from '../../src/simulator';
import { Application, type Answer, type Asked } from '../support/application';

describe('the clock of the simulator', () => {
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
  };

  it('runs through all that there is to wait for, in order, when it is virtual', async () => {
    const clock = virtualClock();
    const seen: [string, number][] = [];
    const note = (name: string) => (): void => void seen.push([name, clock.now()]);
    clock.after(60_000, note('minute'));
    clock.after(1000, () => {
      note('second')();
      clock.after(500, note('half'));
    });
    clock.after(1000, note('also a second'));
    clock.after(2000, note('cancelled')).cancel();
    await settled();
    assert.deepEqual(seen, [
      ['second', 1000],
      ['also a second', 1000],
      ['half', 1500],
      ['minute', 60_000],
    ]);
  });

  it('stands still while it is held, and runs on while it is lent', async () => {
    const clock = virtualClock();
    clock.after(1000, () => undefined);
    clock.after(2000, () => undefined);
    const release = clock.hold();
    await settled();
    assert.equal(clock.now(), 0);
    assert.equal(clock.skip(), false);
    const back = clock.lend();
    clock.after(500, back);
    await settled();
    assert.equal(clock.now(), 500);
    release();
    release();
    await settled();
    assert.equal(clock.now(), 2000);
  });

  it('waits for what promises start before it goes on', async () => {
    const clock = virtualClock();
    const times: number[] = [];
    const steps = async (): Promise<void> => {
      for (let step = 0; step < 3; step++) {
        await new Promise<void>((resolve) => void clock.after(10, resolve));
        await Promise.resolve();
        times.push(clock.now());
      }
    };
    clock.after(25, () => times.push(-25));
    await steps();
    assert.deepEqual(times, [10, 20, -25, 30]);
  });

  it('can be skipped when it is real', () => {
    const clock = realClock();
    const seen: string[] = [];
    clock.after(3_600_000, () => seen.push('hour'));
    clock.after(60_000, () => seen.push('minute'));
    assert.equal(clock.skip(), true);
    assert.deepEqual(seen, ['minute']);
    assert.equal(clock.skip(), true);
    assert.deepEqual(seen, ['minute', 'hour']);
    assert.ok(clock.now() >= 3_600_000, `it is ${clock.now()}`);
    assert.equal(clock.skip(), false);
  });

  it('is one of its own for every call when it is real, and one for all when it is virtual', () => {
    const wall = realClock({ keepsDate: true });
    const [first, second] = [wall.ofCall(), wall.ofCall()];
    const seen: string[] = [];
    first.after(3_600_000, () => seen.push('first'));
    second.after(60_000, () => seen.push('second'));
    assert.equal(first.skip(), true);
    assert.deepEqual(seen, ['first']);
    assert.ok(second.now() < 60_000, `it is ${second.now()}`);
    assert.ok(Math.abs(first.date() - Date.now()) < 1000, 'the date is that of the wall clock');
    for (const clock of [wall, first, second]) clock.close();
    const virtual = virtualClock();
    assert.equal(virtual.ofCall(), virtual);
  });
});

describe('the simulator', () => {
  let application: Application | undefined;
  let simulator: Simulator | undefined;
  afterEach(() => {
    simulator?.close();
    application?.stop();
  });

  const serve = async (
    answer: (asked: Asked, count: number) => Answer,
    options: SimulatorOptions = {},
  ): Promise<{ application: Application; simulator: Simulator }> => {
    application = await Application.start(answer);
    simulator = new Simulator({ clock: virtualClock(), duration: () => 40, ...options });
    return { application, simulator };
  };
  const ring = (more: object = {}): Call =>
    simulator!.call({ url: `${application!.url}/flows/call`, from: '4930123', to: '4940456', ...more });
  const eventsOf = <T extends CallEvent['type']>(call: Call, type: T): Extract<CallEvent, { type: T }>[] =>
    call.events.filter((event): event is Extract<CallEvent, { type: T }> => event.type === type);
  const hook = { verb: 'gather', input: ['digits'], timeout: 1, actionHook: '/g' };
  /** Waits for what an event of the simulator brings. */
  const until = (is: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const stop = simulator!.on(() => {
        if (is()) done();
      });
      const done = (): void => {
        stop();
        resolve();
      };
      if (is()) done();
    });

  it('signs the bytes that it sends, and says so in the headers that the platform has', async () => {
    const verbs = [
      { verb: 'tag', data: { größe: '10 €', aB: { cD: 1 } } },
      { ...hook, say: { text: 'grüß' } },
    ];
    await serve(({ path }) => (path === '/g' ? [] : verbs), { secret: 'S3cret' });
    const call = ring({ auth: { username: 'u', password: 'p' }, headers: { 'X-Own': 'ü' } });
    await call.ended;
    assert.ok(application!.asked.length >= 2, application!.paths().join());
    for (const { raw, headers } of application!.asked) {
      const [, time, code] = /^t=(\d+),v1=(\w+)$/.exec(String(headers['jambonz-signature'])) ?? [];
      assert.equal(code, createHmac('sha256', 'S3cret').update(`${time}.${raw}`).digest('hex'));
      assert.equal(headers.authorization, `Basic ${Buffer.from('u:p').toString('base64')}`);
      assert.equal(headers['user-agent'], 'jambonz');
      assert.equal(headers['content-type'], 'application/json');
    }
    assert.deepEqual(application!.asked[1]!.body.customerData, { größe: '10 €', aB: { cD: 1 } });
  });

  it('does not sign without a secret', async () => {
    await serve(() => [{ verb: 'hangup' }]);
    await ring().ended;
    assert.equal(application!.asked[0]!.headers['jambonz-signature'], undefined);
  });

  it('tries again as the fragment of a hook says, with the same signature and after the engine’s pauses', async () => {
    const statuses = [503, 404, 200];
    await serve(
      ({ path }, count) =>
        path.startsWith('/g')
          ? { status: statuses[count - 1]! }
          : [{ ...hook, actionHook: '/g#rc=5&rp=4xx,5xx' }, { verb: 'hangup' }],
      { secret: 's' },
    );
    const call = ring();
    await call.ended;
    const tries = application!.asked.filter(({ path }) => path.startsWith('/g'));
    assert.equal(tries.length, 3);
    assert.equal(new Set(tries.map(({ headers }) => headers['jambonz-signature'])).size, 1);
    const at = eventsOf(call, 'request')
      .filter(({ url }) => url.includes('/g'))
      .map((request) => request.at);
    assert.deepEqual([at[1]! - at[0]!, at[2]! - at[1]!], [500, 1000]);
  });

  for (const [fragment, count] of [
    ['#rc=3&rp=5xx', 1],
    ['#rc=2&rp=all', 3],
    ['#rc=2', 1],
    ['', 1],
  ] as const) {
    it(`asks a hook that answers 404 ${count} times with ${fragment === '' ? 'no fragment' : fragment}`, async () => {
      await serve(({ path }) => (path.startsWith('/g') ? { status: 404 } : [{ ...hook, actionHook: `/g${fragment}` }]));
      await ring().ended;
      assert.equal(application!.paths().filter((path) => path.startsWith('/g')).length, count);
    });
  }

  it('calls only where it may', async () => {
    await serve(
      ({ path }) => (path === '/g' ? [] : [{ ...hook, actionHook: 'http://203.0.113.1/g' }, { verb: 'hangup' }]),
      {
        allow: (url) => url.hostname === '127.0.0.1',
      },
    );
    const call = ring();
    await call.ended;
    const alerts = eventsOf(call, 'alert').map(({ text }) => text);
    assert.ok(alerts.includes('the simulator may not call 203.0.113.1'), alerts.join());
  });

  it('does not read an answer of more than 1 MiB', async () => {
    await serve(() => ({ status: 200, text: JSON.stringify([{ verb: 'say', text: 'x'.repeat(1024 * 1024) }]) }));
    const call = ring();
    await call.ended;
    const [answer] = eventsOf(call, 'answer');
    assert.equal(answer?.error, 'the answer has more than 1048576 bytes');
    assert.equal(eventsOf(call, 'end')[0]?.status, 480);
  });

  it('asks before it goes on for ever, and goes on when it may', async () => {
    await serve(() => [{ verb: 'redirect', actionHook: '/again' }], { patience: 20 });
    const call = ring();
    const asked = (): number => eventsOf(call, 'ask').length;
    const becomes = async (count: number): Promise<void> => {
      await until(() => asked() >= count);
    };
    await becomes(1);
    assert.equal(application!.asked.length, 21);
    call.goOn();
    await becomes(2);
    assert.equal(application!.asked.length, 41);
    call.hangup();
    await call.ended;
    assert.equal(eventsOf(call, 'end')[0]?.by, 'caller');
  });

  it('asks while music plays for ever', async () => {
    await serve(() => [{ verb: 'play', url: 'http://x/y.mp3', loop: 'forever' }]);
    const call = ring();
    await until(() => eventsOf(call, 'ask').length > 0);
    assert.equal(eventsOf(call, 'heard').filter(({ ended }) => ended === undefined).length, 50);
    call.hangup();
    await call.ended;
  });

  it('sends no status event of a call that was given up before it had an application', async () => {
    let arrived = (): void => undefined;
    const asking = new Promise<void>((resolve) => (arrived = resolve));
    await serve(({ path }) => {
      arrived();
      return path === '/status' ? [] : 'never';
    });
    const call = ring({ statusHook: `${application!.url}/status` });
    await asking;
    call.hangup();
    assert.equal(call.summary.status, 'no-answer');
    application!.stop();
    await call.ended;
    assert.deepEqual(application!.paths(), ['/flows/call']);
    assert.deepEqual(
      eventsOf(call, 'end').map(({ by, status, reason }) => ({ by, status, reason })),
      [{ by: 'caller', status: 487, reason: 'Request Terminated' }],
    );
  });

  it('refuses what the platform refuses, and takes what it takes', async () => {
    const document = [{ verb: 'say', text: 'x', novelty: 1 }, { verb: 'hangup' }];
    const statuses: unknown[] = [];
    for (const platform of ['0.9', '10'] as const) {
      await serve(() => document, { platform });
      const call = ring();
      await call.ended;
      const [end] = eventsOf(call, 'end');
      statuses.push([end?.status, end?.reason]);
      simulator!.close();
      application!.stop();
    }
    assert.deepEqual(statuses, [
      [480, 'say: unknown property novelty'],
      [200, undefined],
    ]);
  });

  it('plays no more calls at once than it may', async () => {
    await serve(() => [{ verb: 'answer' }, { verb: 'pause', length: 5 }], { clock: realClock(), limit: 2 });
    ring();
    ring();
    assert.throws(ring, /plays 2 calls at once/);
  });

  it('writes down a call in order, and what ended it', async () => {
    await serve(({ path }, count) =>
      path === '/g'
        ? count === 1
          ? []
          : [{ verb: 'say', text: 'thanks' }]
        : [{ ...hook, say: { text: 'press' } }, hook],
    );
    const call = ring({ statusHook: `${application!.url}/status` });
    let pressed = 0;
    simulator!.on((_call, event) => {
      if (event.type === 'wait' && event.for === 'digits' && ++pressed === 2) call.press('7#');
    });
    await call.ended;
    const rows = call.events.map((event) =>
      event.type === 'verb'
        ? `${event.state} ${event.verb}`
        : event.type === 'request'
          ? `ask ${event.url.slice(application!.url.length)}`
          : event.type === 'heard'
            ? `${event.ended ?? 'hear'} ${event.text}`
            : event.type,
    );
    assert.deepEqual(
      rows.filter((row) => !['answer', 'ask /status'].includes(row)),
      [
        'sip',
        'ask /flows/call',
        'sip',
        'begin gather',
        'begin say',
        'hear press',
        'done press',
        'end say',
        'wait',
        'ask /g',
        'end gather',
        'begin gather',
        'wait',
        'done',
        'done',
        'ask /g',
        'end gather',
        'begin say',
        'hear thanks',
        'done thanks',
        'end say',
        'sip',
        'end',
      ],
    );
    assert.deepEqual(
      call.events.map(({ seq }) => seq),
      call.events.map((_, index) => index + 1),
    );
    const end = eventsOf(call, 'end')[0]!;
    assert.equal(end.by, 'jambonz');
    assert.equal(end.status, 200);
    assert.equal(call.summary.status, 'completed');
    assert.equal(call.summary.over, true);
  });

  it('lets a dialled party be played by hand', async () => {
    await serve(({ path }) =>
      path === '/d'
        ? [{ verb: 'hangup' }]
        : [{ verb: 'dial', target: [{ type: 'phone', number: '555' }], actionHook: '/d' }],
    );
    const call = ring();
    simulator!.on((_call, event) => {
      if (event.type !== 'leg') return;
      if (event.state === 'ringing') call.answer(event.leg);
      if (event.state === 'bridged') call.hangup(event.leg);
    });
    await call.ended;
    const dialled = application!.asked.find(({ path }) => path === '/d')!;
    assert.equal(dialled.body.dial_call_status, 'completed');
    const child = String(dialled.body.dial_call_sid);
    assert.equal(simulator!.calls.get(child), call);
  });

  it('plays 500 calls at once and keeps nothing of them running', async () => {
    await serve(() => [
      { verb: 'say', text: 'hello' },
      { verb: 'pause', length: 10 },
    ]);
    const calls = Array.from({ length: 500 }, () => ring());
    await Promise.all(calls.map(({ ended }) => ended));
    assert.ok(
      calls.every((call) => eventsOf(call, 'end')[0]?.status === 200),
      'some call ended otherwise',
    );
    assert.equal(simulator!.clock.isIdle, true);
    assert.equal(simulator!.calls.size, 100);
  });

  it('keeps the last of the values that a query has for a name, and no fragment, of an absolute hook', async () => {
    await serve(({ path }) =>
      path.startsWith('/g') ? [] : [{ ...hook, actionHook: `${application!.url}/g?z=1&y=2&z=3#rc=1` }],
    );
    await ring().ended;
    assert.deepEqual(application!.paths().slice(1), ['/g?z=3&y=2']);
  });

  it('skips what one call waits for and no other', async () => {
    application = await Application.start(() => [
      { verb: 'pause', length: 3600 },
      { verb: 'say', text: 'at last' },
      { verb: 'hangup' },
    ]);
    simulator = new Simulator({ duration: () => 1 });
    const place = (from: string): Call => simulator!.call({ url: `${application!.url}/call`, from, to: '2' });
    const [first, second] = [place('1'), place('3')];
    const waits = ({ events }: Call): boolean => events.some(({ type }) => type === 'wait');
    await new Promise<void>((resolve) => {
      const stop = simulator!.on(() => {
        if (!waits(first) || !waits(second)) return;
        stop();
        resolve();
      });
    });
    assert.equal(first.skip(), true);
    await first.ended;
    assert.equal(second.summary.over, false);
    assert.equal(
      second.events.some(({ type }) => type === 'heard'),
      false,
    );
  });

  it('lets no more into a conference than it may have', async () => {
    await serve(() => [{ verb: 'conference', name: 'c', maxParticipants: 2, actionHook: '/done' }]);
    const hasJoined = (call: Call): boolean => eventsOf(call, 'leg').some(({ state }) => state === 'joined');
    const calls = [ring(), ring()];
    await until(() => calls.every(hasJoined));
    const late = ring();
    await until(() => eventsOf(late, 'media').length > 0);
    assert.deepEqual(
      eventsOf(late, 'media').map(({ what, facts }) => [what, facts.text]),
      [['not known', 'the conference is full: nothing is heard until the caller hangs up']],
    );
    late.hangup();
    await late.ended;
    assert.equal(application!.paths().includes('/done'), false);
    assert.equal(hasJoined(late), false);
    calls[0]!.hangup();
    await calls[0]!.ended;
    const next = ring();
    await until(() => hasJoined(next));
  });

  it('ends all calls when it is closed, without another request', async () => {
    await serve(() => [{ verb: 'conference', name: 'c', actionHook: '/done' }], { clock: realClock() });
    const call = ring({ statusHook: `${application!.url}/status` });
    await until(() => eventsOf(call, 'wait').length > 0);
    simulator!.close();
    await call.ended;
    assert.equal(eventsOf(call, 'end')[0]?.by, 'simulator');
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(application!.paths().includes('/done'), false);
    assert.equal(simulator!.clock.isIdle, true);
  });
});
