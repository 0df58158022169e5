import { object, type JsonObject } from '../json';
import type { Leg, Utterance } from '../leg';
import { Recognition } from '../recognition';
import type { Session } from '../session';
import { type Stop, Verb, type VerbKind } from '../verb';

/** Writes down what is said. @see engine rule: as a verb of its own it goes on until the call or the application ends */
export class Transcribe extends Verb {
  private readonly recognitions: Recognition[] = [];
  /** The other leg, when it runs for a dial. */
  otherLeg?: Leg;

  async run(): Promise<void> {
    this.listen();
    this.leg.emit({ type: 'wait', for: 'speech', verb: this.id });
    const why = await this.stop.passed;
    this.deafen();
    if (!this.place.parent && why !== 'hangup') await lastTranscript(this.session);
  }

  override kill(why: Stop): void {
    super.kill(why);
    this.deafen();
  }

  /** Pauses and goes on, as the REST API wants it; anything else is passed over. */
  control(status: unknown): void {
    if (this.isStopped()) return;
    if (status === 'pause') this.deafen();
    else if (status === 'resume') {
      this.deafen();
      this.listen();
    }
  }

  /** Whether it runs along with a verb, whose application stays as it is. */
  private get isPart(): boolean {
    return ['dial', 'listen'].includes(this.place.parent?.written.verb ?? '');
  }

  private listen(): void {
    const { data, session } = this;
    const wanted = object(data.recognizer);
    const recognizer = session.speech.recognizerFor(wanted);
    for (const leg of [this.leg, this.otherLeg]) {
      if (!leg) continue;
      const recognition: Recognition = new Recognition(
        leg,
        recognizer,
        { interim: wanted?.interim === true, verb: this.id, isAttached: leg !== this.leg },
        (utterance) => this.heard(utterance, recognition, wanted),
      );
      this.recognitions.push(recognition);
    }
  }

  private deafen(): void {
    for (const recognition of this.recognitions.splice(0)) recognition.stop();
  }

  private heard(utterance: Utterance, recognition: Recognition, recognizer: JsonObject | undefined): void {
    if (this.stopped || utterance.text === '') return;
    if (!utterance.isFinal && recognizer?.interim !== true) return;
    const { session } = this;
    const facts = { b3: NO_TRACE, speech: recognition.describe([utterance], utterance.isFinal) };
    void session.call
      .keepOpen(session.ask(this, 'transcriptionHook', facts, { raw: true, ignoreReply: this.isPart }))
      .catch(() => undefined);
  }
}

const LAST_TRANSCRIPT_MS = 1500;

/** Waits for what is still being recognized when transcription ends. */
export function lastTranscript({ clock }: Session): Promise<void> {
  return new Promise((resolve) => clock.after(LAST_TRANSCRIPT_MS, resolve));
}

const NO_TRACE = `${'0'.repeat(32)}-${'0'.repeat(16)}-1`;

export const transcribe: VerbKind = { need: 'media', make: Transcribe };
