import { list, number, object, text, type JsonObject } from '../json';
import type { MediaServerEvent, Utterance } from '../leg';
import { Recognition } from '../recognition';
import { Gate, Signal } from '../signal';
import { NextVerb, type Stop, Verb, type VerbKind } from '../verb';
import { Timers } from '../timers';

const DEFAULT_TIMEOUT = 15;
/** After the key that ends continuous recognition there may be another transcript on its way. */
const LAST_TRANSCRIPT = 1;

/** How a gather came to its end. */
type Outcome =
  | { reason: 'dtmfDetected'; digits: string }
  | { reason: 'speechDetected' | 'stt-low-confidence'; speech: JsonObject }
  | { reason: 'timeout' }
  | { reason: 'error'; details: JsonObject };

/**
 * Collects keys or speech.
 *
 * @see engine rule: the time limit runs from the end of the prompt, keys do not restart it, and what was typed is lost
 *   when it is over too early
 */
export class Gather extends Verb {
  /** Fires when somebody interrupts: how a gather in the background stops what plays. */
  readonly interrupted = new Signal<void>();
  private readonly done = new Gate<Outcome | undefined>();
  private readonly inputs = list(this.data.input ?? ['digits']);
  private digits = '';
  private transcripts: Utterance[] = [];
  private recognition: Recognition | undefined;
  private prompt: Verb | undefined;
  private isPrompting = false;
  private hasCutIn = false;
  private readonly timers = new Timers<'overall' | 'digits' | 'silence' | 'last' | 'fast'>(this.session.clock);
  private seconds = number(this.data.timeout) ?? DEFAULT_TIMEOUT;
  private stopKeys: (() => void) | undefined;

  async run(): Promise<void> {
    const { data } = this;
    this.refuseUnknownVendor();
    if (data.fillerNoise !== undefined) this.leg.notPlayed('no filler noise is played', this.id);
    const stopEvents = this.leg.media.on((event) => this.mediaEvent(event));
    try {
      const prompt = ['say', 'play'].find((name) => object(data[name]));
      if (prompt) {
        if (data.listenDuringPrompt !== false) this.listen();
        await Promise.race([this.playPrompt(prompt), this.done.passed, this.stop.passed]);
      } else {
        this.listen();
        this.restart();
      }
      const outcome = await Promise.race([this.done.passed, this.stop.passed.then(() => undefined)]);
      this.quiet();
      if (!outcome || this.isStopped()) return;
      this.outcome = outcome.reason;
      this.cutIn();
      await this.report(outcome);
    } finally {
      this.quiet();
      stopEvents();
      this.interrupted.clear();
    }
  }

  override kill(why: Stop): void {
    super.kill(why);
    this.quiet();
  }

  /** There are so many seconds from now on; 0 changes nothing. */
  limit(seconds = DEFAULT_TIMEOUT): void {
    if (seconds <= 0) return;
    this.seconds = seconds;
    this.restart();
  }

  private get hasDigits(): boolean {
    return this.inputs.includes('digits');
  }

  get hasSpeech(): boolean {
    return this.inputs.includes('speech');
  }

  private get asrTimeout(): number {
    return number(object(this.data.recognizer)?.asrTimeout) ?? this.session.speech.asrTimeout ?? 0;
  }

  private refuseUnknownVendor(): void {
    if (!this.hasSpeech) return;
    const { call, speech } = this.session;
    const { vendor } = speech.recognizerFor(this.data.recognizer);
    if (vendor === undefined || call.world.hasVendor(vendor)) return;
    // The engine says so where it looks the vendor up, and where it starts.
    call.alert('no-stt', vendor);
    call.alert('no-stt', vendor);
    throw new NextVerb('no-stt');
  }

  private async playPrompt(name: string): Promise<void> {
    const { session } = this;
    this.prompt = session.make(name, object(this.data[name])!, this);
    this.isPrompting = true;
    // What is wrong with a prompt keeps nobody from being listened to.
    await session.perform(this.prompt).catch(() => undefined);
    if (!this.hasPrompt() || this.isStopped() || this.done.isOpen()) return;
    this.promptOver();
  }

  /** A function, since it changes while something is waited for. */
  private hasPrompt(): boolean {
    return this.isPrompting;
  }

