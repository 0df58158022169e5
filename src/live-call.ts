import { randomUUID } from 'node:crypto';
import { plainHeaders } from './headers';
import { hookOf } from './hook';
import { ApiError } from './jambonz-api';
import { asObject } from './new-call';
import { Problem } from './problem';
import { Incomplete } from './server';
import { synthesizer } from './speech';
import { isBlank, type Reader } from './typed-value';

/** The body of a request that changes a live call: one change, and a whisper beside it at most. */
export type CallUpdate = Record<string, unknown>;

/** Actions without fields. */
const PLAIN: Readonly<Record<string, CallUpdate>> = {
  hangup: { call_status: 'completed' },
  cancel: { call_status: 'no-answer' },
  mute: { mute_status: 'mute' },
  unmute: { mute_status: 'unmute' },
  mute_conf: { conf_mute_status: 'mute' },
  unmute_conf: { conf_mute_status: 'unmute' },
  unhold_conf: { conf_hold_status: 'unhold' },
  pause: { listen_status: 'pause' },
  resume: { listen_status: 'resume' },
  silence: { listen_status: 'silence' },
  pause_transcribe: { transcribe_status: 'pause' },
  resume_transcribe: { transcribe_status: 'resume' },
};

type Change = (read: Reader) => CallUpdate | Promise<CallUpdate>;

/** Actions with fields. */
const CHANGES: Readonly<Record<string, Change>> = {
  hold_conf: hold,
  redirect,
  whisper,
  sip_request: sipRequest,
  start_call_recording: startRecording,
  stop_call_recording: (read) => record(read, 'stopCallRecording'),
  pause_call_recording: (read) => record(read, 'pauseCallRecording'),
  resume_call_recording: (read) => record(read, 'resumeCallRecording'),
  send_dtmf: sendKeys,
  tag: async (read) => ({ tag: await object(read, 'tag') }),
  dubAdd: (read) => dub(read, 'addTrack', ['say', 'play']),
  dubRemove: (read) => dub(read, 'removeTrack'),
  dubPlay: (read) => dub(read, 'playOnTrack', ['play']),
  dubSay: (read) => dub(read, 'sayOnTrack', ['say']),
  dubSilence: (read) => dub(read, 'silenceTrack'),
  participant,
  boost,
  media_path: (read) => ({ media_path: option(read, 'mediaPath', MEDIA_PATHS) }),
};

/** Actions with which nothing is whispered, though a tick may have stayed from another action. */
const UNACCOMPANIED = new Set(['whisper', 'hangup', 'cancel']);
const MEDIA_PATHS = ['full-media', 'partial-media', 'no-media'] as const;
const PARTICIPANT_ACTIONS = ['mute', 'unmute', 'hold', 'unhold', 'tag', 'untag', 'coach', 'uncoach'] as const;
/** Those that say which members are meant. */
const TAGGED = new Set(['tag', 'coach']);
const DECIBELS = /^\s*[+-]?\d+(\.\d+)?\s*dB\s*$/i;

/**
 * What the chosen action of lcc asks jambonz for, from the node's fields.
 *
 * @throws ApiError for what jambonz would refuse; it is not asked then
 */
export async function callUpdate(read: Reader): Promise<CallUpdate> {
  const action = String(read.raw('action') ?? '');
  const change = Object.hasOwn(CHANGES, action) ? CHANGES[action] : undefined;
  const plain = Object.hasOwn(PLAIN, action) ? PLAIN[action] : undefined;
  if (!change && !plain) throw new Incomplete('action', { field: 'action', value: read.raw('action') });
  const update = plain ?? (await change!(read));
  if (read.raw('alsoWhisper') !== true || UNACCOMPANIED.has(action)) return update;
  return { ...update, ...(await whisper(read)) };
}

async function hold(read: Reader): Promise<CallUpdate> {
  const music = isBlank(read.raw('waitHook')) ? {} : { wait_hook: hookOf(await read.value('waitHook')) };
  return { conf_hold_status: 'hold', ...music };
}

/** The call, its other leg, or both go on with what other webhooks say. */
async function redirect(read: Reader): Promise<CallUpdate> {
  const child = isBlank(read.raw('childCallHook')) ? undefined : await read.value('childCallHook');
  const children = isBlank(read.raw('childCallHook')) ? {} : { child_call_hook: hookOf(child) };
  if (isBlank(read.raw('callHook')) && !isBlank(child)) return children;
  const hook = await read.value('callHook');
  if (isBlank(hook)) read.problems.push(new Problem('empty', { field: 'callHook', value: read.raw('callHook') }));
  const status = await read.value('callStatusHook');
  return {
    call_hook: hookOf(hook),
    ...children,
    ...(isBlank(status) ? {} : { call_status_hook: hookOf(status) }),
  };
}

