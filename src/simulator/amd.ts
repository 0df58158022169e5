import { Timers } from './timers';
import { list, number, object, type JsonObject } from './json';
import type { Leg, MediaServerEvent, Utterance } from './leg';
import { Recognition } from './recognition';
import type { Hook } from './requestor';
import type { Asker, Session } from './session';

const DEFAULTS = {
  noSpeechTimeoutMs: 5000,
  decisionTimeoutMs: 15_000,
  toneTimeoutMs: 20_000,
  greetingCompletionTimeoutMs: 2000,
};
/** How long it waits for a machine to go on after its tone. */
const AFTER_TONE_MS = 1000;
/** From so many words on it is a machine. */
const MANY_WORDS = 9;

/** Finds out whether a person or a machine has answered. */
export class Amd {
  private recognition: Recognition | undefined;
  private stopEvents: (() => void) | undefined;
  private readonly timers: Timers<'noSpeech' | 'decision' | 'tone' | 'greeting'>;
  private decision: 'human' | 'machine' | undefined;
  private hasBeeped = false;
  private isOver = false;

  /**
   * @param leg - whose voice it listens to; hooks are about the session's leg all the same
   * @param asker - the verb that asked for it
   */
  constructor(
    private readonly session: Session,
    private readonly leg: Leg,
    private readonly options: JsonObject,
    private readonly asker: Asker,
  ) {
    this.timers = new Timers(session.clock);
  }

  start(): void {
    const { leg, session, options } = this;
    this.recognition = new Recognition(
      leg,
      session.speech.recognizerFor(options.recognizer),
      { interim: true, bug: 'amd_bug', isAttached: true },
      (utterance) => this.heard(utterance),
    );
    this.stopEvents = leg.media.on((event) => this.mediaEvent(event));
    this.timers.set('noSpeech', this.timeout('noSpeechTimeoutMs'), () => this.conclude('amd_no_speech_detected'));
    this.timers.set('decision', this.timeout('decisionTimeoutMs'), () => this.conclude('amd_decision_timeout'));
    this.timers.set('tone', this.timeout('toneTimeoutMs'), () => this.conclude());
    leg.hungUp.on(() => this.stop());
  }

  stop(): void {
    this.isOver = true;
    this.timers.clear();
    this.recognition?.stop();
    this.stopEvents?.();
  }

  /** Whoever listens is not wanted any more, though nothing was decided, or the machine still speaks. */
  giveUp(): void {
    this.conclude();
  }

  private timeout(name: keyof typeof DEFAULTS): number {
    return number(object(this.options.timers)?.[name]) ?? DEFAULTS[name];
  }

  private heard({ text, isFinal, language }: Utterance): void {
    if (this.isOver || text === '') return;
    this.timers.cancel('noSpeech');
    if (!this.decision) this.decide(text, isFinal, language);
    this.waitForSilence();
  }

  private waitForSilence(): void {
    if (this.decision === 'machine') {
      const ms = this.hasBeeped ? AFTER_TONE_MS : this.timeout('greetingCompletionTimeoutMs');
      this.timers.set('greeting', ms, () => this.conclude('amd_machine_stopped_speaking'));
    }
  }

  private decide(greeting: string, isFinal: boolean, heardAs: string | undefined): void {
    const words = greeting.trim().split(/\s+/).length;
    const language = heardAs ?? this.session.speech.recognizerFor(this.options.recognizer).language;
    const many = number(this.options.thresholdWordCount) ?? MANY_WORDS;
    const digits = number(this.options.digitCount) ?? 0;
    const isNumber = digits > 0 && new RegExp(`[0-9]{${digits}}`).test(greeting);
    if (isNumber || words >= many) {
      const reason = isNumber ? 'digit count' : 'long greeting';
      this.decision = 'machine';
      this.timers.cancel('decision');
      this.tell({ type: 'amd_machine_detected', reason, greeting, language });
    } else if (isFinal) {
      this.decision = 'human';
      this.conclude('amd_human_detected', { reason: 'short greeting', greeting, language });
    }
  }

  private mediaEvent({ name, headers }: MediaServerEvent): void {
    if (name !== 'avmd::beep') return;
    this.timers.cancel('tone');
    this.hasBeeped = true;
    this.tell({
      type: 'amd_tone_detected',
      frequency: Math.trunc(Number(headers.Frequency)),
      variance: Math.trunc(Number(headers['Frequency-variance'])),
    });
  }

  /** @see engine rule: when no tone came for long enough, or the dial is over, it only stops */
  private conclude(type?: string, facts: JsonObject = {}): void {
    if (this.isOver) return;
    this.stop();
    if (type !== undefined) this.tell({ type, ...facts });
    this.tell({ type: 'amd_stopped' });
  }

  private tell(facts: JsonObject): void {
    const { session, asker } = this;
    const [hook] = list(this.options.actionHook) as Hook[];
    if (hook === undefined) return;
    void session.call.keepOpen(session.ask(asker, 'actionHook', facts, { hook })).catch(() => undefined);
  }
}
