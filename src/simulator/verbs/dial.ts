import { goOnAlone } from '../adult';
import { Amd } from '../amd';
import { CallInfo, type CallStatus } from '../call-info';
import type { Timer } from '../clock';
import type { Written } from '../document';
import { DtmfCollector } from '../dtmf-collector';
import { list, number, object, text, type JsonObject } from '../json';
import { Leg, type Playback } from '../leg';
import { Outgoing } from '../outgoing';
import type { SipRequest } from '../api';
import type { Hook } from '../requestor';
import { describeRefer, refusalOf, TAKEN } from '../refer';
import { Session, type Answered } from '../session';
import { Gate } from '../signal';
import { type Place, type Stop, Verb, type VerbKind } from '../verb';
import { Listen } from './listen';
import { headersOf } from './small';
import { lastTranscript, Transcribe } from './transcribe';

const MOST_TARGETS = 10;
const RING_TIMEOUT = 60;
/** What the answer of a hook may bring while a callee is asked whether to take the call. */
const SCREENING: ReadonlySet<string> = new Set(['config', 'gather', 'say', 'tag']);

/** What has become of the leg that the hook is told about. */
interface Result {
  leg: Leg;
  callStatus: CallStatus;
  sipStatus?: number;
  sbcCallid?: string | undefined;
}

/** Connects the caller with somebody. */
export class Dial extends Verb {
  private readonly over = new Gate();
  private readonly ringing = new Set<Outgoing>();
  /** Legs that answered, but are not wanted: nothing more is told of them. */
  private readonly rejected = new Set<Outgoing>();
  private connected: Outgoing | undefined;
  private isChildFree = false;
  private result: Result | undefined;
  private music: Playback | undefined;
  private ringTimer: Timer | undefined;
  private readonly timers: Timer[] = [];
  private readonly cleanUp: (() => void)[] = [];
  private readonly companions: Verb[] = [];
  private isTranscribed = false;
  private amd: Amd | undefined;

  async run(): Promise<void> {
    const { data, session } = this;
    if (!session.leg.isAnswered) {
      if (data.answerOnBridge === true) session.early();
      else session.answer();
    }
    if (data.onHoldHook !== undefined) session.leg.notPlayed('nobody is put on hold by a phone', this.id);
    const timeout = (number(data.timeout) ?? 0) > 0 ? number(data.timeout)! : RING_TIMEOUT;
    this.ringTimer = session.clock.after(timeout * 1000, () => this.timeOut());
    session.leg.emit({ type: 'wait', for: 'ringing', until: session.call.at(timeout), verb: this.id });
    if (text(data.dialMusic) !== undefined) void session.call.keepOpen(this.playMusic(String(data.dialMusic)));
    this.cleanUp.push(session.leg.serve((request) => this.refer(request, session.leg)));
    for (const target of this.targets()) this.invite(target);
    await this.over.passed;
    this.stopEverything();
    if (this.isTranscribed) await lastTranscript(session);
    this.outcome = this.result?.callStatus;
    await this.report();
  }

  override kill(why: Stop): void {
    super.kill(why);
    this.hangUp();
    this.stopEverything();
    this.over.open();
  }

  /** The leg that the caller talks with. */
  get partner(): Outgoing | undefined {
    return this.connected;
  }

  /** The stream that runs along. */
  get stream(): Listen | undefined {
    return this.companions.find((verb) => verb instanceof Listen);
  }

  /** The transcription that runs along. */
  get transcription(): Transcribe | undefined {
    return this.companions.find((verb) => verb instanceof Transcribe);
  }

  /** The other leg goes on with an application of its own; the caller goes on after the dial. */
  setChildFree({ verbs, request }: Answered): void {
    const { connected, session } = this;
    if (!connected || !verbs) return;
    this.isChildFree = true;
    const parent = session.info;
    const { requestor, speech, call } = session;
    void call.keepOpen(goOnAlone(call, connected, { verbs, request, requestor, speech, parent }));
    this.connected = undefined;
    this.over.open();
  }

