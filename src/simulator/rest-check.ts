import { isObject, object, text, type JsonObject } from './json';

/**
 * What jambonz's API server refuses before it passes a request on, in its words.
 *
 * @see recorded of api-server 0.9.6
 */

const SPEECH = [
  'speech_synthesis_vendor',
  'speech_synthesis_language',
  'speech_synthesis_voice',
  'speech_recognizer_vendor',
  'speech_recognizer_language',
] as const;

/** Where each kind of target has its address. */
const ADDRESS: Readonly<Record<string, string>> = { phone: 'number', teams: 'number', user: 'name', sip: 'sipUri' };

/** @returns why a new call is refused */
export function newCallFault(body: JsonObject, hasApplication: (sid: string) => boolean): string | undefined {
  const { from, to, application_sid: sid } = body;
  if (!from) return 'missing from parameter';
  const address = isObject(to) ? to[ADDRESS[String(to.type)] ?? ''] : undefined;
  if (typeof address !== 'string' || address === '') return `missing or invalid to property: ${JSON.stringify(to)}`;
  if (sid) return hasApplication(String(sid)) ? undefined : `application_sid not found ${String(sid)}`;
  if (!body.call_hook) return 'either call_hook or application_sid required';
  for (const name of ['call_hook', 'call_status_hook']) {
    const hook = body[name];
    if (hook === undefined || hook === null) continue;
    const url = isObject(hook) ? text(hook.url) : text(hook);
    if (url === undefined) return `${name} must be string or an object containing a url property`;
    if (!/^(https?|wss?):/.test(url)) return `${name} url be an absolute url`;
  }
  if (SPEECH.every((name) => body[name])) return undefined;
  return `either application_sid or set of ${SPEECH.join(', ')} required`;
}

const oneOf =
  (name: string, ...allowed: string[]) =>
  (value: unknown): string | undefined =>
    allowed.includes(String(value)) && typeof value === 'string' ? undefined : `invalid ${name}`;

/** What a call can be changed by, one at a time, and what each asks of its value. */
const CHANGES: Readonly<Record<string, (value: unknown) => string | undefined>> = {
  call_hook: () => undefined,
  child_call_hook: () => undefined,
  call_status: oneOf('call_status', 'completed', 'no-answer'),
  listen_status: oneOf('listen_status', 'pause', 'silence', 'resume'),
  transcribe_status: () => undefined,
  mute_status: oneOf('mute_status', 'mute', 'unmute'),
  conf_mute_status: oneOf('conf_mute_status', 'mute', 'unmute'),
  conf_hold_status: oneOf('conf_hold_status', 'hold', 'unhold'),
  sip_request: (value) => {
    const { method, content_type, content } = object(value) ?? {};
    return method && content_type && content
      ? undefined
      : 'sip_request requires method, content_type and content properties';
  },
  record: (value) => {
    const { action, type, siprecServerURL } = object(value) ?? {};
    if (!action) return 'record requires action property';
    return type === 'cloud' || siprecServerURL
      ? undefined
      : 'record requires siprecServerURL property when starting recording';
  },
  tag: (value) => (isObject(value) ? undefined : 'invalid tag data'),
  dtmf: (value) => (object(value)?.digit ? undefined : 'invalid dtmf'),
  conferenceParticipantAction: participant,
  dub: () => undefined,
  boostAudioSignal: () => undefined,
  media_path: oneOf('media_path', 'no-media', 'partial-media', 'full-media'),
};

function participant(value: unknown): string | undefined {
  const { action, tag } = object(value) ?? {};
  const name = String(action);
  if (!['tag', 'untag', 'coach', 'uncoach', 'mute', 'unmute', 'hold', 'unhold'].includes(name)) {
    return `conferenceParticipantAction invalid action property ${name}`;
  }
  return (name === 'tag' || name === 'coach') && !tag
    ? `conferenceParticipantAction requires tag property when action is '${name}'`
    : undefined;
}

/** @returns why a change of a call is refused: exactly one of the options, besides a whisper and a pair of hooks */
export function changeFault(body: JsonObject): string | undefined {
  const given = Object.keys(CHANGES).filter((name) => body[name]);
  const isPair = given.length === 2 && given.includes('call_hook') && given.includes('child_call_hook');
  if (given.length === 0 && !body.whisper) return 'no valid options supplied to updateCall';
  if (given.length > 1 && !isPair) return 'multiple options are not allowed in updateCall';
  if (body.call_status_hook && !body.call_hook) {
    return 'call_status_hook can be updated only when call_hook is also being updated';
  }
  for (const name of given) {
    const fault = CHANGES[name]!(body[name]);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** @returns why a message is refused */
export function messageFault({ from, to, text: words, media }: JsonObject): string | undefined {
  if (!from) return 'missing from property';
  if (!to) return 'missing to property';
  return words || media ? undefined : 'either text or media required in outbound message';
}

const MOST_ON_A_PAGE = 500;

/** @returns why a list in pages is refused */
export function pageFault({ page, count }: Readonly<Record<string, string>>): string | undefined {
  const wrong = (name: string): string => `missing or invalid "${name}" query arg`;
  if (page === undefined || Number(page) <= 0) return wrong('page');
  const many = Number(count);
  return count !== undefined && many > 0 && many <= MOST_ON_A_PAGE ? undefined : wrong('count');
}
