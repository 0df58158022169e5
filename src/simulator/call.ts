import { randomUUID } from 'node:crypto';
import type { Platform } from '../specification';
import type { Call, CallOptions, LegPlan, ModelTurn, SipRequest, Speech } from './api';
import { CallInfo, type CallStatus, type Identity } from './call-info';
import { causesOf } from './cause';
import type { Clock } from './clock';
import type { CallEvent, CallSummary, Cause, EndEvent } from './events';
import { Journal, type Happening, type Place } from './journal';
import type { JsonObject } from './json';
import { Leg, type Hangup, type Utterance } from './leg';
import type { Outgoing } from './outgoing';
import { Patience } from './patience';
import { Requestor, type Hook, type Surroundings } from './requestor';
import { Session } from './session';
import { Gate, Signal } from './signal';
import { SessionSpeech } from './speech';
import type { World } from './world';
import { reasonOf } from './sip';

/** How sure the recognizer is unless something else is said. */
const CONFIDENCE = 0.92;

/** A simulated call: its parties, its application, and what has happened so far. */
export class SimulatedCall implements Call, Place {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly patience: Patience;
  readonly legs = new Map<string, Leg>();
  /** Parties that the engine has called and that are not gone. */
  readonly outgoing = new Map<string, Outgoing>();
  readonly ended: Promise<void>;
  /** A turn of a model that somebody plays. */
  readonly modelTurns = new Signal<ModelTurn>();
  /** How parties that get dialled behave, by the end of their number or name. */
  plans: Record<string, LegPlan>;
  /** Where status events go; a verb may change it. */
  statusHook: Hook | undefined;
  /** The application on the leg that the call is about. */
  session: Session;
  readonly main: Leg;
  /** Applications that run in it: on the main leg, and on legs that were set free. */
  readonly sessions = new Map<string, Session>();
  readonly surroundings: Surroundings;
  /** Whose documents the call accepts. */
  readonly platform: Platform;
  /** The application has been told of the call by a status event: there is none before it has answered. */
  private hasBegun = false;
  private readonly over = new Gate();
  private notifier: Requestor | undefined;
  private readonly causes: Cause[] = [];
  private readonly started: number;
  private readonly began: number;
  private open = 0;
  private closing: { by: EndEvent['by']; status?: number; reason?: string } | undefined;
  private isEnded = false;
  private isAborted = false;

  constructor(
    readonly world: World,
    readonly options: CallOptions,
    identity: Identity,
  ) {
    const clock = (this.clock = world.clock.ofCall());
    this.started = clock.date();
    this.began = clock.now();
    this.ended = this.over.passed;
    this.plans = { ...options.legs };
    this.journal = new Journal(clock, (event) => world.told(this, event));
    this.patience = new Patience(world.patience, (verbs) => this.emit({ type: 'ask', verbs }));
    this.platform = world.platform(options);
    const secret = world.secret(options);
    this.surroundings = {
      clock,
      transport: world.transport,
      ...(secret === undefined ? {} : { secret }),
      allow: (url) => world.allow(url),
      asked: (question) => {
        const id = this.journal.next('request');
        this.emit({ type: 'request', id, ...question });
        return id;
      },
      answered: (answer) => this.emit({ type: 'answer', ...answer }),
      alert: (alert, text) => this.alert(alert, text),
    };
    const { statusHook } = options;
    if (statusHook !== undefined) {
      const hook = typeof statusHook === 'string' ? { url: statusHook } : statusHook;
      this.notifier = new Requestor(this.surroundings, hook.url, hook.auth, false);
      this.statusHook = hook.method ? { url: hook.url, method: hook.method } : hook.url;
    }
    this.main = new Leg(this, new CallInfo(identity), undefined);
    this.legs.set(this.main.id, this.main);
    const requestor = new Requestor(this.surroundings, options.url, options.auth);
    this.session = new Session({ call: this, leg: this.main, requestor, speech: new SessionSpeech(options.speech) });
    this.sessions.set(this.main.id, this.session);
  }

  get id(): string {
    return this.main.id;
  }

  get events(): readonly CallEvent[] {
    return this.journal.events;
  }

  get summary(): CallSummary {
    const { identity, callStatus, duration } = this.main.info;
    return {
      id: this.id,
      source: 'simulator',
      direction: identity.direction,
      from: identity.from,
      to: identity.to,
      started: this.started,
      status: callStatus,
      ...(duration === undefined ? {} : { duration }),
      over: this.isEnded,
      seq: this.journal.events.length,
    };
  }

  /** Whether the main leg is gone. */
  get isOver(): boolean {
    return this.main.isOver;
  }

  // What a party does.

  press(digits: string, leg?: string): void {
    const who = this.party(leg);
    if (!who) return;
    for (const digit of digits) {
      if (who.isOver) return;
      this.did(who, { type: 'done', did: 'dtmf', text: digit });
      who.dtmf.fire(digit);
    }
  }

