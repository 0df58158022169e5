import { at, isObject, put, type JsonObject } from './json-object';
import { Problem } from './problem';
import { knowsVerb, type Platform } from './specification';
import { isBlank } from './typed-value';

/** The verb of a vendor: its own where the version has one. */
export function s2sVerb(vendor: string, platform: Platform): string {
  const own = `${vendor}_s2s`;
  if (knowsVerb(own, platform)) return own;
  return platform === '10' ? 's2s' : 'llm';
}

/** Vendors that are told what model they are, and have it in no other place. */
export function hasModel(vendor: string): boolean {
  return vendor !== 'elevenlabs' && !THINKING.has(vendor);
}

/** What the simple part of the form says. */
export interface Simple {
  instructions?: string;
  greeting?: unknown;
  model?: unknown;
}

type Wording = (options: JsonObject, simple: Simple, platform: Platform) => JsonObject;

/** Vendors whose agent leaves the thinking to a model of somebody else. */
const THINKING = new Set(['deepgram', 'voiceagent']);
const THINK = ['Settings', 'agent', 'think'];
const SPEAK = ['Settings', 'agent', 'speak'];
/** The voice of the vendor's own examples; without any there is no voice at all. */
const VOICE = { provider: { type: 'deepgram', model: 'aura-2-thalia-en' } };

/** Where each vendor wants the instructions. @see https://docs.jambonz.org/verbs/verbs/llm */
const WORDINGS: Record<string, Wording> = {
  openai: (options, simple, platform) => {
    const worded = realtime(options, simple);
    // The released protocol demands a type, which the preview that 0.9 speaks refuses.
    const isReleased = platform === '10' && isObject(worded.session_update) && isBlank(worded.session_update.type);
    return isReleased ? put(worded, ['session_update', 'type'], 'realtime') : worded;
  },
  microsoft: realtime,
  qwen: (options, { instructions, greeting }) => greeted(session(options, instructions), greeting),
  gptlive: (options, { instructions }) => session(options, instructions),
  google: (options, { instructions, greeting }) => {
    const parts = isBlank(instructions) ? undefined : [{ text: instructions }];
    const worded = parts ? put(options, ['setup', 'systemInstruction', 'parts'], parts) : options;
    return isBlank(greeting) ? worded : { ...worded, greeting };
  },
  deepgram: thinking,
  voiceagent: thinking,
  ultravox: (options, { instructions }) =>
    isBlank(instructions) ? options : { ...options, systemPrompt: instructions },
};

/** The vendor's options with what the simple part of the form says; it comes before what they say themselves. */
export function wordedFor(vendor: string, platform: Platform, options: JsonObject, simple: Simple): JsonObject {
  return Object.hasOwn(WORDINGS, vendor) ? WORDINGS[vendor]!(options, simple, platform) : options;
}

/** The first response greets; the session's instructions are for all that follow. */
function realtime(options: JsonObject, { instructions, greeting }: Simple): JsonObject {
  return greeted(session(options, instructions), isBlank(greeting) ? instructions : greeting);
}

function session(options: JsonObject, instructions: string | undefined): JsonObject {
  return isBlank(instructions) ? options : put(options, ['session_update', 'instructions'], instructions);
}

function greeted(options: JsonObject, greeting: unknown): JsonObject {
  return isBlank(greeting) ? options : put(options, ['response_create', 'instructions'], greeting);
}

function thinking(options: JsonObject, { instructions, model }: Simple): JsonObject {
  let worded = options;
  if (!isBlank(instructions)) worded = put(worded, [...THINK, 'prompt'], instructions);
  if (!isBlank(model)) worded = put(worded, [...THINK, 'provider', 'model'], model);
  const hasProvider = at(worded, [...THINK, 'provider', 'model']) !== undefined;
  if (hasProvider && at(worded, [...THINK, 'provider', 'type']) === undefined) {
    worded = put(worded, [...THINK, 'provider', 'type'], 'open_ai');
  }
  return worded !== options && at(worded, SPEAK) === undefined ? put(worded, SPEAK, VOICE) : worded;
}

const KEY = 'auth.apiKey';
const AGENT = 'auth.agent_id';
const PROVIDER = 'llmOptions.Settings.agent.think.provider';

/** What each version demands of a vendor's verb beyond its shape; it refuses the call otherwise. */
const DEMANDS: Record<Platform, Record<string, readonly string[]>> = {
  '0.9': {
    openai: [KEY, 'llmOptions.response_create'],
    microsoft: [KEY, 'connectOptions.host', 'llmOptions.response_create'],
    google: [KEY, 'llmOptions.setup'],
    deepgram: [KEY, `${PROVIDER}.type`, `${PROVIDER}.model`],
    voiceagent: [KEY, `${PROVIDER}.type`, `${PROVIDER}.model`],
    ultravox: [KEY],
    elevenlabs: [AGENT],
  },
  '10': {
    elevenlabs: [AGENT],
    qwen: [KEY],
    gptlive: [KEY, 'llmOptions.session_update'],
  },
};

/** Demanded properties that must be objects. */
const OBJECTS = new Set(['response_create', 'setup', 'session_update']);

/** Why a version would refuse a vendor's verb, whatever its form. */
export function s2sFault(verb: JsonObject, vendor: string, platform: Platform): Problem | undefined {
  const demands = DEMANDS[platform];
  if (platform === '0.9' && !Object.hasOwn(demands, vendor)) {
    return new Problem('jambonz-s2s.problem.vendor', { field: 'vendor', value: vendor, platform });
  }
  for (const field of Object.hasOwn(demands, vendor) ? demands[vendor]! : []) {
    const path = field.split('.');
    const value = at(verb, path);
    if (OBJECTS.has(path.at(-1)!) ? isObject(value) : typeof value === 'string' && value !== '') continue;
    const reason = path[0] === 'auth' ? 'key' : 'option';
    return new Problem(`jambonz-s2s.problem.${reason}`, { field, value: value ?? '', vendor, platform });
  }
  return undefined;
}
