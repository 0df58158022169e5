import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Simulator, virtualClock, type Call, type CallEvent } from '../../src/simulator';
import { Application } from '../support/webhooks';

interface Recording {
  name: string;
  request: { method: string; path: string; as: string | null; body?: unknown };
  response: { status: number; body: unknown };
}

const ACCOUNT = '9351f46a-678c-43f5-b8a6-d4eb58d131af';
const APPLICATION = '0dddaabf-0a30-43e3-84e8-426873b1a78b';
const CALL = 'aaaaaaaa-0000-4000-8000-000000000001';
/** Recorded of a call that was placed; the simulator chooses its own ids. */
const PLACED = 'aaaaaaaa-0000-4000-8000-000000000002';

const recordings = JSON.parse(readFileSync(join(__dirname, '../data/rest-recordings.json'), 'utf8')) as Recording[];

/** What the simulator answers differently, or not at all, and why. */
const different: Readonly<Record<string, string>> = {
  'other account': 'a simulator has one account, whichever a node is set up with',
  'unknown account': 'a simulator has one account, whichever a node is set up with',
  'malformed account sid': 'a simulator has one account, whichever a node is set up with',
  'base without v1': 'the path is what follows /v1',
  'createCall bad JSON': 'bodies come parsed',
  'createCall unknown property': 'the recorded feature server was a stub; the real one refuses it',
  'createCall, feature server answers 400': 'there is no feature server',
  'createCall, feature server answers 500': 'there is no feature server',
  'createCall, feature server answers 200': 'there is no feature server',
  'createCall, no feature server': 'there is no feature server',
  'createMessage, no feature server': 'there is no feature server',
  'createMessage admin token': 'there are no tokens',
  'createMessage fs 480': 'there is no feature server',
  'updateCall call_status no-answer':
    'the recorded feature server was a stub; the real one refuses it for an answered call',
  'updateCall feature server 422 text': 'there is no feature server; a call that is over is tested below',
  'updateCall feature server 400 json': 'there is no feature server',
  'updateCall feature server 404 empty': 'there is no feature server',
  'RecentCalls ?page=1&count=25&days=abc': 'the text is the database’s',
  WebhookSecret: 'only what is about calls is played',
  'RecentCalls SP level': 'only what is about calls of one account is played',
  'Alerts SP level': 'only what is about calls of one account is played',
};

const replayed = recordings.filter(
  ({ name, request }) =>
    !(name in different) &&
    request.as === 'acct' &&
    /^\/v1\/(Accounts\/[^/]+\/(Calls|Messages|Queues|Conferences|CallCount|RegisteredSipUsers|Applications|(RecentCalls|Alerts)(\?|$))|Nope)/.test(
      request.path,
    ),
);

