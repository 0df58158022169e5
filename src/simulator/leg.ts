import type { CallInfo } from './call-info';
import type { SipRequest } from './api';
import type { Happening, Place } from './journal';
import { Gate, Signal } from './signal';
import type { Timer } from './clock';
import type { HeardEvent } from './events';

/** Something that a party has said. */
export interface Utterance {
  text: string;
  isFinal: boolean;
  confidence: number;
  /** The language it is taken for; that of the recognizer when absent. */
  language?: string;
  /** For the recognition that looks for answering machines only, or for the others only. */
  machine?: boolean;
}

/** How a leg came to its end. */
export interface Hangup {
  by: 'far' | 'near';
  headers?: Record<string, string>;
}

/** What plays on a leg. */
export interface Playback {
  ended: Promise<NonNullable<HeardEvent['ended']>>;
  /** Milliseconds that it has played for. */
  readonly elapsed: number;
  stop(): void;
}

/** What happens to a leg's media apart from what a party does: events of the media server. */
export interface MediaServerEvent {
  name: string;
  headers: Record<string, string>;
}

/** The status that a SIP request of a party is answered with; 0 when it is somebody else's business. */
export type SipHandler = (request: SipRequest) => number | Promise<number>;

/**
 * A party of a call, and the engine's connection to it: the caller, or somebody whom the engine
 * called. Holds what both sides do; knows nothing of verbs.
 */
export class Leg {
  state: 'trying' | 'ringing' | 'early' | 'answered' | 'ended' = 'trying';
  /** When it was answered. */
  answeredAt?: number;
  /** SIP requests that verbs and hooks answer; the last one to come is asked first. */
  readonly sipHandlers: SipHandler[] = [];
  readonly dtmf = new Signal<string>();
  readonly speech = new Signal<Utterance>();
  readonly hungUp = new Signal<Hangup>();
  readonly media = new Signal<MediaServerEvent>();
  private readonly playing = new Set<Playback>();

  constructor(
    private readonly place: Place,
    readonly info: CallInfo,
    /** Absent for the one that the call is about. */
    readonly leg: string | undefined,
  ) {}

  get id(): string {
    return this.info.identity.callSid;
  }

  get isAnswered(): boolean {
    return this.state === 'answered';
  }

  get isOver(): boolean {
    return this.state === 'ended';
  }

  /** Writes down what happens to this leg. */
  emit(event: Happening): void {
    this.place.emit({ ...event, ...(this.leg === undefined ? {} : { leg: this.leg }) });
  }

  /** Plays something; what does not end by itself (a `duration` of Infinity) has to be stopped. */
  play(kind: 'say' | 'play', text: string, facts: { verb?: number; voice?: HeardEvent['voice'] } = {}): Playback {
    const { clock } = this.place;
    const began = clock.now();
    const ended = new Gate<NonNullable<HeardEvent['ended']>>();
    const id = this.place.nextHeard();
    const event = { type: 'heard' as const, kind, text, id, ...facts };
    let timer: Timer | undefined;
    const end = (how: NonNullable<HeardEvent['ended']>): void => {
      if (ended.isOpen()) return;
      timer?.cancel();
      this.playing.delete(playback);
      ended.open(how);
      this.emit({ ...event, ended: how });
    };
    const playback: Playback = {
      ended: ended.passed,
      get elapsed() {
        return clock.now() - began;
      },
      stop: () => end('interrupted'),
    };
    this.playing.add(playback);
    this.emit(event);
    if (this.isOver) end('interrupted');
    else timer = clock.after(this.place.duration(text, kind), () => end('done'));
    return playback;
  }

  /** Cuts off whatever plays. */
  silence(): void {
    for (const playback of [...this.playing]) playback.stop();
  }

  /** A sound of the platform's own, or keys that it presses. */
  sound(kind: 'dtmf' | 'beep', text: string, facts: { verb?: number; toneMs?: number } = {}): void {
    const event = { type: 'heard' as const, kind, text, id: this.place.nextHeard(), ...facts };
    this.emit(event);
    this.emit({ ...event, ended: 'done' });
  }

  /** Says that something which a real call would have is not played. */
  notPlayed(text: string, verb?: number): void {
    this.tell('not played', { text }, verb);
  }

  /** What the media server is told that nobody hears. */
  tell(what: string, facts: Record<string, unknown> = {}, verb?: number): void {
    this.emit({ type: 'media', what, facts, ...(verb === undefined ? {} : { verb }) });
  }

  /** Asks those who answer the SIP requests of this party. @returns the status of the answer */
  async receive(request: SipRequest): Promise<number> {
    this.emit({
      type: 'sip',
      direction: 'received',
      text: request.method,
      ...(request.headers ? { headers: request.headers } : {}),
      ...(request.body === undefined ? {} : { body: request.body }),
    });
    const status = await this.statusFor(request);
    this.emit({ type: 'sip', direction: 'sent', text: String(status) });
    return status;
  }

  private statusFor(request: SipRequest): number | Promise<number> {
    for (const handler of [...this.sipHandlers].reverse()) {
      const status = handler(request);
      if (status !== 0) return status;
    }
    return request.method === 'REFER' ? 501 : 200;
  }

  /** Answers SIP requests of this party from now on; a status of 0 leaves it to others. @returns stops it */
  serve(handler: SipHandler): () => void {
    this.sipHandlers.push(handler);
    return () => {
      const index = this.sipHandlers.indexOf(handler);
      if (index >= 0) this.sipHandlers.splice(index, 1);
    };
  }

  /** Sends the party a SIP request. @returns the status of its answer; undefined when none came */
  send(method: string, headers: Record<string, string>, body?: string): number | undefined {
    this.emit({ type: 'sip', direction: 'sent', text: method, headers, ...(body === undefined ? {} : { body }) });
    const reply = this.place.sipReply(method);
    if (reply !== undefined) this.emit({ type: 'sip', direction: 'received', text: String(reply) });
    return reply;
  }

  /** The connection is up. */
  answered(): void {
    this.state = 'answered';
    this.answeredAt = this.place.clock.now();
  }

  /** Whole seconds since the connection is up. */
  get seconds(): number {
    return this.answeredAt === undefined ? 0 : Math.floor((this.place.clock.now() - this.answeredAt) / 1000);
  }

  /** The leg is over: what plays stops, and who listens is told. */
  end(hangup: Hangup): void {
    if (this.isOver) return;
    this.state = 'ended';
    this.silence();
    this.hungUp.fire(hangup);
    this.hungUp.clear();
    this.dtmf.clear();
    this.speech.clear();
    this.media.clear();
    this.sipHandlers.length = 0;
  }
}
