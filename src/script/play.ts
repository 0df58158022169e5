/** Plays a saved call on a simulator, and says where the conversation differs. */
import {
  Simulator,
  realClock,
  virtualClock,
  type AnswerEvent,
  type Call,
  type CallEvent,
  type CallOptions,
  type EndEvent,
  type HeardEvent,
  type LegPlan,
  type RequestEvent,
  type SimulatorOptions,
  type Timer,
} from '../simulator';
import { cut, endText, pathOf, timed, verbsOf } from './describe';
import {
  isExpectation,
  kindOf,
  type Action,
  type Expectation,
  type Http,
  type Join,
  type Placed,
  type SavedCall,
  type Step,
} from './format';
import { difference, matchesText } from './match';
import { serveRest, type RestApi } from './rest-api';
import { sentenceOf } from './because';

/** How long a caller takes to react, in milliseconds of the call. */
export const REACTION_MS = 500;
/** A call whose time jumps is at a standstill when nothing has happened for so many looks, in real time. */
export const LOOKS = 10;
export const LOOK_MS = 50;
/** How long to wait for what takes real time. */
const STALL_MS = 30_000;
const LAST_EVENTS = 8;
export const FROM = '+15551230000';
export const TO = '+15559990000';

export interface PlayOptions {
  /** The webhook to call; when its path ends with a slash, the server on which the saved call's own path is called. */
  url?: string;
  from?: string;
  to?: string;
  name?: string;
  headers?: Record<string, string>;
  statusHook?: string;
  legs?: Record<string, LegPlan>;
  secret?: string;
  realTime?: boolean;
  /** How long to wait in real time when nothing happens; 30 seconds. */
  stallMs?: number;
  /** Where to serve jambonz's REST API for the flow under test, `127.0.0.1:3000`. */
  rest?: { host: string; port: number };
  /** More for the simulator. */
  simulator?: SimulatorOptions;
}

/** Where and how a conversation differs from the saved call. */
export interface Failure {
  /** Which step, from 1; absent when all were met and something was left over. */
  step?: number;
  /** The step as it stands in the file. */
  text?: string;
  expected: string;
  got: string;
  /** What happened last, oldest first. */
  last: string[];
}

export interface PlayResult {
  name: string;
  /** `unreachable`: the webhook of the call could not be called. */
  outcome: 'passed' | 'differs' | 'unreachable';
  steps: number;
  /** Milliseconds. */
  took: number;
  /** Seconds of the call. */
  duration: number;
  failure?: Failure;
  events: CallEvent[];
}

/** Who can hear something: a caller, or a leg of a call. */
interface Party {
  call: Call;
  leg?: string;
  heard: HeardEvent[];
  /** How many of these a step has named. */
  named: number;
  playing: Set<number>;
  states: string[];
}

interface AskedOfApi {
  method: string;
  path: string;
  body: unknown;
  /** Absent until it is answered. */
  status?: number;
}

/** Where the webhooks of a saved call are. */
export function addressing(url: string | undefined): {
  webhook?: string;
  resolve: (address: string) => string;
  prefix: string;
} {
  if (url === undefined) return { resolve: (address) => address, prefix: '' };
  const { origin, pathname } = new URL(url);
  const isServer = pathname.endsWith('/');
  const prefix = isServer ? pathname.replace(/\/+$/, '') : '';
  const resolve = (address: string): string => (address.startsWith('/') ? origin + prefix + address : address);
  return isServer ? { resolve, prefix } : { webhook: url, resolve, prefix };
}

/** What cannot be played, for want of an address. */
export class NoAddress extends Error {
  override readonly name = 'NoAddress';
}

export async function play(saved: SavedCall, options: PlayOptions = {}): Promise<PlayResult> {
  const run = new Run(saved, options);
  return run.result();
}