  say(text: string, { final = true, confidence = CONFIDENCE, leg, language, machine }: Speech = {}): void {
    const who = this.party(leg);
    if (!who) return;
    this.did(who, { type: 'done', did: 'speech', text });
    who.speech.fire({
      text,
      isFinal: final,
      confidence,
      ...(language === undefined ? {} : { language }),
      ...(machine === undefined ? {} : { machine }),
    });
  }

  hangup(leg?: string, headers?: Record<string, string>): void {
    const who = this.party(leg);
    if (!who) return;
    const called = this.outgoing.get(who.id);
    this.did(who, { type: 'done', did: !called && !who.isAnswered ? 'cancel' : 'hangup' });
    if (called) {
      if (who.isAnswered) called.hungUp(headers);
      else called.final(480);
    } else this.callerLeaves(headers);
  }

  answer(leg: string): void {
    const who = this.outgoing.get(leg);
    if (!who || who.answered.isOpen()) return;
    this.did(who.leg, { type: 'done', did: 'answer' });
    who.final(200);
  }

  reject(leg: string, status: number): void {
    const who = this.outgoing.get(leg);
    if (!who || who.answered.isOpen()) return;
    this.did(who.leg, { type: 'done', did: 'reject', text: String(status) });
    who.final(status);
  }

  /** @returns the status that the engine answers with */
  async sip(request: SipRequest, leg?: string): Promise<number> {
    const who = this.party(leg);
    if (!who) return 481;
    this.did(who, { type: 'done', did: 'sip', text: request.method });
    return this.keepOpen(who.receive(request));
  }

  fire(event: string, headers: Record<string, string> = {}, leg?: string): void {
    this.party(leg)?.media.fire({ name: event, headers });
  }

  plan(legs: Record<string, LegPlan>): void {
    this.plans = { ...this.plans, ...legs };
  }

  model(turn: ModelTurn): void {
    this.modelTurns.fire(turn);
  }

  skip(): boolean {
    return this.clock.skip();
  }

  goOn(): void {
    this.patience.renew();
  }

  // What the engine does.

  /** Something is said on a leg that no event is written for: a machine's greeting. */
  hear(leg: Leg, text: string, isFinal: boolean): void {
    if (leg.isOver) return;
    this.did(leg, { type: 'done', did: 'speech', text });
    leg.speech.fire({ text, isFinal, confidence: CONFIDENCE } satisfies Utterance);
  }

  emit(event: Happening): void {
    if (this.isEnded) return;
    this.journal.write(event);
  }

  nextHeard(): number {
    return this.journal.next('heard');
  }

  duration(text: string, kind: 'say' | 'play'): number {
    return this.world.duration(text, kind, this.options);
  }

  sipReply(method: string): number | undefined {
    return this.world.sipReply(method);
  }

  alert(alert: string, text: string): void {
    this.emit({ type: 'alert', alert, text });
  }

  /** Adds to what led to the end of the call. */
  because(what: string, facts?: Cause['facts']): void {
    this.causes.push({ what, ...(facts ? { facts } : {}) });
  }

  /** Status events go somewhere else. @see engine rule: the credentials stay behind when another URL is named in full */
  tellAt(hook: string): void {
    this.statusHook = hook;
    if (!hook.startsWith('/')) this.notifier = new Requestor(this.surroundings, hook, undefined, false);
  }

  /** Tells the application what has become of a leg; `facts` go along. Failures do not matter. */
  notify(leg: Leg, facts: JsonObject): void {
    const { notifier, statusHook } = this;
    this.hasBegun = true;
    if (!notifier || statusHook === undefined) return;
    const question = {
      hook: 'call:status' as const,
      to: statusHook,
      body: { ...leg.info.toJSON(), ...facts },
      ...(leg.leg === undefined ? {} : { leg: leg.leg }),
    };
    void this.keepOpen(notifier.ask(question, () => ({ effect: 'ignored', value: undefined })).catch(() => undefined));
  }

  /** The call's time in some seconds: when a wait is over. */
  at(seconds: number): number {
    return Math.round(this.clock.now() - this.began + seconds * 1000);
  }

  /** The host of addresses that go out: the SBC's, as callers see it. */
  get domain(): string {
    return this.world.domain;
  }

  /**
   * The hook of a gather has failed, and the call goes on.
   *
   * @see engine rule: an alert, and a status event that says so
   */
  hookBroke(leg: Leg, error: Error): void {
    this.alert('invalid-app-payload', `actionHook returned invalid verb syntax: ${error.message}`);
    this.because('hook-failed', { error: error.message });
    this.notify(leg, { error: 'invalid actionHook response', reason: error.message });
  }

  /** The call lasts at least until this has settled. */
  async keepOpen<T>(work: Promise<T>): Promise<T> {
    this.open++;
    try {
      return await work;
    } finally {
      if (--this.open === 0) setImmediate(() => this.settle());
    }
  }

