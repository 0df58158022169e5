import type { JsonObject } from './json';
import type { Leg, Utterance } from './leg';
import type { Recognizer } from './speech';

/** Recognition of what a party says, while it is on. */
export class Recognition {
  private readonly stopListening: () => void;
  private isOn = true;

  constructor(
    private readonly leg: Leg,
    private readonly recognizer: Recognizer,
    private readonly options: {
      interim: boolean;
      bug?: string;
      verb?: number;
      /** Of a leg that takes its recognition with it when it goes. */
      isAttached?: boolean;
    },
    heard: (utterance: Utterance) => void,
  ) {
    const { interim, bug, verb } = options;
    const { vendor, language } = recognizer;
    leg.tell('stt start', { vendor, language, interim, ...(bug === undefined ? {} : { bug }) }, verb);
    this.stopListening = leg.speech.on((utterance) => {
      if (utterance.machine !== undefined && utterance.machine !== (bug !== undefined)) return;
      heard(utterance);
    });
  }

  stop(): void {
    if (!this.isOn) return;
    this.isOn = false;
    this.stopListening();
    const { bug, verb, isAttached } = this.options;
    if (!this.leg.isOver || !isAttached) this.leg.tell('stt stop', bug === undefined ? {} : { bug }, verb);
  }

  /** What hooks are told of something that was said. */
  describe(utterances: readonly Utterance[], isFinal: boolean): JsonObject {
    const confidence = utterances.reduce((sum, utterance) => sum + utterance.confidence, 0) / utterances.length;
    const transcript = utterances.map(({ text }) => text).join(' ');
    const language = utterances[0]?.language ?? this.recognizer.language;
    const alternatives = [{ confidence: Math.round(confidence * 1e6) / 1e6, transcript }];
    return {
      languageCode: language,
      channelTag: 1,
      isFinal,
      alternatives,
      vendor: { name: this.recognizer.vendor, evt: { isFinal, languageCode: language, alternatives } },
    };
  }
}