  private promptOver(): void {
    this.isPrompting = false;
    this.listen();
    this.restart();
  }

  private stopPrompt(): void {
    if (!this.isPrompting) return;
    this.isPrompting = false;
    this.prompt?.kill('interrupted');
  }

  /** The prompt stops, or once what else can be heard. */
  private cutIn(): void {
    this.stopPrompt();
    if (this.hasCutIn) return;
    this.hasCutIn = true;
    this.interrupted.fire();
  }

  /** Keys and speech count from now on. */
  private listen(): void {
    const { leg, session, data } = this;
    if (this.stopped || this.done.isOpen()) return;
    this.stopKeys ??= leg.dtmf.on((digit) => this.key(digit));
    if (!this.hasSpeech || this.recognition) return;
    this.recognition = new Recognition(
      leg,
      session.speech.recognizerFor(data.recognizer),
      { interim: true, verb: this.id },
      (utterance) => this.heard(utterance),
    );
  }

  private key(digit: string): void {
    const { data } = this;
    this.timers.cancel('digits');
    if ((data.dtmfBargein ?? this.hasDigits) === true) {
      const wasPrompting = this.isPrompting;
      this.cutIn();
      if (wasPrompting) this.restart();
    } else if (this.isPrompting && this.hasDigits && !this.timers.has('overall')) this.restart();
    if (this.isTermination(digit)) {
      this.timers.cancel('silence');
      this.timers.cancel('overall');
      this.timers.set('last', LAST_TRANSCRIPT * 1000, () => this.resolveSpeech());
      return;
    }
    if (!this.hasDigits) return;
    if (digit === data.finishOnKey) {
      this.resolve({ reason: 'dtmfDetected', digits: this.digits });
      return;
    }
    if (this.digits === '') this.stopRecognition();
    this.digits += digit;
    const { length } = this.digits;
    if (length === data.numDigits || length === data.maxDigits) {
      this.resolve({ reason: 'dtmfDetected', digits: this.digits });
      return;
    }
    const between = number(data.interDigitTimeout) ?? 0;
    if (between > 0 && this.hasEnough) {
      this.timers.cancel('overall');
      this.timers.set('digits', between * 1000, () => this.resolve({ reason: 'dtmfDetected', digits: this.digits }));
    }
  }

  /** @see engine rule: without minDigits there is never enough */
  private get hasEnough(): boolean {
    const min = number(this.data.minDigits);
    return min !== undefined && this.digits.length >= min;
  }

  /** Whether a key says that enough has been said, which only continuous recognition waits for. */
  private isTermination(digit: string): boolean {
    const own = text(object(this.data.recognizer)?.asrDtmfTerminationDigit);
    const key = own ?? this.session.speech.asrDtmfTerminationDigit;
    return digit === key && this.asrTimeout > 0 && this.transcripts.length > 0;
  }

  private heard(utterance: Utterance): void {
    if (this.stopped || this.done.isOpen()) return;
    const least = number(object(this.data.recognizer)?.minConfidence) ?? 0;
    // A recognizer that is not sure of anything yet says 0.
    if (utterance.confidence > 0 && utterance.confidence < least) {
      const speech = this.recognition!.describe([utterance], utterance.isFinal);
      this.resolve({ reason: 'stt-low-confidence', speech });
      return;
    }
    if (utterance.isFinal) this.heardFinal(utterance);
    else this.heardInterim(utterance);
  }

  private heardFinal(utterance: Utterance): void {
    if (utterance.text === '') return;
    this.timers.cancel('fast');
    const isEnough = this.words + countWords(utterance.text) >= this.leastWords;
    this.transcripts.push(this.asrTimeout > 0 ? withoutPunctuation(utterance) : utterance);
    // With bargein, fewer words than that are kept until there are more.
    if (this.asrTimeout <= 0 && this.data.bargein === true && !isEnough) return;
    if (this.asrTimeout > 0 && !this.timers.has('last')) {
      this.timers.cancel('overall');
      this.awaitSilence();
    } else this.resolveSpeech();
  }

