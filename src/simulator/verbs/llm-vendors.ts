import { object, text, type JsonObject } from '../json';
import type { ToolCall } from './conversation';

/**
 * What jambonz 0.9 knows of a vendor whose model hears and speaks.
 *
 * @see https://docs.jambonz.org/verbs/verbs/llm, and lib/tasks/llm of jambonz-feature-server 0.9
 */
export interface Vendor {
  /** What it asks of the verb. @returns why it refuses it, in the engine's words */
  check(data: JsonObject): string | undefined;
  /** Types of events that the hook is told of when the verb names none. */
  events: readonly string[];
  /** The event of something that was said. */
  spoken(who: 'caller' | 'model', words: string): JsonObject;
  /** The event of a tool call. */
  called(call: ToolCall): JsonObject;
  /** The body of the tool hook, where it is not the usual one. */
  toolBody?(call: ToolCall): JsonObject;
  /** What a tool's answer must be to reach the model. @returns undefined when it does */
  refuses(answer: unknown): string | undefined;
}

/** @see engine rule: an answer without a type gets one, which is ultravox's whoever the vendor is */
export function inEnvelope(answer: JsonObject, { id }: ToolCall): JsonObject {
  return 'type' in answer ? answer : { ...answer, type: 'client_tool_result', invocation_id: id };
}

const typed = (type: string) => (answer: unknown) =>
  object(answer)?.type === type ? undefined : `the answer needs "type": "${type}"`;

/** `typeof` says "object" of lists and of null as well. */
const isSet = (value: unknown): boolean => typeof value === 'object';

function needsKey(data: JsonObject, vendor: string): string | undefined {
  return object(data.auth)?.apiKey ? undefined : `auth.apiKey is required for ${vendor}`;
}

const options = (data: JsonObject): JsonObject => object(data.llmOptions) ?? {};

const openai: Vendor = {
  check(data) {
    if (data.vendor === 'microsoft' && object(data.auth)?.apiKey && !object(data.connectOptions)?.host) {
      return 'connectionOptions.host is required for Microsoft OpenAI S2S';
    }
    return (
      needsKey(data, 'OpenAI S2S') ??
      (isSet(options(data).response_create)
        ? undefined
        : 'llmOptions with an initial response.create is required for OpenAI S2S')
    );
  },
  events: [
    'error',
    'session.*',
    'conversation.*',
    'input_audio_buffer.*',
    'response.*',
    'rate_limits.updated',
    'output_audio.*',
  ],
  spoken: (who, words) =>
    who === 'model'
      ? { type: 'response.audio_transcript.done', transcript: words }
      : { type: 'conversation.item.input_audio_transcription.completed', transcript: words },
  called: ({ id, name, args }) => ({
    type: 'response.output_item.done',
    item: { type: 'function_call', name, call_id: id, arguments: JSON.stringify(args) },
  }),
  refuses: typed('conversation.item.create'),
};

const deepgram: Vendor = {
  check(data) {
    const missing = needsKey(data, 'VoiceAgent S2S');
    if (missing !== undefined) return missing;
    const settings = options(data).Settings;
    if (!isSet(settings)) return 'llmOptions with an initial Settings is required for VoiceAgent S2S';
    const wanted = (path: string): string => `llmOptions.Settings.${path} is required for VoiceAgent S2S`;
    const agent = object(object(settings)?.agent);
    if (!agent) return wanted('agent');
    const think = object(agent.think);
    if (!think) return wanted('agent.think');
    const provider = object(think.provider);
    if (!provider?.model) return wanted('agent.think.provider.model');
    return provider.type ? undefined : wanted('agent.think.provider.type');
  },
  events: [
    'Error',
    'Welcome',
    'SettingsApplied',
    'ConversationText',
    'UserStartedSpeaking',
    'EndOfThought',
    'AgentThinking',
    'FunctionCallRequest',
    'FunctionCalling',
    'AgentStartedSpeaking',
    'AgentAudioDone',
  ],
  spoken: (who, words) => ({ type: 'ConversationText', role: who === 'model' ? 'assistant' : 'user', content: words }),
  called: ({ id, name, args }) => ({
    type: 'FunctionCallRequest',
    functions: [{ id, name, arguments: JSON.stringify(args), client_side: true }],
  }),
  refuses: typed('FunctionCallResponse'),
};

