import type { CallInfo, CallStatus } from './call-info';
import type { SimulatedCall } from './call';
import type { Clock } from './clock';
import { readDocument, type Written } from './document';
import type { AnswerEvent } from './events';
import type { JsonObject } from './json';
import type { Leg } from './leg';
import type { Hook, Requestor, Use } from './requestor';
import type { SessionSpeech } from './speech';
import type { Verb } from './verb';
import { NextVerb, type Need, type Origin, type Stop } from './verb';
import { kindOf } from './verbs';
import { Background } from './background';
import { Recorder } from './recorder';
import type { SipRequest } from './api';
import { describeRefer, refusalOf, TAKEN } from './refer';
import { requestHeaders } from './sip';

/** Who asks a hook: a verb, or something else that has one. */
export interface Asker {
  id?: number;
  data: JsonObject;
}

/** A verb that is still to come. */
interface Planned {
  written: Written;
  from?: Origin;
}

/** What a session needs. */
export interface SessionSetup {
  call: SimulatedCall;
  leg: Leg;
  requestor: Requestor;
  speech: SessionSpeech;
  /**
   * The verbs that a hook's answer may bring; all by default.
   *
   * @see engine rule: what runs for confirmHook and waitHook keeps only a few verbs of a later answer
   */
  allowed?: ReadonlySet<string>;
  /** Of verbs that run for another verb. */
  parent?: Verb;
  /** How the engine hangs up on the leg; by default, as on the one that the call is about. */
  hangUp?: (headers: Record<string, string>) => void;
}

/** What a session keeps from `config` for SIP requests that come. */
export interface SipSettings {
  /** Without a verb it is that of a call which the REST API has placed. */
  referHook?: { hook: Hook; verb?: Verb };
  sipRequestHook?: { hook: Hook; verb?: Verb };
}

/** An application that runs on a leg: carries out verbs one by one, and goes by what hooks answer. */
export class Session {
  /** The call is over, or its verbs were called off: nothing can be changed any more. */
  isGone = false;
  current?: Verb;
  /** What runs beside the verbs. */
  readonly background = new Background(this);
  readonly recorder = new Recorder(this);
  readonly settings: SipSettings = {};
  /** How often an application has taken the place of another. */
  answers = 0;
  private queue: Planned[] = [];
  private wakeUp: (() => void) | undefined;

  constructor(private readonly setup: SessionSetup) {
    if (!this.isNested) setup.leg.serve((request) => this.receive(request));
  }

  /** One on the same leg for what a hook of a verb brings meanwhile; a later answer may bring only some verbs. */
  meanwhile(parent: Verb, allowed: ReadonlySet<string>): Session {
    const { call, leg, requestor, speech } = this;
    return new Session({ call, leg, requestor, speech, allowed, parent, hangUp: (headers) => this.hangUp(headers) });
  }

  get call(): SimulatedCall {
    return this.setup.call;
  }

  get leg(): Leg {
    return this.setup.leg;
  }

  get info(): CallInfo {
    return this.setup.leg.info;
  }

  get clock(): Clock {
    return this.setup.call.clock;
  }

  get speech(): SessionSpeech {
    return this.setup.speech;
  }

  get requestor(): Requestor {
    return this.setup.requestor;
  }

  set requestor(requestor: Requestor) {
    this.setup.requestor = requestor;
  }

  /** Whether it runs for a hook of another verb, on an application's behalf that is not its own. */
  get isNested(): boolean {
    return this.setup.allowed !== undefined;
  }

  /** Carries out verbs until there are none left, the call is gone, or one of them fails. */
  async run(verbs: readonly Written[], request?: number): Promise<void> {
    this.queue = plan(verbs, request);
    await this.work();
  }

  /** Has nothing to do until an application comes, and carries that out. */
  async idle(): Promise<void> {
    if (!this.isGone) await new Promise<void>((resolve) => (this.wakeUp = resolve));
    await this.work();
  }

  private async work(): Promise<void> {
    try {
      while (!this.isGone) {
        const planned = this.queue.shift();
        if (!planned) break;
        if (!(await this.call.patience.spend())) break;
        if (this.isOver()) break;
        if (!(await this.carryOut(planned))) break;
      }
    } finally {
      this.queue = [];
    }
  }

  /** A function, since it changes while something is waited for. */
  isOver(): boolean {
    return this.isGone;
  }

  /** A verb that runs for another one; `need` is not looked at. */
  make(name: string, data: JsonObject, parent?: Verb): Verb {
    const kind = kindOf(name);
    if (!kind) throw new Error(`invalid instruction: ${name}`);
    return new kind.make(
      this,
      { verb: name, name, data },
      { id: this.call.journal.next('verb'), ...(parent ? { parent } : {}) },
    );
  }

  /** Runs a verb with its events. */
  async perform(verb: Verb): Promise<void> {
    const { id, written, place } = verb;
    const said = { type: 'verb' as const, id, verb: written.name };
    this.leg.emit({
      ...said,
      state: 'begin',
      data: { verb: written.name, ...written.data },
      ...(place.from ? { from: place.from } : {}),
      ...(place.parent ? { parent: place.parent.id } : {}),
    });
    let why: string | undefined;
    try {
      await verb.run();
      why = verb.outcome ?? verb.stopped;
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
      throw error;
    } finally {
      this.leg.emit({ ...said, state: 'end', ...(why === undefined ? {} : { why }) });
    }
  }