  private heardInterim(utterance: Utterance): void {
    const { data, session } = this;
    const words = countWords(utterance.text);
    if (data.bargein === true && this.words + words >= this.leastWords) {
      const wasPrompting = this.isPrompting;
      this.cutIn();
      if (wasPrompting) this.restart();
    }
    if (words > 0 && this.timers.has('overall')) this.restart();
    if (words > 0 && this.timers.has('silence')) this.awaitSilence();
    const fast = number(object(data.recognizer)?.fastRecognitionTimeout) ?? 0;
    if (fast > 0 && words > 0) {
      this.timers.set('fast', fast * 1000, () => {
        this.transcripts.push(utterance);
        this.resolveSpeech();
      });
    }
    if (!data.partialResultHook) return;
    const speech = this.recognition!.describe([utterance], false);
    void session.call
      .keepOpen(session.ask(this, 'partialResultHook', { speech }, { ignoreReply: true }))
      .catch(() => undefined);
  }

  /** Said so far. */
  private get words(): number {
    return this.transcripts.reduce((sum, { text: said }) => sum + countWords(said), 0);
  }

  private get leastWords(): number {
    return number(this.data.minBargeinWordCount) ?? 1;
  }

  private awaitSilence(): void {
    this.timers.set('silence', this.asrTimeout * 1000, () => {
      if (this.transcripts.length > 0) this.resolveSpeech();
      else this.resolve({ reason: 'timeout' });
    });
  }

  private resolveSpeech(): void {
    if (!this.recognition) return;
    this.resolve({ reason: 'speechDetected', speech: this.recognition.describe(this.transcripts, true) });
  }

  private resolve(outcome: Outcome | undefined): void {
    if (this.done.isOpen()) return;
    this.stopPrompt();
    this.done.open(outcome);
    this.quiet();
  }

  /** @see engine rule: with google, and vendors of one's own, a failure of recognition has no hook */
  private mediaEvent({ name, headers }: MediaServerEvent): void {
    if (!this.recognition || !/error/i.test(name)) return;
    const { call, speech } = this.session;
    const { vendor = '' } = speech.recognizerFor(this.data.recognizer);
    call.alert('stt-failure', vendor);
    if (vendor === 'google' || vendor.startsWith('custom')) this.resolve(undefined);
    else this.resolve({ reason: 'error', details: headers });
  }

  /** The time limit runs from now on; 0 is none. */
  private restart(): void {
    const { seconds } = this;
    this.timers.cancel('overall');
    const waits = {
      type: 'wait' as const,
      for: [this.hasDigits && 'digits', this.hasSpeech && 'speech'].filter(Boolean).join(' or ') || 'nothing',
      verb: this.id,
    };
    if (seconds <= 0) {
      this.leg.emit(waits);
      // Continuous recognition, which has a limit of its own, does not wait for ever.
      if (this.asrTimeout > 0) this.awaitSilence();
      return;
    }
    this.leg.emit({ ...waits, until: this.session.call.at(seconds) });
    this.timers.set('overall', seconds * 1000, () => {
      if (this.hasEnough) this.resolve({ reason: 'dtmfDetected', digits: this.digits });
      else if (this.transcripts.length > 0) this.resolveSpeech();
      else this.resolve({ reason: 'timeout' });
    });
  }

  private async report(outcome: Outcome): Promise<void> {
    const { session } = this;
    const { reason, ...facts } = outcome;
    try {
      await session.background.whileAsking(
        () => session.ask(this, 'actionHook', { ...facts, reason }),
        object(this.data.actionHookDelayAction),
      );
    } catch (error) {
      session.call.hookBroke(session.leg, error as Error);
    }
  }

  private stopRecognition(): void {
    this.recognition?.stop();
  }

  private quiet(): void {
    this.timers.clear();
    this.stopPrompt();
    this.stopKeys?.();
    this.stopRecognition();
  }
}

function countWords(said: string): number {
  return said.trim().split(/\s+/).filter(Boolean).length;
}

/** @see engine rule: continuous recognition puts parts together without what ends each */
function withoutPunctuation(utterance: Utterance): Utterance {
  return { ...utterance, text: utterance.text.replace(/[,;:.!?]$/, '') };
}

export const gather: VerbKind = { need: 'media', nested: ['say', 'play'], make: Gather };
