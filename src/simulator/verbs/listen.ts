import type { CallInfo } from '../call-info';
import { number, object, text, type JsonObject } from '../json';
import type { MediaServerEvent } from '../leg';
import { Gate } from '../signal';
import { type Stop, Verb, type VerbKind } from '../verb';
import { lastTranscript, Transcribe } from './transcribe';

const SAMPLE_RATE = 8000;

/** Streams audio to a web socket. @see engine rule: ends by a key, after maxLength, or when the socket closes */
export class Listen extends Verb {
  private readonly done = new Gate();
  private began: number | undefined;
  private digits: string | undefined;
  /** What the socket is told when the verb runs for a dial: of the other leg. */
  metadataOf?: CallInfo;
  private isFinished = false;

  async run(): Promise<void> {
    const { data, leg, session } = this;
    if (data.playBeep === true) leg.sound('beep', 'beep', { verb: this.id });
    if (!session.call.world.canConnect(String(data.url))) {
      await this.report();
      return;
    }
    this.connect();
    const stopKeys = leg.dtmf.on((digit) => this.key(digit));
    const stopEvents = leg.media.on((event) => this.mediaEvent(event));
    const maxLength = number(data.maxLength) ?? 0;
    const timer = maxLength > 0 ? session.clock.after(maxLength * 1000, () => this.end('maxLength')) : undefined;
    leg.emit({ type: 'wait', for: 'listen', verb: this.id, ...(timer ? { until: session.call.at(maxLength) } : {}) });
    const transcription = this.transcribe();
    await Promise.race([this.done.passed, this.stop.passed]);
    timer?.cancel();
    stopKeys();
    stopEvents();
    const seconds = this.began === undefined ? undefined : Math.round((session.clock.now() - this.began) / 1000);
    transcription?.kill('interrupted');
    if (transcription && seconds !== undefined) await lastTranscript(session);
    await this.report(seconds);
  }

  override kill(why: Stop): void {
    if (this.began !== undefined) this.leg.tell('listenStop', {}, this.id);
    super.kill(why);
  }

  /** Another party controls the stream. */
  control(status: unknown): void {
    if (status === 'pause' || status === 'silence') this.leg.tell('listenPause', {}, this.id);
    else if (status === 'resume') this.leg.tell('listenResume', {}, this.id);
    else this.end('stopped');
  }

  /** Writes down what is said, if that is wanted, as long as it lasts. */
  private transcribe(): Transcribe | undefined {
    const data = object(this.data.transcribe);
    if (!data) return undefined;
    const { session } = this;
    const place = { id: session.call.journal.next('verb'), parent: this };
    const transcription = new Transcribe(session, { verb: 'transcribe', name: 'transcribe', data }, place);
    void session.call.keepOpen(session.perform(transcription)).catch(() => undefined);
    return transcription;
  }

  private connect(): void {
    const { data, session, leg } = this;
    this.began = session.clock.now();
    const mixType = text(data.mixType) ?? 'mono';
    const metadata: JsonObject = {
      ...(this.metadataOf ? this.metadataOf.raw() : session.info.toJSON()),
      sampleRate: SAMPLE_RATE,
      mixType,
      ...object(data.metadata),
    };
    leg.tell('listen', { url: data.url, mixType, sampling: number(data.sampleRate) ?? SAMPLE_RATE, metadata }, this.id);
  }

  private key(digit: string): void {
    const { data } = this;
    if (data.passDtmf === true) {
      this.leg.tell('listenText', { event: 'dtmf', dtmf: digit, duration: 100 }, this.id);
    }
    if (digit === data.finishOnKey) {
      this.digits = digit;
      this.end('finishOnKey');
    }
  }

  private mediaEvent({ name }: MediaServerEvent): void {
    if (name === 'mod_audio_fork::disconnect') this.end('disconnect');
    else if (name === 'mod_audio_fork::connect_failed' || name === 'mod_audio_fork::error') {
      this.began = undefined;
      this.outcome = 'connect failed';
      this.done.open();
    }
  }

  private end(why: string): void {
    if (this.isFinished) return;
    this.isFinished = true;
    this.outcome = why;
    this.leg.tell('listenStop', {}, this.id);
    this.done.open();
  }

  private async report(seconds?: number): Promise<void> {
    const { session, digits } = this;
    const facts: JsonObject = {
      ...(seconds === undefined ? {} : { dialCallDuration: seconds }),
      ...(digits === undefined ? {} : { digits }),
    };
    const ignoreReply = this.place.parent?.written.verb === 'dial';
    await session.ask(this, 'actionHook', facts, { ignoreReply }).catch(() => undefined);
  }
}

export const listen: VerbKind = { need: 'media', make: Listen };