/** What only this side of the call hears: a text, or verbs from elsewhere. */
async function whisper(read: Reader): Promise<CallUpdate> {
  if (read.raw('whisperKind') === 'verbs') {
    const verbs = await read.json('whisperVerbs');
    const isDocument = Array.isArray(verbs) ? verbs.length > 0 : asObject(verbs) !== undefined;
    if (!isDocument) throw refusal('verbs', 'whisperVerbs', verbs, 'is no verb');
    return { whisper: verbs };
  }
  const text = await read.render(read.raw('text'), 'text');
  if (text === '') read.problems.push(new Problem('empty', { field: 'text', value: read.raw('text') }));
  const voice = synthesizer(read);
  return { whisper: { verb: 'say', text, ...(voice ? { synthesizer: voice } : {}) } };
}

async function sipRequest(read: Reader): Promise<CallUpdate> {
  const headers = orElse(await read.value('sipRequestHeaders'), {});
  return {
    sip_request: {
      method: orElse(read.raw('sipRequestMethod'), 'INFO'),
      content_type: await filled(read, 'sipRequestContentType'),
      content: await filled(read, 'sipRequestBody'),
      headers,
    },
  };
}

async function startRecording(read: Reader): Promise<CallUpdate> {
  const { record: started } = await record(read, 'startCallRecording');
  const id = await read.value('recordingID');
  const rows = read.raw('siprecHeaders');
  return {
    record: {
      ...(started as object),
      recordingID: isBlank(id) ? randomUUID() : id,
      ...(Array.isArray(rows) && rows.length > 0 ? { headers: plainHeaders(rows) } : {}),
    },
  };
}

/**
 * jambonz wants to know where to, even to stop. Nodes of the official palette have never said it when
 * they stop; versions of jambonz that take it from them go on to get it.
 */
async function record(read: Reader, action: string): Promise<CallUpdate> {
  const kind = read.raw('recordType');
  if (kind === 'cloud') return { record: { action, type: 'cloud' } };
  const url = await read.value('siprecServerURL');
  if (isBlank(url) && (action === 'startCallRecording' || !isBlank(kind)))
    throw refusal('empty', 'siprecServerURL', read.raw('siprecServerURL'), 'has no value');
  return { record: { action, ...(isBlank(url) ? {} : { siprecServerURL: url }) } };
}

async function sendKeys(read: Reader): Promise<CallUpdate> {
  const duration = await read.value('dtmfDuration');
  // 0 as a number is no key for jambonz.
  const digit = String(await filled(read, 'dtmfDigit'));
  return { dtmf: { digit, duration: orElse(duration, '250') } };
}

async function dub(read: Reader, action: string, sounds?: ('say' | 'play')[]): Promise<CallUpdate> {
  const track = await read.value('dubTrack');
  if (!sounds) return { dub: { action, track } };
  const sources: Record<string, unknown> = {};
  for (const sound of sounds) {
    const source = await read.value(sound === 'say' ? 'dubSay' : 'dubPlay');
    if (!isBlank(source)) sources[sound] = source;
  }
  return { dub: { action, track, ...sources, loop: yesOrNo(await read.value('dubLoop')), gain: await gain(read) } };
}

/** Decibels, as a number or as text such as `-5 dB`. */
function gain(read: Reader): unknown {
  const saved = read.raw('dubGain');
  return typeof saved === 'string' && DECIBELS.test(saved) ? saved : read.value('dubGain');
}

function yesOrNo(value: unknown): unknown {
  if (value === 'true') return true;
  return value === 'false' ? false : value;
}

/** What one member of a conference may do, and who hears whom. */
async function participant(read: Reader): Promise<CallUpdate> {
  const action = option(read, 'participantAction', PARTICIPANT_ACTIONS);
  if (!TAGGED.has(action)) return { conferenceParticipantAction: { action } };
  return { conferenceParticipantAction: { action, tag: await filled(read, 'participantTag') } };
}

async function boost(read: Reader): Promise<CallUpdate> {
  const boostAudioSignal = await filled(read, 'boost');
  // jambonz takes 0 for nothing.
  if (Number(boostAudioSignal) === 0) throw refusal('not-zero', 'boost', boostAudioSignal, 'is 0');
  return { boostAudioSignal };
}

async function object(read: Reader, field: string): Promise<object> {
  const value = await read.value(field);
  const result = asObject(value);
  if (!result) throw refusal('object', field, value, 'is no object');
  return result;
}

/** A list that nobody has touched shows, and means, its first choice. */
function option(read: Reader, field: string, choices: readonly [string, ...string[]]): string {
  const value = read.raw(field);
  if (isBlank(value)) return choices[0];
  if (typeof value === 'string' && choices.includes(value)) return value;
  const known = choices.join(', ');
  throw refusal('option', field, value, `is none of ${known}`, { choices: known });
}

/** A field without which jambonz refuses the request. */
async function filled(read: Reader, field: string): Promise<unknown> {
  const value = await read.value(field);
  if (isBlank(value)) throw refusal('empty', field, read.raw(field), 'has no value');
  return value;
}

function orElse(value: unknown, substitute: unknown): unknown {
  return isBlank(value) ? substitute : value;
}

/** What jambonz would refuse; the message goes on with an error message, as after the server's own refusal. */
function refusal(reason: string, field: string, value: unknown, fault: string, facts: object = {}): ApiError {
  return new ApiError(reason, { field, value: value ?? '', detail: `${field} ${fault}`, ...facts });
}