  private targets(): JsonObject[] {
    const seen = new Set<unknown>();
    const targets = list(this.data.target)
      .map((target) => object(target) ?? {})
      .filter((target) => {
        const name = `${text(target.type)} ${addressOf(target)}`;
        return !seen.has(name) && seen.add(name);
      });
    return targets.slice(0, MOST_TARGETS);
  }

  private invite(target: JsonObject): void {
    const { session, data } = this;
    const { call } = session;
    const to = target.type === 'user' ? call.world.userName(addressOf(target)) : addressOf(target);
    const from = text(data.callerId) ?? session.info.identity.from;
    const identity = call.identity({ from, to, parentCallSid: session.leg.id, callerId: from });
    const info = new CallInfo(identity);
    if (object(data.tag)) info.customerData = object(data.tag)!;
    const name = text(data.callerName);
    const who = new Outgoing(call, {
      leg: new Leg(call, info, identity.callSid),
      name: to,
      uri: uriOf(target, to, call.world.address),
      headers: {
        From: `${name === undefined ? '' : `"${name}" `}<sip:${from}@${call.domain}>`,
        ...headersOf(data.headers),
        ...headersOf(target.headers),
      },
      statusOf: dialledStatus,
      hasReasons: true,
    });
    this.ringing.add(who);
    who.leg.hungUp.on(() => this.legOver(who));
    void call.keepOpen(
      who.answered.passed.then((hasAnswered) => (hasAnswered ? this.answered(who, target) : undefined)),
    );
    who.start();
  }

  private refused(who: Outgoing): void {
    this.ringing.delete(who);
    if (this.connected || this.over.isOpen()) return;
    this.changed(who);
    if (this.ringing.size === 0) this.over.open();
  }

  /** @see engine rule: the hook is told what has changed last of any leg, until one was completed or did not answer */
  private changed(who: Outgoing): void {
    if (this.result?.callStatus === 'completed' || this.result?.callStatus === 'no-answer') return;
    const { callStatus, sipStatus, sbcCallid } = who.leg.info;
    this.result = { leg: who.leg, callStatus, sipStatus, sbcCallid };
  }

  private async answered(who: Outgoing, target: JsonObject): Promise<void> {
    const { data } = this;
    // Once somebody has picked up nobody is given up for not doing so, whatever comes of it.
    this.ringTimer?.cancel();
    if (this.isDecided()) {
      this.reject(who);
      return;
    }
    if (isGone(who)) return;
    this.changed(who);
    const hook = (target.confirmHook ?? data.confirmHook) as Hook | undefined;
    if (hook && !(await this.screen(who, hook))) {
      const hasLeft = isGone(who) && !this.rejected.has(who);
      this.reject(who);
      this.ringing.delete(who);
      if (this.isDecided()) return;
      if (hasLeft) this.result = { leg: who.leg, callStatus: 'completed', sbcCallid: who.leg.info.sbcCallid };
      if (this.ringing.size === 0) this.over.open();
      return;
    }
    if (this.isDecided()) this.reject(who);
    else if (!isGone(who)) this.connect(who);
  }

  /** A function, since it changes while something is waited for. */
  private isDecided(): boolean {
    return this.connected !== undefined || this.over.isOpen() || this.isStopped();
  }

  /** Lets the callee decide. @returns whether the callee takes the call */
  private async screen(who: Outgoing, hook: Hook): Promise<boolean> {
    const { session } = this;
    const { leg } = who;
    const confirm = new Session({
      call: session.call,
      leg,
      requestor: session.requestor,
      speech: session.speech.fresh(),
      allowed: SCREENING,
      parent: this,
      hangUp: (headers) => {
        this.rejected.add(who);
        who.hangup(headers);
      },
    });
    leg.hungUp.on(() => confirm.released());
    const stopWaiting = (): void => confirm.end('hangup');
    this.cleanUp.push(stopWaiting);
    try {
      const { verbs, request } = await confirm.askFor(hook, leg.info.toJSON(), { verb: this, property: 'confirmHook' });
      if ((verbs ?? []).some((verb) => !confirm.isForScreening(verb))) throw new Error('not for a confirmHook');
      await confirm.run(verbs ?? [], request);
    } catch {
      return false;
    } finally {
      confirm.end('interrupted');
    }
    return !leg.isOver;
  }

