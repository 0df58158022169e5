import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Simulator, virtualClock, type Call, type CallEvent, type Clock, type LegPlan } from '../../src/simulator';
import { Placeholders } from './placeholders';

/** A call recorded on the real engine: see reference/scenarios.md for the format. */
export interface Scenario {
  name: string;
  rule: string;
  call: {
    direction: 'inbound' | 'outbound';
    from?: string;
    to?: string;
    name?: string;
    headers?: Record<string, string>;
    rest?: Record<string, unknown>;
  };
  app?: Record<string, Reply[]>;
  actions?: Action[];
  legs?: Record<string, string>;
  mediaMs?: Record<string, number>;
  sipReplies?: Record<string, number | 'error'>;
  ttsFail?: string[];
  missingFiles?: string[];
  until?: string | string[];
  expect: Expected;
}

type Reply =
  | unknown[]
  | {
      status?: number;
      contentType?: string;
      body?: unknown;
      headers?: Record<string, string>;
      delayMs?: number;
      drop?: boolean;
    };

interface Action {
  after?: string | string[];
  do: string;
  call?: string;
  leg?: string;
  id?: string;
  from?: string;
  digits?: string;
  text?: string;
  final?: boolean;
  confidence?: number;
  bugname?: string;
  method?: string;
  headers?: Record<string, string>;
  contentType?: string;
  body?: unknown;
  event?: string;
}

interface Expected {
  hooks?: Hook[];
  concurrent?: [number, number][];
  sip?: Record<string, unknown>;
  media?: unknown[];
  legs?: { leg: string }[];
  rest?: unknown[];
  alerts?: string[];
}

interface Hook {
  path: string;
  host?: string;
  auth?: string;
  signature?: string;
  body?: unknown;
}

const SECRET = 'a webhook secret';
const MEDIA_MS = 40;
const ANSWER_MS = 60;
/** How many verbs may pass without anybody's doing anything, and how long a scenario may take for real. */
const PATIENCE = 1000;
const LIMIT_MS = 30_000;
/** What the recorded recognizer took everything for. */
const HEARD_AS = 'en-US';
const STATUS: Readonly<Record<string, number>> = {
  busy: 486,
  decline: 603,
  busyeverywhere: 600,
  unavailable: 480,
  notfound: 404,
  error: 503,
  noanswer487: 487,
};

/** Plays recorded calls on the simulator, with two web servers of its own. */
export class ScenarioPlayer {
  private run: Run | undefined;

  private constructor(private readonly servers: Server[]) {}