  /** A list of verbs runs instead of all that is left, and of what runs now. */
  replace(verbs: readonly Written[], request?: number): void {
    if (this.isGone) return;
    const { allowed } = this.setup;
    const kept = allowed ? verbs.filter(({ verb }) => allowed.has(verb)) : verbs;
    // Where nothing of it may be carried out, what runs goes on.
    if (allowed && kept.length === 0) return;
    this.queue = plan(kept, request);
    this.answers++;
    this.interrupt('replaced');
  }

  /** Whatever runs now comes to its end. */
  interrupt(why: Stop): void {
    const verb = this.current;
    this.current = undefined;
    verb?.kill(why);
    this.wakeUp?.();
  }

  /** Somebody interrupts what can be heard. @see engine rule: over HTTP no verb ends by that; the next part follows */
  silence(): void {
    this.leg.silence();
  }

  /** The call is gone, or the session is not wanted any more. */
  end(why: Stop): void {
    if (this.isGone) return;
    this.isGone = true;
    this.interrupt(why);
    this.background.end();
  }

  /** The engine hangs up. */
  hangUp(headers: Record<string, string> = {}): void {
    if (this.setup.hangUp) this.setup.hangUp(headers);
    else this.call.bye(headers);
  }

  /** Whether a verb may stand in what a confirmHook answers. @see engine rule: only what needs an answered call */
  isForScreening({ verb, data }: Written): boolean {
    const need = kindOf(verb)?.need;
    return ['media', 'answered'].includes((typeof need === 'function' ? need(data) : need) ?? '');
  }

  /** The party has hung up, or was hung up on. */
  released(): void {
    this.end('hangup');
  }

  /** Picks up, as a verb needs it. */
  answer(): void {
    if (this.leg.isAnswered || this.isGone) return;
    this.leg.emit({ type: 'sip', direction: 'sent', text: '200 OK' });
    this.leg.answered();
    this.status('in-progress', 200, 'OK');
    this.recorder.answered();
  }

  /** Lets the caller hear something before the call is answered. */
  early(): void {
    if (this.leg.state !== 'trying') return;
    this.leg.state = 'early';
    this.leg.emit({ type: 'sip', direction: 'sent', text: '183 Session Progress' });
  }

  /** The state of the call changes, and the application is told. */
  status(callStatus: CallStatus, sipStatus?: number, sipReason?: string): void {
    const { info } = this;
    info.callStatus = callStatus;
    if (sipStatus !== undefined) info.sipStatus = sipStatus;
    if (sipReason !== undefined) info.sipReason = sipReason;
    this.call.notify(this.leg, {});
  }

  /**
   * Asks the hook that a property of a verb names; without one, nothing happens. A list of verbs in
   * the answer replaces the application.
   *
   * @throws Error when the hook fails, or answers what the engine refuses
   */
  async ask(
    verb: Asker,
    property: string,
    facts: JsonObject,
    options: { ignoreReply?: boolean | (() => boolean); raw?: boolean; info?: CallInfo; hook?: Hook } = {},
  ): Promise<void> {
    const hook = options.hook ?? (verb.data[property] as Hook | undefined);
    if (!hook) return;
    const info = options.info ?? this.info;
    const { id } = verb.data;
    const body = { ...(options.raw ? info.raw() : info.toJSON()), ...facts, ...(id ? { verbId: id } : {}) };
    const isIgnored = (): boolean =>
      this.isGone ||
      (typeof options.ignoreReply === 'function' ? options.ignoreReply() : (options.ignoreReply ?? false));
    const use = (reply: unknown, request: number): Use<{ verbs: Written[]; request: number }> => {
      if (isIgnored()) return { effect: 'ignored', value: { verbs: [], request } };
      const verbs = this.read(reply) ?? [];
      return { effect: verbs.length > 0 ? 'application' : 'continue', value: { verbs, request } };
    };
    const { verbs, request } = await this.requestor.ask(
      {
        hook: 'verb:hook',
        to: hook,
        body,
        ...(verb.id === undefined ? {} : { verb: verb.id }),
        property,
        ...this.about,
      },
      use,
    );
    if (verbs.length > 0 && !isIgnored()) this.replace(verbs, request);
  }

  /** Asks for an application that takes the place of this one. */
  askFor(
    hook: Hook,
    body: JsonObject,
    facts: { hook?: 'verb:hook' | 'session:adulting'; verb?: Verb; property?: string } = {},
  ): Promise<Answered> {
    return this.requestor.ask(
      {
        hook: facts.hook ?? 'verb:hook',
        to: hook,
        body,
        ...(facts.verb ? { verb: facts.verb.id } : {}),
        ...(facts.property ? { property: facts.property } : {}),
        ...this.about,
      },
      (reply, request) => {
        const verbs = this.read(reply);
        return { effect: effectOf(verbs), value: { verbs, request, hasBody: Boolean(reply) } };
      },
    );
  }