  private reject(who: Outgoing): void {
    this.rejected.add(who);
    who.hangup();
  }

  private connect(who: Outgoing): void {
    const { session, data } = this;
    this.ringing.delete(who);
    this.connected = who;
    const { sbcCallid } = this.result ?? {};
    this.result = { leg: who.leg, callStatus: 'completed', sipStatus: 200, sbcCallid };
    for (const other of [...this.ringing]) other.cancel();
    this.cancelTimers();
    this.music?.stop();
    this.music = undefined;
    session.answer();
    session.call.emit({
      type: 'leg',
      leg: who.leg.id,
      kind: 'dialled',
      name: who.leg.info.identity.to,
      state: 'bridged',
    });
    const limit = number(data.timeLimit) ?? 0;
    if (limit > 0) this.later(limit, () => this.hangUp('timeLimit'));
    session.leg.emit({
      type: 'wait',
      for: 'bridge',
      verb: this.id,
      ...(limit > 0 ? { until: session.call.at(limit) } : {}),
    });
    if (data.boostAudioSignal !== undefined) who.leg.tell('gain', { level: data.boostAudioSignal }, this.id);
    this.collectKeys(who.leg);
    this.cleanUp.push(who.leg.serve((request) => session.tellRequest(request, who.leg.info)));
    this.cleanUp.push(who.leg.serve((request) => this.refer(request, who.leg)));
    this.startCompanions(who.leg);
  }

  private startCompanions(other: Leg): void {
    const { session, data } = this;
    const streamed = object(data.listen) ?? object(data.stream);
    if (streamed) {
      const listen = new Listen(session, written('listen', streamed), this.next());
      listen.metadataOf = other.info;
      this.accompany(listen);
    }
    const transcribed = object(data.transcribe);
    if (transcribed) {
      this.isTranscribed = true;
      const transcribe = new Transcribe(session, written('transcribe', transcribed), this.next());
      transcribe.otherLeg = other;
      this.accompany(transcribe);
    }
    for (const dub of list(data.dub).map(object)) if (dub) this.accompany(session.make('dub', dub, this));
    const amd = object(data.amd);
    if (amd) {
      this.amd = new Amd(session, other, amd, this);
      this.amd.start();
    }
  }

  private next(): Place {
    return { id: this.session.call.journal.next('verb'), parent: this };
  }

  private accompany(verb: Verb): void {
    this.companions.push(verb);
    void this.session.call.keepOpen(this.session.perform(verb)).catch(() => undefined);
  }

  /** @see engine rule: patterns for the parent are looked for at the child */
  private collectKeys(other: Leg): void {
    const { session, data } = this;
    const capture = data.dtmfCapture;
    if (!data.dtmfHook || !capture) return;
    const both = Array.isArray(capture) ? strings(capture) : undefined;
    const each = object(capture);
    const child = both ?? [...strings(each?.childCall), ...strings(each?.parentCall)];
    const watch = (leg: Leg, patterns: readonly string[]): void => {
      if (patterns.length === 0) return;
      const collector = new DtmfCollector(patterns);
      this.cleanUp.push(
        leg.dtmf.on((key) => {
          const match = collector.press(key, session.clock.now());
          if (match === undefined) return;
          const told = session.ask(this, 'dtmfHook', { dtmf: match }, { info: leg.info, ignoreReply: true });
          void session.call.keepOpen(told).catch(() => undefined);
        }),
      );
    };
    watch(session.leg, both ?? []);
    watch(other, child);
  }

  /**
   * @returns the SIP status that the REFER gets; 0 when others may know
   * @see engine rule: of the caller it is the business of `config` when the dial has no hook for it
   */
  private refer(request: SipRequest, from: Leg): number | Promise<number> {
    const { session, data, connected } = this;
    if (request.method !== 'REFER') return 0;
    if (!data.referHook || !connected) return from === session.leg ? 0 : 501;
    return this.referOther(request, from, from === session.leg ? connected.leg : session.leg);
  }