  static async start(): Promise<ScenarioPlayer> {
    const servers: Server[] = [];
    const player = new ScenarioPlayer(servers);
    for (const which of [0, 1]) {
      const server = createServer((request, response) => {
        player.run?.serve(which, request, response).catch(() => response.destroy());
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      servers.push(server);
    }
    return player;
  }

  /** @returns what differs from the recording */
  async play(scenario: Scenario): Promise<string[]> {
    const hosts = this.servers.map((server) => `127.0.0.1:${(server.address() as AddressInfo).port}`);
    const run = new Run(scenario, hosts);
    this.run = run;
    try {
      await run.play();
      return run.differences();
    } finally {
      run.close();
      this.run = undefined;
    }
  }

  stop(): void {
    for (const server of this.servers) {
      server.closeAllConnections();
      server.close();
    }
  }
}

interface Logged {
  call: Call;
  event: CallEvent;
}

class Run {
  private readonly clock: Clock = virtualClock();
  private readonly simulator: Simulator;
  private readonly scenario: Scenario;
  private readonly log: Logged[] = [];
  private readonly hooks: Hook[] = [];
  private readonly counts = new Map<string, number>();
  private readonly callers = new Map<string, Call>();
  private readonly rest: Record<string, unknown>[] = [];
  private readonly changed = new Set<() => void>();
  private readonly application: string;
  private isOver = false;
  private isLate = false;

  constructor(
    scenario: Scenario,
    private readonly hostNames: string[],
  ) {
    this.scenario = JSON.parse(
      JSON.stringify(scenario).replaceAll('<host>', hostNames[0]!).replaceAll('<host2>', hostNames[1]!),
    ) as Scenario;
    const { mediaMs = {}, ttsFail = [], missingFiles = [], sipReplies = {} } = this.scenario;
    this.application = '5ca1ab1e-0000-4000-8000-000000000002';
    this.simulator = new Simulator({
      clock: this.clock,
      secret: SECRET,
      vendors: ['google'],
      patience: PATIENCE,
      account: '5ca1ab1e-0000-4000-8000-000000000001',
      domain: 'y',
      realm: 'acct.sip.example.test',
      duration: (text) => mediaMs[text] ?? MEDIA_MS,
      fails: (text, kind) => (kind === 'say' ? ttsFail : missingFiles).includes(text),
      sipReply: (method) => {
        const reply = sipReplies[method] ?? 200;
        return reply === 'error' ? undefined : reply;
      },
    });
    this.simulator.applications.set(this.application, { ...this.applicationOptions(), from: '', to: '' });
    this.simulator.on((call, event) => {
      this.log.push({ call, event });
      this.notice();
    });
  }

  async play(): Promise<void> {
    await this.begin();
    const acted = this.act();
    const until = this.met(list(this.scenario.until ?? 'never'));
    const [late, limit] = this.limit();
    await Promise.race([acted.then(() => this.everybodyGone()), until.then(() => acted), this.idle(), late]).finally(
      () => {
        clearTimeout(limit);
        this.isOver = true;
      },
    );
  }

  /** No scenario holds up the ones after it. */
  private limit(): [Promise<void>, NodeJS.Timeout] {
    let limit!: NodeJS.Timeout;
    const late = new Promise<void>((resolve) => {
      limit = setTimeout(() => {
        this.isLate = true;
        resolve();
      }, LIMIT_MS);
    });
    return [late, limit];
  }

  close(): void {
    this.simulator.close();
  }

  async serve(which: number, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const raw = Buffer.concat(chunks).toString();
    const path = request.url ?? '';
    const plain = path.replace(/[?#].*$/, '');
    const isSigned = isSignedWith(SECRET, String(request.headers['jambonz-signature']), raw);
    this.hooks.push({
      path,
      ...(which === 1 ? { host: this.hostNames[1]! } : {}),
      ...(request.headers.authorization && plain !== '/status' ? { auth: 'basic' } : {}),
      ...(isSigned ? {} : { signature: 'bad' }),
      ...(raw === '' ? {} : { body: JSON.parse(raw) as unknown }),
    });
    const key = which === 1 ? `http://${this.hostNames[1]}${plain}` : plain;
    const replies = this.scenario.app?.[key] ?? [];
    const count = this.counts.get(key) ?? 0;
    this.counts.set(key, count + 1);
    this.notice();
    const reply = replies[Math.min(count, replies.length - 1)] ?? {};
    await this.reply(reply, request, response);
  }

  private async reply(reply: Reply, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (Array.isArray(reply)) {
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
      return;
    }
    if (reply.delayMs) await this.delay(reply.delayMs, response);
    if (reply.drop) {
      request.socket.destroy();
      return;
    }
    const body = typeof reply.body === 'string' || reply.body === undefined ? reply.body : JSON.stringify(reply.body);
    response.writeHead(reply.status ?? 200, {
      ...(reply.contentType === undefined ? {} : { 'content-type': reply.contentType }),
      ...reply.headers,
    });
    response.end(body);
  }

  /** Takes its time on the clock of the call. */
  private delay(ms: number, response: ServerResponse): Promise<void> {
    const back = this.clock.lend();
    return new Promise((resolve) => {
      const over = (): void => {
        timer.cancel();
        back();
        resolve();
      };
      const timer = this.clock.after(ms, over);
      response.on('close', over);
    });
  }

  private applicationOptions(): {
    url: string;
    statusHook: { url: string; auth: { username: string; password: string } };
  } {
    const host = this.hostNames[0]!;
    return {
      url: `http://${host}/call`,
      statusHook: { url: `http://${host}/status`, auth: { username: 'u', password: 'p' } },
    };
  }

  private async begin(): Promise<void> {
    const { call, legs = {} } = this.scenario;
    const plans = Object.fromEntries(Object.entries(legs).map(([number, plan]) => [number, planOf(plan)]));
    if (call.direction === 'inbound') {
      this.ring('A', {
        from: call.from!,
        to: call.to!,
        ...(call.name ? { name: call.name } : {}),
        ...(call.headers ? { headers: call.headers } : {}),
      });
      return;
    }
    this.simulator.applications.set(this.application, { ...this.applicationOptions(), from: '', to: '', legs: plans });
    const body = JSON.parse(JSON.stringify(call.rest).replaceAll('<application_sid>', this.application)) as Record<
      string,
      unknown
    >;
    const { status, data } = await this.simulator.rest('POST', '/Accounts/a/Calls', {}, body);
    this.rest.push({ do: 'createCall', status, body: data });
    const placed = this.simulator.calls.get(String((data as { sid?: unknown }).sid));
    if (placed) this.callers.set('A', placed);
  }

  private ring(
    id: string,
    caller: { from: string; to: string; name?: string; headers?: Record<string, string> },
  ): void {
    const { legs = {} } = this.scenario;
    const plans = Object.fromEntries(Object.entries(legs).map(([number, plan]) => [number, planOf(plan)]));
    const call = this.simulator.call({
      ...this.applicationOptions(),
      ...caller,
      application: this.application,
      trunk: 'test-carrier',
      legs: plans,
    });
    this.callers.set(id, call);
  }

  private async act(): Promise<void> {
    for (const action of this.scenario.actions ?? []) {
      await this.met(list(action.after ?? []));
      if (this.isOver) return;
      await this.perform(action);
    }
  }

  private async perform(action: Action): Promise<void> {
    const call = this.callers.get(action.call ?? 'A');
    if (action.do === 'call') {
      this.ring(action.id!, { from: action.from!, to: this.scenario.call.to! });
      return;
    }
    if (!call) return;
    const leg = action.leg === undefined ? undefined : this.legSid(action.leg);
    switch (action.do) {
      case 'dtmf':
        call.press(action.digits!, leg);
        break;
      case 'speech':
        call.say(action.text!, {
          final: action.final ?? true,
          ...(action.confidence === undefined ? {} : { confidence: action.confidence }),
          ...(leg === undefined ? {} : { leg }),
          language: HEARD_AS,
          machine: action.bugname !== undefined,
        });
        break;
      case 'hangup':
      case 'cancel':
        call.hangup(leg, action.headers);
        break;
      case 'sip': {
        const headers = {
          From: '<sip:a@b>;tag=1',
          To: '<sip:c@d>',
          'Call-ID': 'of-the-request-alone',
          ...(action.contentType === undefined ? {} : { 'Content-Type': action.contentType }),
          ...action.headers,
        };
        const request = {
          method: action.method!,
          headers,
          ...(action.body === undefined ? {} : { body: String(action.body) }),
        };
        const status = await call.sip(request, leg);
        this.rest.push({ do: 'sip', method: action.method!, status });
        break;
      }
      case 'lcc': {
        const sid = leg ?? call.id;
        const { status, data } = await this.simulator.rest('PUT', `/Accounts/a/Calls/${sid}`, {}, action.body);
        this.rest.push({ do: 'lcc', status, body: data });
        break;
      }
      case 'fire':
        call.fire(action.event!, action.headers ?? {}, leg);
        break;
      default:
        throw new Error(`the recordings know no ${action.do}`);
    }
  }

  private legSid(name: string): string {
    const second = this.callers.get(name);
    if (second) return second.id;
    for (const { event } of this.log) {
      if (event.type === 'leg' && event.state === 'new' && event.name.includes(name)) return event.leg;
    }
    return name;
  }

  /** Waits for conditions, one after the other. */
  private async met(conditions: string[]): Promise<void> {
    for (const condition of conditions) {
      const [, ms] = /^ms:(\d+)$/.exec(condition) ?? [];
      if (ms !== undefined) await new Promise<void>((resolve) => void this.clock.after(Number(ms), resolve));
      else await this.becomes(() => this.holds(condition));
    }
  }

  private becomes(isSo: () => boolean): Promise<void> {
    if (isSo()) return Promise.resolve();
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isSo()) return;
        this.changed.delete(look);
        resolve();
      };
      this.changed.add(look);
    });
  }