const ultravox: Vendor = {
  check: (data) => needsKey(data, 'Vendor: Ultravox'),
  events: [
    'createCall',
    'pong',
    'state',
    'transcript',
    'conversationText',
    'clientToolInvocation',
    'playbackClearBuffer',
  ],
  spoken: (who, words) => ({
    type: 'transcript',
    role: who === 'model' ? 'agent' : 'user',
    medium: 'voice',
    text: words,
    final: true,
  }),
  called: ({ id, name, args }) => ({
    type: 'client_tool_invocation',
    toolName: name,
    invocationId: id,
    parameters: args,
  }),
  refuses: typed('client_tool_result'),
};

const elevenlabs: Vendor = {
  check: (data) => (object(data.auth)?.agent_id ? undefined : 'auth.agent_id is required for Elevenlabs S2S'),
  events: ['conversation_initiation_metadata', 'user_transcript', 'agent_response', 'client_tool_call'],
  spoken: (who, words) =>
    who === 'model'
      ? { type: 'agent_response', agent_response_event: { agent_response: words } }
      : { type: 'user_transcript', user_transcription_event: { user_transcript: words } },
  called: ({ id, name, args }) => ({
    type: 'client_tool_call',
    client_tool_call: { tool_name: name, tool_call_id: id, parameters: args },
  }),
  refuses: (answer) => typed('client_tool_result')(object(object(answer)?.data) ?? answer),
};

const google: Vendor = {
  check: (data) =>
    needsKey(data, 'Google S2S') ??
    (isSet(options(data).setup) ? undefined : 'llmOptions with an initial setup is required for Google S2S'),
  events: ['error', 'session.created', 'session.updated'],
  spoken: (who, words) => ({
    type: 'llm_event',
    serverContent: who === 'model' ? { outputTranscription: { text: words } } : { inputTranscription: { text: words } },
  }),
  called: ({ id, name, args }) => ({ type: 'llm_event', toolCall: { functionCalls: [{ name, args, id }] } }),
  toolBody: ({ id, name, args }) => ({
    tool_call_id: 'function_call_id',
    type: 'toolCall',
    functionCalls: [{ name, args, id }],
  }),
  refuses: (answer) => (object(answer)?.toolResponse ? undefined : 'the answer needs "toolResponse"'),
};

/** A vendor that only a newer jambonz knows: nothing has been recorded of it. */
const other: Vendor = {
  check: () => undefined,
  events: ['*'],
  spoken: (who, words) => ({ type: 'transcript', role: who === 'model' ? 'assistant' : 'user', text: words }),
  called: ({ id, name, args }) => ({ type: 'tool_call', id, name, args }),
  refuses: () => undefined,
};

const vendors: Readonly<Record<string, Vendor>> = {
  openai,
  microsoft: openai,
  deepgram,
  voiceagent: deepgram,
  ultravox,
  elevenlabs,
  google,
};

/** The vendor of a verb: what it says, or what it is called after. */
export function vendorName(data: JsonObject, name = ''): string {
  return text(data.vendor) ?? /^(\w+)_s2s$/.exec(name)?.[1] ?? '';
}

export function vendorOf(name: string): Vendor {
  return Object.hasOwn(vendors, name) ? vendors[name]! : other;
}

/** What jambonz 0.9 asks of `llm` beyond the types of its properties. @returns its words when it refuses the verb */
export function refusal(data: JsonObject): string | undefined {
  const name = vendorName(data);
  if (!Object.hasOwn(vendors, name)) return `Unsupported vendor ${name} for LLM`;
  return vendors[name]!.check(data);
}

/**
 * Whether the hook is told of an event.
 *
 * @see engine rule: `all` with a minus before what is not wanted, or the list of what is; `.*` stands for what follows
 */
export function wants(events: unknown, vendor: Vendor, type: string): boolean {
  const listed = Array.isArray(events) ? events.map(String) : undefined;
  if (!listed) return vendor.events.some((pattern) => fits(pattern, type));
  if (listed.includes('all')) {
    const unwanted = listed.filter((pattern) => pattern.startsWith('-')).map((pattern) => pattern.slice(1));
    return !unwanted.some((pattern) => fits(pattern, type));
  }
  return listed.some((pattern) => !pattern.startsWith('-') && fits(pattern, type));
}

function fits(pattern: string, type: string): boolean {
  if (pattern === '*') return true;
  return pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -2)) : pattern === type;
}