class Run {
  private readonly simulator: Simulator;
  private readonly parties = new Map<string, Party>();
  private readonly legNames = new Map<string, string>();
  /** Every call by the name of its caller; that of the saved call is ''. */
  private readonly calls = new Map<string, Call>();
  private readonly names = new Map<Call, string>();
  private readonly over = new Set<Call>();
  private readonly ends = new Map<Call, EndEvent>();
  private readonly requests: { call: Call; event: RequestEvent }[] = [];
  private readonly answers = new Map<RequestEvent, AnswerEvent>();
  private readonly alerts: string[] = [];
  private readonly events: { call: Call; event: CallEvent }[] = [];
  private readonly asked: AskedOfApi[] = [];
  private readonly address: ReturnType<typeof addressing>;
  private readonly began = performance.now();
  private lastRequest: RequestEvent | undefined;
  private requestsNamed = 0;
  private askedNamed = 0;
  private alertsNamed = 0;
  private index = 0;
  private lastMet = 0;
  private timer: Timer | undefined;
  private watchdog: NodeJS.Timeout | undefined;
  private last = 0;
  private looks = 0;
  private release: (() => void) | undefined;
  private busy = false;
  private again = false;
  private pendingHttp = false;
  private unansweredAsks: Call[] = [];
  private settled = false;
  private placing: string | undefined;
  private nearest: string | undefined;
  private settle: (failure?: Failure) => void = () => undefined;
  private api: RestApi | undefined;

  constructor(
    private readonly saved: SavedCall,
    private readonly options: PlayOptions,
  ) {
    this.address = addressing(options.url);
    const isReal = options.realTime ?? saved.clock === 'real';
    this.simulator = new Simulator({
      clock: isReal ? realClock() : virtualClock(),
      ...(options.secret !== undefined && { secret: options.secret }),
      ...(saved.call?.platform && { platform: saved.call.platform }),
      ...options.simulator,
    });
  }

  async result(): Promise<PlayResult> {
    const { saved, options } = this;
    const finished = new Promise<Failure | undefined>((resolve) => {
      this.settle = (failure) => {
        if (this.settled) return;
        this.settled = true;
        resolve(failure);
      };
    });
    const off = this.simulator.on((call, event) => this.happened(call, event));
    try {
      if (options.rest)
        this.api = await serveRest(this.simulator, this.callDefaults(), options.rest, (seen) => this.restAsked(seen));
      this.watch();
      if (saved.call && saved.call.direction !== 'outbound') this.place('', saved.call, options);
      this.advance();
      const failure = await finished;
      this.stopTimers();
      await this.hangUpAll();
      return this.report(failure);
    } finally {
      off();
      this.stopTimers();
      await this.api?.close();
      this.simulator.close();
    }
  }

  private report(failure: Failure | undefined): PlayResult {
    const { saved } = this;
    const [first] = this.requests;
    const firstAnswer = first && this.answers.get(first.event);
    const isUnreachable = failure && first && firstAnswer && firstAnswer.status === undefined;
    return {
      name: saved.name ?? 'call',
      outcome: !failure ? 'passed' : isUnreachable ? 'unreachable' : 'differs',
      steps: saved.steps.length,
      took: performance.now() - this.began,
      duration: Math.max(0, ...this.events.map(({ event }) => event.at)) / 1000,
      ...(failure && { failure }),
      events: this.events.map(({ event }) => event),
    };
  }

  private callDefaults(): Partial<CallOptions> & { url?: string } {
    const { call } = this.saved;
    const url = this.address.webhook ?? (call?.url && this.address.resolve(call.url));
    const legs = { ...call?.legs, ...this.options.legs };
    const statusHook = this.options.statusHook ?? call?.statusHook;
    return {
      ...(url && { url }),
      ...(call?.method && { method: call.method }),
      ...(statusHook && { statusHook: this.address.resolve(statusHook) }),
      ...(Object.keys(legs).length > 0 && { legs }),
    };
  }

