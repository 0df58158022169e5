/** What a browser calls the recognition of speech; not every one has it, and TypeScript does not know it. */
interface Recognition {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  onresult: ((event: { resultIndex: number; results: ArrayLike<ArrayLike<{ transcript: string }>> }) => void) | null;
  onend: (() => void) | null;
  onerror: ((event: { error: string }) => void) | null;
  start(): void;
  stop(): void;
}

interface Browser {
  SpeechRecognition?: new () => Recognition;
  webkitSpeechRecognition?: new () => Recognition;
}

const makeRecognition = (window as Browser).SpeechRecognition ?? (window as Browser).webkitSpeechRecognition;

/** The browser's voice; silent until it is switched on. */
export class Voice {
  static readonly isThere = 'speechSynthesis' in window;
  isOn = false;

  switch(isOn: boolean): void {
    this.isOn = isOn && Voice.isThere;
    if (!this.isOn) this.hush();
  }

  speak(words: string, language: string | undefined): void {
    if (!this.isOn || words.trim() === '') return;
    // Markup is for the speech service.
    const speech = new SpeechSynthesisUtterance(words.replace(/<[^>]*>/g, ' '));
    if (language) speech.lang = language;
    speechSynthesis.speak(speech);
  }

  hush(): void {
    if (Voice.isThere) speechSynthesis.cancel();
  }
}

/** The browser's microphone; closed until it is switched on. */
export class Ear {
  static readonly isThere = makeRecognition !== undefined;
  private recognition: Recognition | undefined;

  constructor(
    private readonly heard: (words: string) => void,
    private readonly failed: () => void,
  ) {}

  switch(isOn: boolean): void {
    if (!isOn || !makeRecognition) {
      const old = this.recognition;
      this.recognition = undefined;
      old?.stop();
      return;
    }
    const recognition = new makeRecognition();
    recognition.lang = navigator.language;
    recognition.continuous = true;
    recognition.interimResults = false;
    recognition.onresult = ({ resultIndex, results }) => {
      for (let index = resultIndex; index < results.length; index++) {
        const words = results[index]?.[0]?.transcript.trim();
        if (words) this.heard(words);
      }
    };
    // The browser stops by itself after a silence.
    recognition.onend = () => {
      if (this.recognition === recognition) recognition.start();
    };
    recognition.onerror = ({ error }) => {
      if (error === 'no-speech' || error === 'aborted') return;
      this.switch(false);
      this.failed();
    };
    this.recognition = recognition;
    recognition.start();
  }
}
