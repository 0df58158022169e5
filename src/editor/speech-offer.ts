import { listOf, serverFor } from './account';
import type { Answer } from './ask';
import type { Choice } from './combobox';
import type { Form } from './form';

export type Voice = [id: string, name?: string];
export type Language = [code: string, name: string, voices?: Voice[]];
/** Speaking or listening. */
export type Use = 'tts' | 'stt';

/** `resources/speech.json`: what jambonz's server offers; a voice without a name is called by its id. */
interface Speech {
  vendors: Record<string, string>;
  tts: Record<string, Language[]>;
  stt: Record<string, Language[]>;
  ttsModels: Record<string, string[]>;
  sttModels: Record<string, string[]>;
}

/** A speech service that the account has credentials for. */
interface Credential {
  vendor?: string;
  label?: string;
  tts: boolean;
  stt: boolean;
}

let loaded: Speech | undefined;
let loading: JQuery.jqXHR<Speech> | undefined;

/** Once per editor, when the first dialog needs it. */
function load(): JQuery.jqXHR<Speech> {
  loading ??= $.getJSON('resources/@callflows/node-red-jambonz/speech.json') as JQuery.jqXHR<Speech>;
  return loading
    .done((data) => {
      loaded = data;
    })
    .fail(() => {
      loading = undefined;
    });
}

/**
 * What the pickers of one dialog offer: what jambonz knows, and before it what the account of the
 * flow's server has, as soon and as far as that can be had.
 */
export class SpeechOffer {
  private credentials: Credential[] = [];
  private readonly own = new Map<string, Record<Use, Language[]>>();
  private readonly server: string;

  constructor(
    form: Form,
    private readonly text: (key: string) => string,
    private readonly refresh: () => void,
  ) {
    this.server = serverFor(form);
  }

  /** The built-in lists; fails when they cannot be had. */
  ready(): JQuery.jqXHR {
    return load();
  }

  /** Asks for the account's vendors, and for the languages of those that are chosen. */
  async ask(chosen: string[]): Promise<void> {
    if (this.server === '') return;
    const answer = await listOf<Answer<{ items: Credential[] }>>(this.server, 'speech');
    if (!answer.ok) return;
    this.credentials = answer.items.filter(({ vendor }) => vendor);
    this.refresh();
    await Promise.all(chosen.map((vendor) => this.askVendor(vendor)));
  }

  /** Asks for the languages and voices of one of the account's vendors. */
  async askVendor(vendor: string): Promise<void> {
    const credentials = this.credentials.filter((one) => one.vendor === vendor);
    if (credentials.length === 0 || this.own.has(vendor)) return;
    const label = credentials.some((one) => !one.label) ? '' : (credentials[0]!.label ?? '');
    const query = { vendor, label };
    const answer = await listOf<Answer<{ items: Record<Use, Language[]>[] }>>(this.server, 'voices', query);
    if (!answer.ok || !answer.items[0]) return;
    this.own.set(vendor, answer.items[0]);
    this.refresh();
  }

  /** Some vendors have models only: their languages and voices are typed. */
  vendors(use: Use): Choice[] {
    const names = loaded?.vendors ?? {};
    const own = new Set(this.credentials.filter((one) => one[use]).map(({ vendor }) => vendor!));
    const known = loaded ? Object.keys({ ...loaded[use], ...loaded[`${use}Models`] }) : [];
    const choices = (vendors: Iterable<string>, group: string): Choice[] =>
      [...vendors].sort().map((value) => ({ value, name: names[value], ...(own.size > 0 && { group }) }));
    return [
      ...choices(own, this.text('common.speech.own')),
      ...choices(
        known.filter((vendor) => !own.has(vendor)),
        this.text('common.speech.others'),
      ),
    ];
  }

  languages(use: Use, vendor: string): Choice[] {
    return merged(this.both(use, vendor));
  }

  /** The voices of a language; all of the vendor's where they are not tied to a language. */
  voices(vendor: string, language: string | undefined): Choice[] {
    const languages = this.both('tts', vendor);
    const fitting = merged(languages.filter(([code]) => code === language).flatMap(([, , voices = []]) => voices));
    return fitting.length > 0 ? fitting : merged(languages.flatMap(([, , voices = []]) => voices));
  }

  private both(use: Use, vendor: string): Language[] {
    return [...(this.own.get(vendor)?.[use] ?? []), ...(loaded?.[use][vendor] ?? [])];
  }
}

/** What comes first wins. */
function merged(entries: readonly [value: string, name?: string, ...rest: unknown[]][]): Choice[] {
  const names = new Map<string, string | undefined>();
  for (const [value, name] of entries) if (!names.has(value)) names.set(value, name);
  return [...names].map(([value, name]) => ({ value, name }));
}