  /** @see engine rule: what cannot be carried out in the hook's answer is passed over */
  private async referOther(request: SipRequest, from: Leg, other: Leg): Promise<number> {
    const { session, data } = this;
    const body = { ...from.info.toJSON(), refer_details: describeRefer(request, from.id, other.id) };
    try {
      const answered = await session.askFor(data.referHook as Hook, body, { verb: this, property: 'referHook' });
      if (answered.verbs && answered.verbs.length > 0) {
        if (other === session.leg) session.replace(answered.verbs, answered.request);
        else this.setChildFree(answered);
      }
      return TAKEN;
    } catch (error) {
      return refusalOf(error, TAKEN);
    }
  }

  private legOver(who: Outgoing): void {
    if (who.leg.answeredAt === undefined) {
      this.refused(who);
      return;
    }
    if (this.isChildFree || this.rejected.has(who)) return;
    const { info } = who.leg;
    info.callStatus = 'completed';
    info.duration = who.leg.seconds;
    this.session.call.notify(who.leg, {});
    if (who === this.connected) this.over.open();
  }

  /** @see engine rule: who dials nobody waits as long as who dials somebody */
  private timeOut(): void {
    this.session.call.because('ring-timeout');
    for (const who of [...this.ringing]) {
      if (who.leg.isAnswered) this.reject(who);
      else who.cancel();
    }
    this.over.open();
  }

  private hangUp(why?: string): void {
    if (why) this.session.call.because(why);
    this.amd?.giveUp();
    for (const who of [...this.ringing]) {
      if (who.leg.isAnswered) who.hangup();
      else who.cancel();
    }
    this.connected?.hangup();
  }

  /** @see engine rule: once for who has called, over and over for who was called by the REST API */
  private async playMusic(url: string): Promise<void> {
    const { session } = this;
    const isOnce = session.info.identity.direction === 'inbound';
    while (!this.connected && !this.over.isOpen() && !this.stopped) {
      if (!(await session.call.patience.spend())) return;
      this.music = session.leg.play('play', url, { verb: this.id });
      if ((await this.music.ended) !== 'done' || isOnce) return;
    }
  }

  private stopEverything(): void {
    this.cancelTimers();
    this.music?.stop();
    for (const stop of this.cleanUp.splice(0)) stop();
    for (const verb of this.companions.splice(0)) verb.kill('interrupted');
    this.amd?.stop();
  }

  private async report(): Promise<void> {
    const { session, result } = this;
    const facts: JsonObject = {
      dialCallStatus: result?.callStatus,
      dialSipStatus: result?.sipStatus,
      dialCallSid: result?.leg.id,
      dialSbcCallid: result?.sbcCallid,
    };
    await session
      .ask(this, 'actionHook', facts, { ignoreReply: () => this.stopped === 'replaced' })
      .catch(() => undefined);
  }

  private later(seconds: number, act: () => void): void {
    this.timers.push(this.session.clock.after(seconds * 1000, act));
  }

  private cancelTimers(): void {
    this.ringTimer?.cancel();
    for (const timer of this.timers.splice(0)) timer.cancel();
  }
}

function written(verb: string, data: JsonObject): Written {
  return { verb, name: verb, data };
}

function isGone(who: Outgoing): boolean {
  return who.leg.isOver;
}

/** @see engine rule: unlike for calls of the REST API, 600 is busy and 603 is not */
function dialledStatus(status: number): CallStatus {
  if (status === 486 || status === 600) return 'busy';
  return status === 487 ? 'no-answer' : 'failed';
}

function addressOf(target: JsonObject): string {
  return text(target.number) ?? text(target.name) ?? text(target.sipUri) ?? text(target.voicemail) ?? '';
}

function uriOf(target: JsonObject, to: string, host: string): string {
  if (target.type === 'sip') return to;
  return to.includes('@') ? `sip:${to}` : `sip:${to}@${host}`;
}

function strings(values: unknown): string[] {
  return values === undefined ? [] : list(values).map(String);
}

export const dial: VerbKind = { need: 'nothing', make: Dial };
