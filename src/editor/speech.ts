import { combobox, type Choice } from './combobox';
import type { Form } from './form';
import { SpeechOffer } from './speech-offer';

/** Stands for the setting of the jambonz application. */
const DEFAULT = 'default';
/** Whose languages are offered while the vendor is the application's. */
const FALLBACK = 'google';

/** What a field is for, from its `data-speech`. */
type Kind = 'tts-vendor' | 'tts-language' | 'tts-voice' | 'stt-vendor' | 'stt-language';

class Picker {
  /** The field that this one's choices depend on. */
  parent?: Picker;
  child?: Picker;
  private readonly kind: Kind;
  private last: string;
  private readonly redraw: () => void;

  constructor(
    readonly input: HTMLInputElement,
    private readonly offer: SpeechOffer,
    private readonly text: (key: string) => string,
  ) {
    this.kind = input.dataset.speech as Kind;
    this.last = input.value;
    this.redraw = combobox(input, () => this.choices(), text('common.speech.list'));
    $(input).on('change', () => this.changed());
  }

  get value(): string {
    return this.input.value.trim();
  }

  private get isKnown(): boolean {
    return this.known().some(({ value }) => value === this.value);
  }

  refresh(): void {
    this.redraw();
    this.reveal();
  }

  get vendor(): string {
    const { vendor } = this.input.dataset;
    if (vendor) return vendor;
    return this.parent ? this.parent.vendor : this.value;
  }

  private choices(): Choice[] {
    // The language of a fixed vendor's own service has no setting in the application.
    if (this.input.dataset.vendor) return this.known();
    return [{ value: DEFAULT, name: this.text('common.speech.default') }, ...this.known()];
  }

  /** What the list knows for the chosen vendor and language. */
  private known(): Choice[] {
    const { offer, vendor } = this;
    switch (this.kind) {
      case 'tts-vendor':
        return offer.vendors('tts');
      case 'stt-vendor':
        return offer.vendors('stt');
      case 'tts-language':
        return offer.languages('tts', vendor);
      case 'stt-language':
        return offer.languages('stt', isDefault(vendor) ? FALLBACK : vendor);
      case 'tts-voice':
        return offer.voices(vendor, this.parent?.value);
    }
  }

  /** The user chose something else: what depends on it follows. Opening a dialog changes nothing. */
  private changed(): void {
    if (this.input.value === this.last) return;
    this.last = this.input.value;
    const { child, vendor } = this;
    if (!child) return;
    void this.offer.ready().always(() => {
      child.follow();
      const { value } = child;
      // The account's own list comes later; by then the user may have chosen.
      void this.offer.askVendor(vendor).then(() => {
        if (this.vendor === vendor && child.value === value) child.follow();
      });
    });
  }

  /** Takes a value that fits, unless the present one does or the list does not know better. */
  private follow(): void {
    const choice = this.fitting();
    if (choice !== undefined && choice !== this.value) {
      // `last` stays behind, so that the change goes on to this field's own child.
      $(this.input).val(choice).trigger('change');
    } else {
      this.child?.follow();
    }
    this.refresh();
  }

  private fitting(): string | undefined {
    if (isDefault(this.vendor)) return this.kind === 'tts-voice' || this.kind === 'tts-language' ? DEFAULT : undefined;
    if (this.kind === 'tts-voice' && isDefault(this.parent?.value ?? '')) return DEFAULT;
    const known = this.known();
    if (known.length === 0 || this.isKnown) return undefined;
    // A language that the list does not have may go with any voice.
    if (this.kind === 'tts-voice') return this.parent?.isKnown ? known[0]?.value : undefined;
    if (isDefault(this.value)) return undefined;
    const [base] = this.value.toLowerCase().split(/[-_]/);
    return known.find(({ value }) => value.toLowerCase().split(/[-_]/)[0] === base)?.value ?? DEFAULT;
  }

  /** The application's vendor brings its own language and voice. */
  private reveal(): void {
    if (!this.kind.startsWith('tts-') || !this.parent) return;
    const needed = !isDefault(this.vendor) || !isDefault(this.value);
    $(this.input).closest('.form-row').toggleClass('jambonz-hidden', !needed);
  }
}

function isDefault(value: string): boolean {
  return value === '' || value === DEFAULT;
}

/**
 * Makes a picker of every `<input data-speech="tts-vendor">`; the other kinds are `tts-language`,
 * `tts-voice`, `stt-vendor` and `stt-language`. A language names its vendor's property in `data-of`,
 * a voice its language's; `data-vendor` fixes the vendor instead. Each one writes its own field only.
 */
export function prepareSpeech(form: Form): void {
  const text = (key: string): string => form.node._(key);
  const offer = new SpeechOffer(form, text, () => refresh());
  const pickers = new Map(
    form
      .marked('data-speech')
      .map(({ input, property }) => [property, new Picker(input[0] as HTMLInputElement, offer, text)]),
  );
  if (pickers.size === 0) return;
  for (const picker of pickers.values()) {
    const parent = pickers.get(picker.input.dataset.of ?? '');
    if (!parent) continue;
    picker.parent = parent;
    parent.child = picker;
  }
  const refresh = (): void => {
    for (const picker of pickers.values()) picker.refresh();
  };
  refresh();
  void offer.ready().done(refresh);
  void offer.ask([...pickers.values()].map(({ vendor }) => vendor));
}