  /** @throws Error in the engine's words */
  read(reply: unknown): Written[] | undefined {
    return readDocument(reply, this.call.platform);
  }

  /** A SIP request of the party. @returns the status of the answer; 0 when it is somebody else's business */
  private receive(request: SipRequest): number | Promise<number> {
    if (this.isGone) return 0;
    return request.method === 'REFER' ? this.refer(request) : this.tellRequest(request, this.info);
  }

  private async refer(request: SipRequest): Promise<number> {
    const { referHook } = this.settings;
    if (!referHook) return 501;
    const body = { ...this.info.toJSON(), refer_details: describeRefer(request, this.leg.id, undefined) };
    try {
      const { hook, ...asker } = referHook;
      await this.use(this.askFor(hook, body, { ...asker, property: 'referHook' }));
      return TAKEN;
    } catch (error) {
      return refusalOf(error);
    }
  }

  /**
   * Tells the application of a SIP request that a party has sent.
   *
   * @returns the status of the answer; 0 when nobody wants to know
   * @see engine rule: of INFO and MESSAGE only; the hook is about the application's own leg, whoever sent it
   */
  tellRequest(request: SipRequest, sender: CallInfo): number {
    const { sipRequestHook } = this.settings;
    const status = { INFO: 200, MESSAGE: 202 }[request.method];
    if (this.isGone || !sipRequestHook || status === undefined) return 0;
    const body = {
      ...this.info.toJSON(),
      sip_method: request.method,
      sip_body: request.body ?? '',
      sip_headers: requestHeaders(request, sender, this.call.domain),
    };
    const { hook, ...asker } = sipRequestHook;
    const used = this.use(this.askFor(hook, body, { ...asker, property: 'sipRequestWithinDialogHook' }));
    void this.call.keepOpen(used).catch(() => undefined);
    return status;
  }

  /** Lets an application that is asked for take the place of this one. */
  private async use(asked: Promise<Answered>): Promise<void> {
    const { verbs, request } = await asked;
    if (verbs && verbs.length > 0) this.replace(verbs, request);
  }

  private get about(): { leg?: string } {
    return this.leg.leg === undefined ? {} : { leg: this.leg.leg };
  }

  /** @returns false when no other verb is to be carried out */
  private async carryOut({ written, from }: Planned): Promise<boolean> {
    const kind = kindOf(written.verb);
    const place = {
      id: this.call.journal.next('verb'),
      ...(from ? { from } : {}),
      ...(this.setup.parent ? { parent: this.setup.parent } : {}),
    };
    const hindrance = kind
      ? this.prepare(typeof kind.need === 'function' ? kind.need(written.data) : kind.need, written)
      : // A verb that the engine does not know has been refused with its whole document.
        'not simulated';
    if (!kind || hindrance !== undefined) {
      this.leg.emit({
        type: 'verb',
        id: place.id,
        verb: written.name,
        state: 'skip',
        data: { verb: written.name, ...written.data },
        ...(hindrance === undefined ? {} : { why: hindrance }),
        ...(from ? { from } : {}),
      });
      return true;
    }
    const verb = new kind.make(this, written, place);
    this.current = verb;
    try {
      await this.perform(verb);
      return true;
    } catch (error) {
      if (error instanceof NextVerb) return true;
      if (!this.isOver()) this.call.because('verb-failed', { verb: written.name, error: (error as Error).message });
      return false;
    } finally {
      if (this.current === verb) this.current = undefined;
    }
  }

  /** @returns why the verb is to be skipped */
  private prepare(need: Need, { verb, data }: Written): string | undefined {
    const { leg } = this;
    if (verb === 'gather' && this.background.absorb(data)) return 'bargein';
    switch (need) {
      case 'nothing':
        return undefined;
      case 'answered':
        return leg.isAnswered ? undefined : 'unanswered';
      case 'unanswered':
        if (!leg.isAnswered) return undefined;
        // Of a call that it placed itself the engine does not expect this, and gives up.
        if (this.info.identity.direction === 'outbound') return undefined;
        return 'answered';
      case 'media':
        if (leg.isAnswered) return undefined;
        if (wantsEarlyMedia(data)) this.early();
        else this.answer();
        return undefined;
    }
  }
}

/** An application that a hook has answered. */
export interface Answered {
  /** Absent when the answer was no list. */
  verbs: Written[] | undefined;
  request: number;
  /** Whether there was an answer at all. */
  hasBody: boolean;
}

function effectOf(verbs: readonly Written[] | undefined): NonNullable<AnswerEvent['effect']> {
  return verbs && verbs.length > 0 ? 'application' : 'continue';
}

/** A gather wants what its prompt wants. */
function wantsEarlyMedia(data: JsonObject): boolean {
  if (data.earlyMedia === true) return true;
  return [data.say, data.play].some((nested) => (nested as JsonObject | undefined)?.earlyMedia === true);
}

function plan(verbs: readonly Written[], request: number | undefined): Planned[] {
  return verbs.map((written, index) => ({ written, ...(request === undefined ? {} : { from: { request, index } }) }));
}
