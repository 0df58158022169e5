import { isBlank, type Later, type Reader } from './typed-value';

/** A field that is `default`, or absent in an older flow, leaves the choice to the jambonz application. */
function isDefault(vendor: unknown): boolean {
  return isBlank(vendor) || vendor === 'default';
}

/**
 * The voice that speaks: `{vendor, language, voice}`.
 * @returns undefined when the application's own voice is wanted
 */
export function synthesizer(read: Reader): object | undefined {
  const vendor = read.raw('vendor');
  return isDefault(vendor) ? undefined : { vendor, language: read.raw('lang'), voice: read.raw('voice') };
}

/** The voice for the rest of the call; `default` stands for the application's, and is sent as such. */
export function configSynthesizer(read: Reader): object {
  const [vendor, language, voice] = ['vendor', 'lang', 'voice'].map((field) => read.raw(field) ?? 'default');
  return { vendor, language, voice };
}

/** What recognises speech for the rest of the call. */
export async function configRecognizer(read: Reader): Promise<object> {
  const recognizer = base(read);
  if (recognizer.vendor === 'google') {
    const words = await hints(read);
    return {
      ...recognizer,
      profanityFilter: read.raw('profanityfilter'),
      // An empty list would undo the hints of an earlier config.
      hints: words.length > 0 ? words : undefined,
      naicsCode: await read.count('naics'),
      altLanguages: await altLanguages(read),
    };
  }
  if (recognizer.vendor !== 'aws') return recognizer;
  return { ...recognizer, ...(await vocabulary(read)), identifyChannels: read.raw('identifyChannels') };
}

/** A speech service as the fields of a node say, without what is left to the jambonz application. */
export function chosenSpeech(read: Reader, fields: Record<string, string>): Record<string, unknown> | undefined {
  const chosen = Object.entries(fields)
    .map(([property, field]) => [property, read.raw(field)] as const)
    .filter(([, value]) => !isDefault(value));
  // jambonz wants a vendor beside a language.
  return chosen.length > 0 ? { vendor: 'default', ...Object.fromEntries(chosen) } : undefined;
}

/** What recognises speech in a gather: vendor, language and the vendor's own options. */
export async function gatherRecognizer(read: Reader): Promise<object> {
  const recognizer = base(read);
  if (recognizer.vendor === 'google') {
    return {
      ...recognizer,
      profanityFilter: read.raw('profanityfilter') ?? false,
      hints: await hints(read),
      naicsCode: await read.count('naics'),
      altLanguages: await altLanguages(read),
    };
  }
  return recognizer.vendor === 'aws' ? { ...recognizer, ...(await vocabulary(read)) } : recognizer;
}

/**
 * What transcribes a call in the background (dial and listen).
 *
 * @param stereo - the two channels of the audio can be told apart
 */
export async function transcriptionRecognizer(read: Reader, stereo: boolean): Promise<object> {
  const recognizer = {
    ...base(read),
    interim: read.raw('interim'),
    separateRecognitionPerChannel: stereo && read.raw('separaterecog') === true,
    diarization: read.raw('diarization'),
  };
  if (recognizer.vendor === 'google') {
    return {
      ...recognizer,
      profanityFilter: read.raw('profanityfilter'),
      hints: await hints(read),
      punctuation: read.raw('punctuation'),
      enhancedModel: read.raw('useenhanced'),
      words: read.raw('words'),
      interactionType: read.raw('interactiontype'),
      diarizationMinSpeakers: recognizer.diarization ? await read.count('diarizationmin') : undefined,
      diarizationMaxSpeakers: recognizer.diarization ? await read.count('diarizationmax') : undefined,
      naicsCode: await read.count('naics'),
      altLanguages: await altLanguages(read),
    };
  }
  return recognizer.vendor === 'aws' ? { ...recognizer, ...(await vocabulary(read)) } : recognizer;
}

/** `{transcriptionHook, recognizer}`, or undefined when no hook is set. */
export async function transcribe(read: Reader, stereo: boolean): Promise<object | undefined> {
  const hook = read.named('transcriptionhook', 'transcribeurl');
  if (isBlank(read.raw(hook))) return undefined;
  return { transcriptionHook: await read.value(hook), recognizer: await transcriptionRecognizer(read, stereo) };
}

/**
 * What recognises an answering machine's greeting.
 * @returns undefined when the application's own recognizer is wanted
 */
export function amdRecognizer(read: Reader): object | undefined {
  const vendor = read.raw('amd_recognizer_vendor');
  return isDefault(vendor) ? undefined : { vendor, language: read.raw('amd_recognizer_lang') };
}

/** Releases before 2.2.66 had one vendor for both directions, and other names for language and hints. */
function base(read: Reader): { vendor: unknown; language: unknown } {
  const vendor = read.raw(read.named('transcriptionvendor', 'vendor'));
  const language = read.raw(read.named('recognizerlang', 'transcribelang'));
  return { vendor: vendor ?? 'default', language: language ?? 'default' };
}

function hints(read: Reader): Later<unknown[]> {
  return read.list(read.named('transcriptionhints', 'recognizerhints'));
}

async function altLanguages(read: Reader): Promise<unknown[] | undefined> {
  const languages = await read.list(read.named('recognizeraltlang', 'altLanguages'));
  return languages.length > 0 ? languages : undefined;
}

async function vocabulary(read: Reader): Promise<object> {
  const name = await read.value('vocabularyname');
  const filter = await read.value('vocabularyfiltername');
  return {
    vocabularyName: isBlank(name) ? undefined : name,
    vocabularyFilterName: isBlank(filter) ? undefined : filter,
    filterMethod: read.raw(read.named('vocabularyfiltermethod', 'filtermethod')),
  };
}