  private notice(): void {
    for (const look of [...this.changed]) look();
  }

  private holds(condition: string): boolean {
    const [, what = '', count = '1'] = /^(.*?)(?:#(\d+))?$/s.exec(condition) ?? [];
    return this.count(what) >= Number(count);
  }

  private count(what: string): number {
    const [kind, ...parts] = what.split(':');
    const rest = parts.join(':');
    if (kind === 'hook') return this.hooks.filter(({ path }) => path.replace(/[?#].*$/, '') === rest).length;
    if (kind === 'status') {
      return this.hooks.filter(
        ({ path, body }) => path.startsWith('/status') && (body as { call_status?: string }).call_status === rest,
      ).length;
    }
    const events = this.log.filter(({ call, event }) => matches(kind!, rest, event, this.name(call)));
    return events.length;
  }

  private name(call: Call): string {
    for (const [name, known] of this.callers) if (known === call) return name;
    return 'A';
  }

  private async everybodyGone(): Promise<void> {
    await Promise.all([...this.callers.values()].map((call) => call.ended));
  }

  /** Nothing will happen any more by itself. */
  private async idle(): Promise<void> {
    for (let quiet = 0; quiet < 10 && !this.isOver;) {
      const { length } = this.log;
      await new Promise((resolve) => setTimeout(resolve, 5));
      quiet = this.log.length === length && this.clock.isIdle && this.hooks.length >= 0 ? quiet + 1 : 0;
    }
  }

  differences(): string[] {
    const { expect } = this.scenario;
    const found: string[] = this.isLate ? [`it did not come to an end within ${LIMIT_MS / 1000} s`] : [];
    const places = new Placeholders();
    this.compareHooks(places, found);
    const compare = (what: string, expected: unknown, actual: unknown): void => {
      if (!places.match(expected, plain(actual))) {
        found.push(`${what}\n    expected ${JSON.stringify(expected)}\n    got      ${JSON.stringify(plain(actual))}`);
      }
    };
    const main = this.callers.get('A');
    if (main) {
      if (expect.sip) compare('sip', inText(expect.sip), sipOf(main, undefined));
      compare('media', expect.media ?? [], mediaOf(main, undefined, expect.media ?? []));
    }
    compare('legs', expect.legs ?? [], this.legsLike(expect.legs ?? []));
    compare('rest', expect.rest ?? [], this.rest);
    const alerts = this.alerts();
    const wanted = expect.alerts ?? [];
    if (wanted.length !== alerts.length || !wanted.every((alert, index) => alerts[index]!.startsWith(alert))) {
      found.push(`alerts\n    expected ${JSON.stringify(wanted)}\n    got      ${JSON.stringify(alerts)}`);
    }
    return found;
  }

  private alerts(): string[] {
    return this.log.flatMap(({ event }) => (event.type === 'alert' ? [`${event.alert}: ${event.text}`] : []));
  }

  private compareHooks(places: Placeholders, found: string[]): void {
    const { hooks: expected = [], concurrent = [] } = this.scenario.expect;
    const actual = this.hooks;
    const describe = (hooks: Hook[]): string => hooks.map(shortly).join(' | ');
    if (expected.length !== actual.length) {
      found.push(`requests\n    expected ${describe(expected)}\n    got      ${describe(actual)}`);
      return;
    }
    for (let index = 0; index < expected.length;) {
      const [, last = index] = concurrent.find(([from, to]) => index >= from && index <= to) ?? [];
      const range = expected.slice(index, last + 1);
      const others = actual.slice(index, last + 1);
      if (!places.matchInAnyOrder(range, others)) {
        found.push(
          `requests ${index} to ${last}\n    expected ${describe(range)}\n    got      ${describe(others)}` +
            places.why(range, others),
        );
        return;
      }
      index = last + 1;
    }
  }

  /** The other legs, as far and in the form that they are expected. */
  private legsLike(expected: { leg: string; invite?: unknown; media?: unknown[] }[]): unknown[] {
    const legs: { name: string; call: Call; sid: string | undefined }[] = [];
    for (const { call, event } of this.log) {
      if (event.type === 'leg' && event.kind === 'dialled' && event.state === 'new') {
        legs.push({ name: event.name, call, sid: event.leg });
      }
    }
    for (const [name, call] of this.callers) if (name !== 'A') legs.push({ name, call, sid: undefined });
    return legs.map(({ name, call, sid }, index) => {
      const wanted = expected[index];
      return {
        leg: name.split('@')[0],
        call_sid: sid ?? call.id,
        ...(wanted?.invite ? { invite: inviteOf(call, sid!) } : {}),
        sip: sipOf(call, sid),
        media: mediaOf(call, sid, wanted?.media ?? []),
      };
    });
  }
}

function matches(kind: string, rest: string, event: CallEvent, caller: string): boolean {
  switch (kind) {
    case 'answered':
      return caller === 'A' && isAnswer(event);
    case 'media':
      return (
        (event.type === 'heard' && event.ended === undefined && event.text.includes(rest)) ||
        (event.type === 'media' && event.what === 'join' && 'join'.includes(rest))
      );
    case 'media-end':
      return event.type === 'heard' && event.ended !== undefined && event.text.includes(rest);
    case 'stt':
      return event.type === 'media' && event.what === 'stt start';
    case 'listen':
      return event.type === 'media' && event.what === 'listen';
    case 'sent':
      return event.type === 'sip' && event.direction === 'sent' && event.text.startsWith(rest);
    case 'ended':
      return caller === 'A' && isEnd(event);
    default: {
      const leg = /^(.*)@answered$/.exec(kind)?.[1];
      if (leg === undefined) return false;
      if (leg === caller) return isAnswer(event);
      return event.type === 'leg' && event.state === 'answered' && event.name.includes(leg);
    }
  }
}

function isAnswer(event: CallEvent): boolean {
  if (event.type === 'leg') return event.kind === 'caller' && event.state === 'answered';
  return event.type === 'sip' && event.leg === undefined && event.direction === 'sent' && event.text === '200 OK';
}

function isEnd(event: CallEvent): boolean {
  return (
    (event.type === 'sip' && event.leg === undefined && /^(BYE|CANCEL|[3-6]\d\d )/.test(event.text)) ||
    event.type === 'end'
  );
}

/** The SIP side of a leg, in the words of the recordings. */
function sipOf(call: Call, leg: string | undefined): Record<string, unknown> {
  const events = call.events.filter((event) => event.type === 'sip').filter((event) => event.leg === leg);
  const isCalled = events.some(({ direction, text }) => direction === 'sent' && text === 'INVITE');
  const from = isCalled ? 'received' : 'sent';
  const responses = events.filter(({ direction, text }) => direction === from && /^\d{3} /.test(text));
  const final = responses.find(({ text }) => Number(text.slice(0, 3)) >= 200);
  const status = final && Number(final.text.slice(0, 3));
  const bye = events.find(({ text }) => text === 'BYE');
  const cancel = events.find(({ text }) => text === 'CANCEL');
  const ending = bye ?? cancel;
  const far = isCalled ? 'callee' : 'caller';
  const by = ending ? (ending.direction === 'sent' ? 'jambonz' : far) : isCalled ? far : 'jambonz';
  const headers = interesting(status !== undefined && status >= 300 ? final?.headers : undefined);
  const requests = events
    .filter(({ direction, text }) => direction === 'sent' && /^[A-Z]+$/.test(text))
    .filter(({ text }) => !['INVITE', 'BYE', 'CANCEL'].includes(text))
    .map(({ text, headers: sent = {}, body }) => ({
      method: text,
      headers: sent,
      ...(body === undefined ? {} : { body }),
    }));
  const isOpen = status === 200 && !bye;
  return {
    ...(!isCalled && responses.some(({ text }) => text.startsWith('183')) ? { early: 183 } : {}),
    final: status,
    ...(headers ? { headers } : {}),
    ...(isOpen || status === undefined ? { open: 'true' } : { by }),
    ...(bye?.direction === 'sent' && interesting(bye.headers) ? { bye: interesting(bye.headers) } : {}),
    ...(requests.length > 0 ? { requests } : {}),
  };
}

function interesting(headers: Record<string, string> | undefined): Record<string, string> | undefined {
  const kept = Object.entries(headers ?? {}).filter(([name]) => /^x-|^reason$/i.test(name));
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

function inviteOf(call: Call, leg: string): Record<string, unknown> {
  const sent = call.events.find(
    (event) => event.type === 'sip' && event.leg === leg && event.text === 'INVITE' && event.direction === 'sent',
  );
  if (sent?.type !== 'sip') return {};
  const { From = '', ...headers } = sent.headers ?? {};
  const name = /^"(.*)"/.exec(From)?.[1];
  return {
    uri: sent.uri,
    auth: false,
    callingNumber: /<sip:(.*)@/.exec(From)?.[1],
    ...(name === undefined ? {} : { callingName: name }),
    headers,
  };
}

/** What a leg heard, and what its media server was told, in the words of the recordings. */
function mediaOf(call: Call, leg: string | undefined, expected: unknown[]): unknown[] {
  const hasStt = expected.some((item) => typeof item === 'object' && item !== null && 'stt' in item);
  // Nor was what a conference plays to all of its members.
  const hasTone = expected.some((item) => typeof item === 'object' && item !== null && 'tone' in item);
  const items: Record<string, unknown>[] = [];
  const heard = new Map<number, Record<string, unknown>>();
  for (const event of call.events) {
    if (event.type === 'heard' && event.leg === leg) {
      if (event.ended !== undefined) {
        if (event.ended === 'interrupted') heard.get(event.id)!.interrupted = true;
        continue;
      }
      if (event.kind === 'beep' && event.verb === undefined && !hasTone) continue;
      const item = itemOf(event);
      heard.set(event.id, item);
      items.push(item);
    } else if (event.type === 'media' && event.leg === leg) {
      const item = toldOf(event);
      if (item && (hasStt || !('stt' in item))) items.push(item);
    }
  }
  return items;
}

function itemOf(event: Extract<CallEvent, { type: 'heard' }>): Record<string, unknown> {
  const { kind, text, voice, toneMs } = event;
  switch (kind) {
    case 'beep':
      return { tone: text };
    case 'dtmf':
      return { dtmf: `${text}@${toneMs}` };
    default:
      return {
        [kind]: text,
        ...(voice
          ? { vendor: voice.vendor ?? null, language: voice.language ?? null, voice: voice.voice ?? null }
          : {}),
      };
  }
}

function toldOf({ what, facts }: Extract<CallEvent, { type: 'media' }>): Record<string, unknown> | undefined {
  switch (what) {
    case 'stt start':
    case 'stt stop':
      return facts.bug === undefined ? { ...facts, stt: what.slice(4) } : undefined;
    case 'listen': {
      const { url, ...rest } = facts;
      return { listen: url, ...rest };
    }
    case 'listenText':
      return { listenText: facts };
    case 'playMissing':
      return { playMissing: facts.url };
    case 'dub':
      return { dub: facts };
    case 'join':
    case 'conference':
      return { ...facts };
    default:
      // What else the media server is told was not recorded.
      return what.startsWith('listen') ? { [what]: true } : undefined;
  }
}

function planOf(spec: string): LegPlan {
  const [kind = '', ...options] = spec.split(':');
  const ringing = options.includes('ring');
  const ms = Number(options.find((option) => /^\d+$/.test(option)) ?? ANSWER_MS);
  const status = STATUS[kind];
  if (status !== undefined) return { status, ringing, after: ms / 1000 };
  if (kind === 'no-answer') return 'no answer';
  const before = kind === 'noring' ? 'silence' : kind === 'early' ? 'early media' : 'ringing';
  return { answer: ms / 1000, before };
}

function isSignedWith(secret: string, signature: string, raw: string): boolean {
  const [, time, code] = /^t=(\d+),v1=([\da-f]+)$/.exec(signature) ?? [];
  if (time === undefined) return false;
  return createHmac('sha256', secret).update(`${time}.${raw}`).digest('hex') === code;
}

function shortly({ path, body }: Hook): string {
  const { call_status, sip_status, reason, event, type } = (body ?? {}) as Record<string, unknown>;
  const facts = [call_status, sip_status, reason, event, type].filter((fact) => fact !== undefined);
  return `${path} ${facts.map(String).join('/')}`;
}

function list(value: string | string[]): string[] {
  return Array.isArray(value) ? value : [value];
}

/** Headers of requests as the text that they become. */
function inText(sip: Expected['sip']): unknown {
  return JSON.parse(JSON.stringify(sip ?? null), (_key, value: unknown) => (value === true ? 'true' : value));
}

/** As JSON has it. */
function plain(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}