describe('the REST API of the simulator', () => {
  let application: Application;
  let simulator: Simulator;
  let call: Call;
  let placed: string;

  before(async () => (application = await Application.start()));
  after(() => application.stop());

  const waiting = (): Promise<void> =>
    new Promise((resolve) => {
      const stop = simulator.on((of, event) => {
        if (of !== call || event.type !== 'wait') return;
        stop();
        resolve();
      });
    });

  /** One call that is up, and one that was placed and is over. */
  beforeEach(async () => {
    application.answer({
      '/': [{ verb: 'gather', input: ['digits'], timeout: 0 }],
      '/placed': [{ verb: 'hangup' }],
      '/x': { status: 500 },
    });
    simulator = new Simulator({ clock: virtualClock(), account: ACCOUNT });
    simulator.applications.set(APPLICATION, { url: `${application.origin}/placed`, from: '', to: '' });
    const { data } = await rest('POST', 'Calls', {
      from: '777',
      to: { type: 'phone', number: '15553334444' },
      application_sid: APPLICATION,
    });
    placed = (data as { sid: string }).sid;
    const other = simulator.calls.get(placed)!;
    setImmediate(() => other.answer(placed));
    await other.ended;
    call = simulator.call({
      id: CALL,
      url: `${application.origin}/`,
      from: '15551112222',
      to: '15553334444',
      application: APPLICATION,
    });
    await waiting();
  });
  afterEach(() => simulator.close());

  function rest(method: string, path: string, body?: unknown): Promise<{ status: number; data: unknown }> {
    const [target = '', query = ''] = path.split('?');
    return simulator.rest(
      method,
      `/Accounts/${ACCOUNT}/${target}`,
      Object.fromEntries(new URLSearchParams(query)),
      body,
    );
  }

  describe('as recorded', () => {
    for (const { name, request, response } of replayed) {
      it(`${request.method} ${name}`, async () => {
        const [path = '', query = ''] = request.path.slice('/v1'.length).split('?');
        const target = path.replace(PLACED, placed);
        const isAgain = name === 'delete call again';
        if (isAgain) await simulator.rest('DELETE', target, {}, undefined);
        const { status, data } = await simulator.rest(
          request.method,
          target,
          Object.fromEntries(new URLSearchParams(query)),
          request.body,
        );
        assert.equal(status, response.status, JSON.stringify(data));
        assert.deepEqual(gist(data), gist(response.body));
      });
    }
  });

  /** What must be alike: texts and refusals as they are, of calls who called whom, of lists in pages their pages. */
  function gist(body: unknown): unknown {
    if (Array.isArray(body)) return body.map(gist).sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
    if (typeof body !== 'object' || body === null) return body;
    const facts = body as Record<string, unknown>;
    if ('callId' in facts || 'sid' in facts) return ['sid', typeof facts.sid];
    if ('application_sid' in facts && 'call_hook' in facts) return facts.application_sid;
    if ('call_sid' in facts) {
      const { direction, from, to, call_status: status, sip_status: sip, account_sid: account } = facts;
      return { direction, from, to, status, sip, account, tag: facts.customerData };
    }
    if ('inbound' in facts) return Object.keys(facts).sort();
    if ('page_size' in facts) return { page: facts.page, size: facts.page_size, isList: Array.isArray(facts.data) };
    return facts;
  }

  it('describes a call as recorded, with the same keys', async () => {
    const recorded = recordings.find(({ name }) => name === 'get call')!.response.body as Record<string, unknown>;
    const { data } = await rest('GET', `Calls/${CALL}`);
    assert.deepEqual(Object.keys(data as object).sort(), Object.keys(recorded).sort());
  });

  it('refuses to change a call that is over', async () => {
    const { status, data } = await rest('PUT', `Calls/${placed}`, { mute_status: 'mute' });
    assert.deepEqual([status, data], [422, `call session is gone for call_sid ${placed}`]);
  });

  it('refuses a status that does not fit', async () => {
    const { status } = await rest('PUT', `Calls/${CALL}`, { call_status: 'no-answer' });
    assert.equal(status, 422);
  });

  it('answers sip_request with the status of the party', async () => {
    simulator.close();
    simulator = new Simulator({ clock: virtualClock(), sipReply: () => 405 });
    call = simulator.call({ id: CALL, url: `${application.origin}/`, from: '1', to: '2' });
    await waiting();
    const { status, data } = await rest('PUT', `Calls/${CALL}`, {
      sip_request: { method: 'INFO', content_type: 'text/plain', content: 'hi' },
    });
    assert.deepEqual([status, data], [200, { status: 405, reason: 'Method Not Allowed' }]);
  });

  it('refuses a property that the feature server does not know', async () => {
    const body = { from: '1', to: { type: 'phone', number: '2' }, application_sid: APPLICATION, foo: 1 };
    const { status, data } = await rest('POST', 'Calls', body);
    assert.deepEqual([status, data], [500, 'Internal Server Error']);
  });

  it('hangs up, and then counts and lists the call among those that are over', async () => {
    assert.deepEqual((await rest('GET', 'CallCount')).data, { inbound: 1, outbound: 0 });
    assert.equal((await rest('PUT', `Calls/${CALL}`, { call_status: 'completed' })).status, 202);
    await call.ended;
    assert.deepEqual((await rest('GET', 'CallCount')).data, { inbound: 0, outbound: 0 });
    const { data } = await rest('GET', 'RecentCalls?page=1&count=1&direction=inbound');
    const { total, data: records } = data as { total: number; data: Record<string, unknown>[] };
    const recorded = recordings.find(({ name }) => name === 'RecentCalls ?page=1&count=25')!.response.body as {
      data: Record<string, unknown>[];
    };
    assert.equal(total, 1);
    assert.deepEqual(Object.keys(records[0]!).sort(), Object.keys(recorded.data[0]!).sort());
    assert.deepEqual([records[0]!.call_sid, records[0]!.answered, records[0]!.sip_status], [CALL, true, 200]);
  });

  it('deletes what is remembered of a call, and lets the call go on', async () => {
    assert.equal((await rest('DELETE', `Calls/${CALL}`)).status, 204);
    assert.equal((await rest('GET', `Calls/${CALL}`)).status, 404);
    assert.equal(call.summary.over, false);
  });

  it('lists what the platform told the owner', async () => {
    application.answer({ '/': { status: 500 } });
    await simulator.call({ url: `${application.origin}/`, from: '1', to: '2' }).ended;
    const { data } = await rest('GET', 'Alerts?page=1&count=25&alert_type=webhook-connection-failure');
    const { total, data: alerts } = data as { total: number; data: Record<string, unknown>[] };
    assert.equal(total, 1);
    assert.equal(alerts[0]!.message, 'Unexpected HTTP Response');
  });

  it('lists queues and conferences', async () => {
    application.answer({ '/q': [{ verb: 'enqueue', name: 'sales' }], '/c': [{ verb: 'conference', name: 'team' }] });
    const happened = (isIt: (event: CallEvent) => boolean): Promise<void> =>
      new Promise((resolve) => {
        const stop = simulator.on((_call, event) => {
          if (!isIt(event)) return;
          stop();
          resolve();
        });
      });
    const queued = happened((event) => event.type === 'leg' && event.kind === 'queue');
    simulator.call({ url: `${application.origin}/q`, from: '1', to: '2' });
    await queued;
    const joined = happened((event) => event.type === 'leg' && event.kind === 'conference');
    simulator.call({ url: `${application.origin}/c`, from: '1', to: '2' });
    await joined;
    assert.deepEqual((await rest('GET', 'Queues')).data, [{ name: 'sales', length: 1 }]);
    assert.deepEqual((await rest('GET', 'Conferences')).data, ['team']);
  });

  it('shows a message in the call that is up', async () => {
    await rest('POST', 'Messages', { from: '1', to: '2', text: 'hello' });
    const last = call.events.at(-1);
    assert.deepEqual(last?.type === 'done' && [last.did, last.text], ['rest', 'SMS to 2: hello']);
  });

  it('has no room for more calls than there may be', async () => {
    simulator.close();
    simulator = new Simulator({ clock: virtualClock(), limit: 0 });
    simulator.applications.set(APPLICATION, { url: `${application.origin}/placed`, from: '', to: '' });
    const body = { from: '1', to: { type: 'phone', number: '2' }, application_sid: APPLICATION };
    assert.deepEqual(await rest('POST', 'Calls', body), {
      status: 480,
      data: { msg: 'no available feature servers at this time' },
    });
  });

  it('knows every recording that it does not replay', () => {
    const names = new Set(recordings.map(({ name }) => name));
    assert.deepEqual(
      Object.keys(different).filter((name) => !names.has(name)),
      [],
    );
    assert.ok(replayed.length > 100, String(replayed.length));
  });
});
