import type { ApplicationSpeech } from './api';
import type { HeardEvent } from './events';
import { list, number, object, text, type JsonObject } from './json';

/** A voice as the engine holds it; what is undefined was left out when it was set. */
export interface Voice {
  vendor?: string | undefined;
  language?: string | undefined;
  voice?: string | undefined;
}

export interface Recognizer {
  vendor?: string | undefined;
  language?: string | undefined;
}

const GOOGLE: Required<ApplicationSpeech> = {
  synthesizer: { vendor: 'google', language: 'en-US', voice: 'en-US-Standard-C' },
  recognizer: { vendor: 'google', language: 'en-US' },
};

/** The speech settings of a running application: what `config` changes and `reset` brings back. */
export class SessionSpeech {
  readonly application: Required<ApplicationSpeech>;
  synthesizer: Voice;
  recognizer: Recognizer;
  /** Seconds of silence that end continuous recognition, when it is on for every gather. */
  asrTimeout?: number | undefined;
  asrDtmfTerminationDigit?: string | undefined;

  constructor(application: ApplicationSpeech = {}) {
    this.application = { ...GOOGLE, ...application };
    this.synthesizer = { ...this.application.synthesizer };
    this.recognizer = { ...this.application.recognizer };
  }

  /** The application's speech, for a session of its own. */
  fresh(): SessionSpeech {
    return new SessionSpeech(this.application);
  }

  /** What hooks are told about the application's speech. */
  defaults(hasLabels: boolean): JsonObject {
    const { synthesizer, recognizer } = this.application;
    const label = (setting: { label?: string | null }): JsonObject =>
      hasLabels ? { label: setting.label ?? null } : setting.label ? { label: setting.label } : {};
    return {
      synthesizer: {
        vendor: synthesizer.vendor,
        language: synthesizer.language,
        voice: synthesizer.voice,
        ...label(synthesizer),
      },
      recognizer: { vendor: recognizer.vendor, language: recognizer.language, ...label(recognizer) },
    };
  }

  /** @see engine rule: what is left out becomes undefined; 'default' keeps what was */
  setSynthesizer(wanted: JsonObject): void {
    const { synthesizer } = this;
    const set = (name: 'vendor' | 'language' | 'voice'): string | undefined =>
      wanted[name] === 'default' ? synthesizer[name] : text(wanted[name]);
    this.synthesizer = { vendor: set('vendor') ?? synthesizer.vendor, language: set('language'), voice: set('voice') };
  }

  /** @see engine rule: the language stays when it is left out; asrTimeout does not */
  setRecognizer(wanted: JsonObject): void {
    const { recognizer } = this;
    const set = (name: 'vendor' | 'language'): string | undefined =>
      wanted[name] === 'default' || wanted[name] === undefined ? recognizer[name] : text(wanted[name]);
    this.recognizer = { vendor: set('vendor'), language: set('language') };
    this.asrTimeout = number(wanted.asrTimeout);
    this.asrDtmfTerminationDigit = text(wanted.asrDtmfTerminationDigit);
  }

  reset(what: unknown): void {
    const names = list(what);
    if (names.includes('synthesizer')) this.synthesizer = { ...this.application.synthesizer };
    if (names.includes('recognizer')) {
      this.recognizer = { ...this.application.recognizer };
      this.asrTimeout = undefined;
      this.asrDtmfTerminationDigit = undefined;
    }
  }

  /** The voice of one announcement. */
  voiceFor(own: unknown): Voice {
    const wanted = object(own);
    if (!wanted) return this.synthesizer;
    const { synthesizer } = this;
    const choose = (name: 'vendor' | 'language' | 'voice'): string | undefined => {
      const value = text(wanted[name]);
      return value === undefined || value === 'default' ? synthesizer[name] : value;
    };
    return { vendor: choose('vendor'), language: choose('language'), voice: choose('voice') };
  }

  /** The recognizer of one verb. */
  recognizerFor(own: unknown): Recognizer {
    const wanted = object(own);
    const choose = (name: 'vendor' | 'language'): string | undefined => {
      const value = text(wanted?.[name]);
      return value === undefined || value === 'default' ? this.recognizer[name] : value;
    };
    return { vendor: choose('vendor'), language: choose('language') };
  }

  /** What of a voice is not the application's; undefined when all of it is. */
  unlike({ vendor, language, voice }: Voice): NonNullable<HeardEvent['voice']> | undefined {
    const own = this.application.synthesizer;
    if (vendor === own.vendor && language === own.language && voice === own.voice) return undefined;
    return {
      ...(vendor === undefined ? {} : { vendor }),
      ...(language === undefined ? {} : { language }),
      ...(voice === undefined ? {} : { voice }),
    };
  }
}