  /** A call comes in. */
  private place(name: string, placed: Placed, given: PlayOptions): void {
    const own = name === '';
    const url = (own ? this.address.webhook : undefined) ?? (placed.url && this.address.resolve(placed.url));
    if (url === undefined || !/^https?:/.test(url))
      throw new NoAddress('no address to call: name one on the command line');
    const statusHook = given.statusHook ?? placed.statusHook;
    const callerName = given.name ?? placed.name;
    const legs = { ...this.saved.call?.legs, ...this.options.legs };
    // What happens at once already belongs to somebody.
    this.placing = name;
    const call = this.simulator.call({
      url,
      from: given.from ?? placed.from ?? FROM,
      to: given.to ?? placed.to ?? TO,
      headers: { ...placed.headers, ...given.headers },
      legs,
      ...(placed.method && { method: placed.method }),
      ...(callerName !== undefined && { name: callerName }),
      ...(statusHook && { statusHook: this.address.resolve(statusHook) }),
    });
    this.placing = undefined;
    this.know(call, name);
  }

  private know(call: Call, name: string): void {
    if (this.calls.get(name) === call) return;
    this.names.set(call, name);
    this.calls.set(name, call);
    this.party(call);
    void call.ended.then(() => {
      this.over.add(call);
      this.advance();
    });
  }

  private party(call: Call, leg?: string): Party {
    const key = leg ?? call.id;
    let party = this.parties.get(key);
    if (!party) {
      party = { call, ...(leg !== undefined && { leg }), heard: [], named: 0, playing: new Set(), states: [] };
      this.parties.set(key, party);
    }
    return party;
  }

  /** Whose step it is; undefined while there is nobody of that name. */
  private whose(leg: string | undefined): Party | undefined {
    const other = this.calls.get(leg ?? '');
    if (other) return this.party(other);
    if (leg === undefined) return undefined;
    const [found] = [...this.legNames].reverse().find(([, name]) => name === leg || name.endsWith(leg)) ?? [];
    return found === undefined ? undefined : this.parties.get(found);
  }

  private happened(call: Call, event: CallEvent): void {
    if (this.settled && event.type !== 'answer') return;
    if (!this.names.has(call)) {
      // A call that nobody of ours has placed is one that the flow has.
      const isAwaited = this.saved.call?.direction === 'outbound' && !this.calls.has('');
      this.know(call, this.placing ?? (isAwaited ? '' : call.id));
      if (this.placing === undefined) call.plan({ ...this.saved.call?.legs, ...this.options.legs });
    }
    this.events.push({ call, event });
    switch (event.type) {
      case 'request':
        if (event.hook !== 'rest') this.requests.push({ call, event });
        break;
      case 'answer': {
        const asked = this.requests.find((request) => request.call === call && request.event.id === event.request);
        if (asked) this.answers.set(asked.event, event);
        break;
      }
      case 'heard': {
        const party = this.party(call, event.leg);
        if (event.ended === undefined) {
          if (event.kind !== 'beep') party.heard.push(event);
          party.playing.add(event.id);
        } else party.playing.delete(event.id);
        break;
      }
      case 'leg':
        this.legNames.delete(event.leg);
        this.legNames.set(event.leg, event.name);
        this.party(call, event.leg).states.push(event.state);
        break;
      case 'alert':
        this.alerts.push(`${event.alert}: ${event.text}`);
        break;
      case 'ask':
        this.unansweredAsks.push(call);
        // Somebody has something to do at a later time.
        if (this.timer) this.answerAsks();
        break;
      case 'end':
        this.ends.set(call, event);
        break;
    }
    this.watch();
    this.advance();
  }

  private restAsked(seen: AskedOfApi): void {
    if (seen.status === undefined) this.asked.push(seen);
    this.watch();
    this.advance();
  }

  /** Sees to it that a conversation in which nothing happens any more comes to an end. */
  private watch(): void {
    if (this.settled) return;
    const patience = this.options.stallMs ?? STALL_MS;
    this.last = performance.now();
    this.looks = 0;
    this.watchdog ??= setInterval(() => {
      // What waits by the clock comes by itself. A busy program looks less often, but as many times.
      if (this.timer || ++this.looks < LOOKS) return;
      const isStalled = performance.now() - this.last >= patience;
      if (isStalled || !this.isBusyOutside()) this.fail('nothing happened any more');
    }, LOOK_MS);
  }

  /** Whether something is under way that takes real time. */
  private isBusyOutside(): boolean {
    const isReal = !this.simulator.clock.virtual;
    return (
      isReal ||
      this.pendingHttp ||
      this.release !== undefined ||
      this.requests.some(({ event }) => !this.answers.has(event))
    );
  }