  /** A new leg of this call, as hooks will describe it. */
  identity(parts: Partial<Identity> & Pick<Identity, 'from' | 'to'>): Identity {
    const { identity } = this.main.info;
    return {
      direction: 'outbound',
      callSid: randomUUID(),
      callId: randomUUID(),
      accountSid: identity.accountSid,
      applicationSid: identity.applicationSid,
      traceId: identity.traceId,
      callerName: '',
      address: identity.address,
      ...parts,
    };
  }

  /** The caller hangs up or gives up. */
  private callerLeaves(headers?: Record<string, string>): void {
    const { main } = this;
    if (main.isOver) return;
    if (main.isAnswered) {
      main.emit({ type: 'sip', direction: 'received', text: 'BYE', ...(headers ? { headers } : {}) });
      this.finish('caller', { by: 'far', ...(headers ? { headers } : {}) });
    } else {
      main.emit({ type: 'sip', direction: 'received', text: 'CANCEL' });
      this.fail('caller', 487, 'no-answer', { terminated: 'caller' });
    }
  }

  /** jambonz hangs up on the main leg. */
  bye(headers: Record<string, string> = {}): void {
    const { main } = this;
    if (main.isOver || !main.isAnswered) return;
    const called = this.outgoing.get(main.id);
    if (called) {
      called.hangup(headers);
      return;
    }
    main.emit({ type: 'sip', direction: 'sent', text: 'BYE', headers });
    this.finish('jambonz', { by: 'near' });
  }

  /** A call that was answered is over. */
  finish(by: 'caller' | 'jambonz' | 'callee', hangup: Hangup): void {
    const { main } = this;
    this.closing ??= { by, status: 200 };
    const { info } = main;
    info.duration = main.seconds;
    info.callTerminationBy = by === 'jambonz' ? 'jambonz' : 'caller';
    if (hangup.headers && Object.keys(hangup.headers).length > 0) info.headers = hangup.headers;
    info.callStatus = 'completed';
    this.notify(main, {});
    main.end(hangup);
    this.session.released();
  }

  /** A call that was never answered ends with a SIP status; the application hears of it when it has a word for it. */
  fail(
    by: EndEvent['by'],
    sipStatus: number,
    callStatus?: CallStatus,
    { reason, headers, terminated }: { reason?: string; headers?: Record<string, string>; terminated?: 'caller' } = {},
  ): void {
    const { main } = this;
    if (main.isOver) return;
    const why = reason ?? headers?.['X-Reason'] ?? reasonOf(sipStatus);
    this.closing ??= { by, status: sipStatus, reason: why };
    main.emit({
      type: 'sip',
      direction: 'sent',
      text: `${sipStatus} ${reason ?? reasonOf(sipStatus)}`,
      ...(headers ? { headers } : {}),
    });
    const { info } = main;
    info.callStatus = callStatus ?? 'failed';
    if (callStatus) {
      info.sipStatus = sipStatus;
      if (terminated) {
        info.callTerminationBy = terminated;
        info.sipReason = reasonOf(sipStatus);
      } else if (reason !== undefined) info.sipReason = reason;
      if (this.hasBegun) this.notify(main, {});
    }
    main.end({ by: by === 'caller' ? 'far' : 'near' });
    this.session.released();
  }

  /** A call that the engine placed came to nothing. */
  failed(by: 'callee' | 'jambonz', status: number): void {
    this.closing ??= { by, status, reason: reasonOf(status) };
    this.session.end('hangup');
  }

  /** Ends everything at once, without a word to anybody. */
  abort(): void {
    this.closing ??= { by: 'simulator' };
    this.isAborted = true;
    this.patience.end();
    for (const session of this.sessions.values()) session.end('hangup');
    for (const leg of this.legs.values()) leg.end({ by: 'near' });
    this.outgoing.clear();
    this.settle();
  }

  private party(leg: string | undefined): Leg | undefined {
    const who = leg === undefined ? this.main : this.legs.get(leg);
    return who?.isOver ? undefined : who;
  }

  private did(who: Leg, event: Happening): void {
    who.emit(event);
    this.patience.renew();
  }

  /** Over, once nobody is there any more and everything is sent. */
  private settle(): void {
    if (this.isEnded || (this.open > 0 && !this.isAborted) || !this.main.isOver) return;
    if ([...this.sessions.values()].some((session) => !session.isGone)) return;
    const { by = 'unknown', ...facts } = this.closing ?? {};
    const closing = { by, reason: this.main.info.sipReason, ...facts, hints: this.causes };
    this.emit({ type: 'end', by, ...facts, because: causesOf(this.events, closing) });
    this.isEnded = true;
    this.patience.end();
    this.modelTurns.clear();
    this.outgoing.clear();
    if (this.clock !== this.world.clock) this.clock.close();
    this.world.ended(this);
    this.over.open();
  }
}
