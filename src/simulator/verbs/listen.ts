import type { CallInfo } from '../call-info';
import { number, object, text, type JsonObject } from '../json';
import type { MediaServerEvent } from '../leg';
import { Gate } from '../signal';
import { type Stop, Verb, type VerbKind } from '../verb';

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
    await Promise.race([this.done.passed, this.stop.passed]);
    timer?.cancel();
    stopKeys();
    stopEvents();
    await this.report();
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

  private async report(): Promise<void> {
    const { session, began, digits } = this;
    const facts: JsonObject = {
      ...(began === undefined ? {} : { dialCallDuration: Math.round((session.clock.now() - began) / 1000) }),
      ...(digits === undefined ? {} : { digits }),
    };
    const ignoreReply = this.place.parent?.written.verb === 'dial';
    await session.ask(this, 'actionHook', facts, { ignoreReply }).catch(() => undefined);
  }
}

export const listen: VerbKind = { need: 'media', make: Listen };