  private stopTimers(): void {
    clearInterval(this.watchdog);
    this.timer?.cancel();
    this.timer = undefined;
    this.release?.();
    this.release = undefined;
  }

  /** Goes through the steps as far as what has happened allows. */
  private advance(): void {
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    try {
      do {
        this.again = false;
        while (!this.settled && this.step()) {
          this.index++;
          this.lastMet = this.simulator.clock.now();
        }
        // Set again while the steps were looked at.
      } while (this.again as boolean);
    } finally {
      this.busy = false;
    }
  }

  /** Whether the step at hand is done. */
  private step(): boolean {
    const step = this.saved.steps[this.index];
    this.nearest = undefined;
    this.holdFor(step);
    if (!step) {
      this.finish();
      return false;
    }
    return isExpectation(step) ? this.meet(step) : this.act(step);
  }

  /** The clock of the call stands still while the flow is to do something by itself. */
  private holdFor(step: Step | undefined): void {
    const isAsking = this.asked.some(({ status }, i) => i >= this.askedNamed && status === undefined);
    const isAwaited = this.saved.call?.direction === 'outbound' && this.calls.size === 0;
    const outside = step !== undefined && isExpectation(step) && !isAsking && (kindOf(step) === 'asked' || isAwaited);
    if (outside && !this.release) this.release = this.simulator.clock.hold();
    if (!outside && this.release) {
      this.release();
      this.release = undefined;
    }
  }

  private finish(): void {
    const last = this.saved.steps.at(-1);
    if (last && kindOf(last) === 'end') {
      const extra = this.extra(this.whose(undefined));
      if (extra) {
        this.settle(extra);
        return;
      }
    }
    this.settle();
  }

  /** What the caller has heard beyond what the steps say. */
  private extra(party: Party | undefined): Failure | undefined {
    if (!party || this.saved.heard === 'named') return undefined;
    const more = party.heard[party.named];
    return more && this.failure('nothing more to be heard', `heard ${JSON.stringify(cut(more.text))}`);
  }

  // -- what somebody does

  private act(step: Action): boolean {
    if (this.timer || this.pendingHttp) return false;
    if ('goOn' in step) {
      const call = this.unansweredAsks.shift();
      if (!call) return this.notYet('the simulator to ask whether to go on', undefined);
      call.goOn();
      return true;
    }
    if ('skip' in step) {
      const call = this.whose(undefined)?.call;
      if (!this.simulator.clock.virtual) setImmediate(() => call?.skip());
      return true;
    }
    if ('wait' in step) return this.later(step.wait * 1000, () => true);
    const leg = 'leg' in step ? step.leg : undefined;
    const party = this.whose(leg);
    const isCallers = !('http' in step) && !('call' in step);
    if (isCallers && !party) return this.notYet(`${leg ?? 'the call'} to be there`, undefined);
    if (isCallers && party && this.ends.has(party.call)) return this.fail('the call was over');
    if (step.after !== undefined) {
      const { clock } = this.simulator;
      return this.later(this.lastMet + step.after * 1000 - clock.now(), () => this.perform(step, leg));
    }
    if (isCallers && party && party.playing.size > 0) return this.notYet('what is being heard to end', party);
    return this.later(isCallers ? REACTION_MS : 0, () => {
      if (isCallers && this.whose(leg)!.playing.size > 0) return false;
      return this.perform(step, leg);
    });
  }

  /** Does something at its time; when it says false, the step is looked at again. */
  private later(ms: number, act: () => boolean): false {
    this.timer = this.simulator.clock.after(Math.max(0, ms), () => {
      this.timer = undefined;
      if (this.settled) return;
      // What follows at once belongs to the step after.
      this.busy = true;
      const isDone = this.attempt(act);
      this.busy = false;
      if (isDone && !this.pendingHttp) this.done();
      else this.advance();
    });
    this.answerAsks();
    return false;
  }

  private attempt(act: () => boolean): boolean {
    try {
      return act();
    } catch (error) {
      return this.fail((error as Error).message);
    }
  }

  private done(): void {
    this.index++;
    this.lastMet = this.simulator.clock.now();
    this.advance();
  }

  private perform(step: Action, leg: string | undefined): true {
    if ('call' in step) return this.join(step);
    if ('http' in step) {
      void this.http(step);
      return true;
    }
    const party = this.whose(leg);
    if (!party) throw new Error(`there is no ${leg ?? 'call'}`);
    const { call, leg: sid } = party;
    if (this.ends.has(call)) throw new Error('the call was over');
    if ('press' in step) call.press(step.press, sid);
    else if ('say' in step)
      call.say(step.say, {
        ...(step.confidence !== undefined && { confidence: step.confidence }),
        ...(step.final !== undefined && { final: step.final }),
        ...(sid !== undefined && { leg: sid }),
      });
    else if ('hangup' in step) call.hangup(sid, step.hangup === true ? undefined : step.hangup.headers);
    else if ('pickUp' in step) call.answer(sid!);
    else if ('refuse' in step) call.reject(sid!, step.refuse);
    else if ('model' in step) call.model(step.model);
    return true;
  }

  private join({ call: { as, ...placed } }: Join): true {
    this.place(as, placed, {});
    return true;
  }

  /** A request from outside; the call's time stands still until it is answered. */
  private async http(step: Http): Promise<void> {
    const { method = 'POST', url, headers, body, answer } = step.http;
    const release = this.simulator.clock.hold();
    this.pendingHttp = true;
    let failure: string | undefined;
    try {
      const response = await fetch(this.address.resolve(url), {
        method,
        redirect: 'manual',
        signal: AbortSignal.timeout(this.options.stallMs ?? STALL_MS),
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const content = await response.text();
      failure = httpDifference(answer ?? {}, response.status, parsed(content));
    } catch (error) {
      failure = `no answer: ${reasonOf(error)}`;
    }
    this.pendingHttp = false;
    if (!this.settled) {
      if (failure === undefined) this.done();
      else this.fail(failure);
    }
    release();
  }

  // -- what must happen

  private meet(step: Expectation): boolean {
    if ('hear' in step) return this.meetHeard(step.hear, step.leg);
    if ('request' in step) return this.meetRequest(step.request);
    if ('answer' in step) return this.meetAnswer(step.answer);
    if ('asked' in step) return this.meetAsked(step.asked);
    if ('becomes' in step) {
      const party = this.whose(step.leg);
      const place = party?.states.indexOf(step.becomes) ?? -1;
      if (!party || place < 0) return this.notYet(`${step.leg} to become ${step.becomes}`, party);
      party.states.splice(0, place + 1);
      return true;
    }
    if ('alert' in step) {
      const place = this.alerts.findIndex((alert, i) => i >= this.alertsNamed && matchesText(step.alert, alert));
      if (place < 0) return this.notYet('an alert', undefined);
      this.alertsNamed = place + 1;
      return true;
    }
    return this.meetEnd(step.end, step.leg);
  }

  private meetHeard(wanted: Parameters<typeof matchesText>[0], leg: string | undefined): boolean {
    const party = this.whose(leg);
    if (!party) return this.notYet(`${leg ?? 'a call'} to hear something`, undefined);
    const isLoose = this.saved.heard === 'named';
    for (let i = party.named; i < party.heard.length; i++) {
      const { text } = party.heard[i]!;
      if (matchesText(wanted, text)) {
        party.named = i + 1;
        return true;
      }
      if (!isLoose) return this.fail(`heard ${JSON.stringify(cut(text, 500))}`);
    }
    return this.notYet('it to be heard', party);
  }

  private meetRequest(wanted: {
    method?: string;
    path?: Parameters<typeof matchesText>[0];
    body?: unknown;
    hook?: string;
  }): boolean {
    let nearest: string | undefined;
    for (let i = this.requestsNamed; i < this.requests.length; i++) {
      const { event } = this.requests[i]!;
      const path = this.pathOf(event.url);
      if (wanted.method !== undefined && wanted.method !== event.method) continue;
      if (wanted.hook !== undefined && wanted.hook !== event.hook) continue;
      if (wanted.path !== undefined && !matchesText(wanted.path, path)) continue;
      const found = wanted.body === undefined ? undefined : difference(wanted.body, event.body);
      if (!found) {
        this.requestsNamed = i + 1;
        this.lastRequest = event;
        return true;
      }
      nearest = `${event.method} ${path}, but ${found.place || 'the body'} was ${found.got}`;
    }
    return this.notYet('the request', undefined, nearest);
  }

  /** The path as the saved call would name it, without the root of the server. */
  private pathOf(url: string): string {
    const path = pathOf(url);
    const { prefix } = this.address;
    return prefix !== '' && path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path;
  }

  private meetAnswer(wanted: {
    status?: number;
    verbs?: unknown[];
    body?: unknown;
    error?: Parameters<typeof matchesText>[0];
  }): boolean {
    const asked = this.lastRequest ?? this.requests[0]?.event;
    const answer = asked && this.answers.get(asked);
    if (!asked || !answer) return this.notYet('the answer', undefined);
    const to = `${asked.method} ${this.pathOf(asked.url)} was answered with`;
    if (wanted.status !== undefined && wanted.status !== answer.status)
      return this.fail(`${to} ${answer.status ?? `nothing: ${answer.error ?? ''}`}`);
    if (wanted.error !== undefined && (answer.error === undefined || !matchesText(wanted.error, answer.error)))
      return this.fail(`${to} ${answer.error === undefined ? 'no error' : JSON.stringify(answer.error)}`);
    if (wanted.verbs) {
      const got = verbsOf(answer.body);
      const pattern = wanted.verbs.map((verb) => (typeof verb === 'string' ? { verb } : verb));
      const found = difference(pattern, answer.body);
      if (!got) return this.fail(`${to} ${answer.body === undefined ? 'nothing' : cut(JSON.stringify(answer.body))}`);
      if (found?.place === '') return this.fail(`${to} ${got.join(', ') || 'no verbs'}`);
      if (found) return this.fail(`${to} ${got.join(', ')}: ${found.place} is ${found.got}, not ${found.wanted}`);
    }
    if (wanted.body !== undefined) {
      const found = difference(wanted.body, answer.body);
      if (found) return this.fail(`${to} something else: ${found.place || 'it'} is ${found.got}, not ${found.wanted}`);
    }
    return true;
  }

  private meetAsked(wanted: {
    method?: string;
    path?: Parameters<typeof matchesText>[0];
    body?: unknown;
    status?: number;
  }): boolean {
    let nearest: string | undefined;
    for (let i = this.askedNamed; i < this.asked.length; i++) {
      const { method, path, body, status } = this.asked[i]!;
      if (wanted.method !== undefined && wanted.method !== method) continue;
      if (wanted.path !== undefined && !matchesText(wanted.path, path)) continue;
      const found = wanted.body === undefined ? undefined : difference(wanted.body, body);
      const isSame = wanted.status === undefined || wanted.status === status;
      if (!found && isSame) {
        this.askedNamed = i + 1;
        return true;
      }
      nearest = `${method} ${path}, but ${found ? `${found.place || 'the body'} was ${found.got}` : `the answer was ${status ?? 'still to come'}`}`;
    }
    return this.notYet('the REST request', undefined, nearest);
  }

  private meetEnd(
    wanted: true | { by?: string; status?: number; reason?: Parameters<typeof matchesText>[0] },
    leg: string | undefined,
  ): boolean {
    const call = this.calls.get(leg ?? '');
    const end = call && this.ends.get(call);
    if (!call || !end) return this.notYet('the call to end', undefined);
    const extra = this.extra(this.party(call));
    if (extra) {
      this.settle(extra);
      return false;
    }
    if (wanted === true) return true;
    const isSame =
      (wanted.by === undefined || wanted.by === end.by) &&
      (wanted.status === undefined || wanted.status === end.status) &&
      (wanted.reason === undefined || (end.reason !== undefined && matchesText(wanted.reason, end.reason)));
    return isSame || this.fail(`it ${endText(end)}. ${sentenceOf(end)}`);
  }

  /** What a step waits for has not happened; it cannot any more when the calls are over. */
  private notYet(what: string, party: Party | undefined, nearest?: string): false {
    this.nearest = nearest;
    const isAllOver = this.names.size > 0 && [...this.names.keys()].every((call) => this.over.has(call));
    const isOver = party ? this.over.has(party.call) : isAllOver;
    if (isOver && !this.release) {
      const call = party?.call ?? this.calls.get('');
      const end = call && this.ends.get(call);
      this.fail(end ? `the call ${endText(end)}. ${sentenceOf(end)}` : 'the call was over');
    } else if (this.unansweredAsks.length > 0 && !('goOn' in this.saved.steps[this.index]!)) {
      this.fail(`still waiting for ${what} after many verbs; does something play on and on? Say when with "after"`);
    }
    return false;
  }

  /** A step has its time: what goes on until then may go on. */
  private answerAsks(): void {
    for (const call of this.unansweredAsks.splice(0)) setImmediate(() => call.goOn());
  }

  private fail(got: string): false {
    const near = this.nearest === undefined ? '' : `; there was ${this.nearest}`;
    const step = this.saved.steps[this.index];
    this.settle(this.failure(step ? expectationOf(step) : 'the end', got + near));
    return false;
  }

  private failure(expected: string, got: string): Failure {
    const step = this.saved.steps[this.index];
    const several = this.names.size > 1;
    const last = this.events
      .filter(({ event }) => event.type !== 'sip')
      .flatMap(({ call, event }) => {
        const line = timed(event, (leg) => this.legNames.get(leg) ?? leg);
        const name = this.names.get(call);
        return line === undefined ? [] : [several && name ? `${line} [${name}]` : line];
      })
      .slice(-LAST_EVENTS);
    return { ...(step && { step: this.index + 1, text: JSON.stringify(step) }), expected, got, last };
  }

  private async hangUpAll(): Promise<void> {
    for (const call of this.names.keys()) if (!this.ends.has(call) && !call.summary.over) call.hangup();
    const ended = Promise.all([...this.names.keys()].map((call) => call.ended));
    let timeout: NodeJS.Timeout | undefined;
    await Promise.race([ended, new Promise((resolve) => (timeout = setTimeout(resolve, 15_000)))]);
    clearTimeout(timeout);
  }
}

function expectationOf(step: Step): string {
  if ('hear' in step) return `to hear ${JSON.stringify(step.hear)}${step.leg ? ` (${step.leg})` : ''}`;
  if ('request' in step) return `a request ${JSON.stringify(step.request)}`;
  if ('answer' in step) return `an answer ${JSON.stringify(step.answer)}`;
  if ('asked' in step) return `a request to the REST API ${JSON.stringify(step.asked)}`;
  if ('becomes' in step) return `${step.leg} to become ${step.becomes}`;
  if ('alert' in step) return `an alert ${JSON.stringify(step.alert)}`;
  if ('end' in step)
    return step.end === true ? 'the end of the call' : `the end of the call ${JSON.stringify(step.end)}`;
  if ('http' in step)
    return `an answer to ${step.http.method ?? 'POST'} ${step.http.url}${step.http.answer ? ` ${JSON.stringify(step.http.answer)}` : ''}`;
  return `to ${kindOf(step)}`;
}

function httpDifference(
  { status, body }: { status?: number; body?: unknown },
  got: number,
  content: unknown,
): string | undefined {
  if (status !== undefined ? status !== got : got >= 400)
    return `${got} ${content === undefined ? '' : cut(JSON.stringify(content))}`.trim();
  if (body === undefined) return undefined;
  const found = difference(body, content);
  return found && `something else: ${found.place || 'it'} is ${found.got}, not ${found.wanted}`;
}

function parsed(content: string): unknown {
  if (content === '') return undefined;
  try {
    return JSON.parse(content) as unknown;
  } catch {
    return content;
  }
}

/** Why a request had no answer. */
export function reasonOf(error: unknown): string {
  const { cause, message } = error as Error;
  return cause instanceof Error && cause.message ? cause.message : message;
}
