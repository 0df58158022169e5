/** One line for everything that happens in a call. */
import type { AnswerEvent, CallEvent, EndEvent } from '../simulator';

const MAX = 160;

export function cut(text: string, most = MAX): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > most ? `${line.slice(0, most - 3)}...` : line;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What every hook says of the call: not worth a mention. */
export const BASE = new Set([
  'account_sid',
  'api_base_url',
  'application_sid',
  'b3',
  'call_id',
  'call_sid',
  'call_status',
  'caller_name',
  'defaults',
  'direction',
  'env_vars',
  'from',
  'fs_public_ip',
  'fs_sip_address',
  'has_recording',
  'local_sip_address',
  'originating_sip_ip',
  'originating_sip_trunk_name',
  'parent_call_sid',
  'public_ip',
  'sbc_callid',
  'service_provider_sid',
  'sip',
  'sip_reason',
  'sip_status',
  'to',
  'trace_id',
]);

/** The part of a hook's body that is this hook's own. */
export function ownPart(body: unknown): Record<string, unknown> {
  if (!isObject(body)) return {};
  return Object.fromEntries(Object.entries(body).filter(([name]) => !BASE.has(name)));
}

/** What the recognizer has understood; of all that it says about it only that is of interest. */
export function transcriptOf(speech: unknown): string | undefined {
  const alternatives = isObject(speech) && Array.isArray(speech.alternatives) ? (speech.alternatives as unknown[]) : [];
  const [first] = alternatives;
  return isObject(first) && typeof first.transcript === 'string' ? first.transcript : undefined;
}

/** The path of an address, with its query. */
export function pathOf(url: string): string {
  try {
    const { pathname, search } = new URL(url);
    return pathname + search;
  } catch {
    return url;
  }
}

/** The names of the verbs of an answer. */
export function verbsOf(body: unknown): string[] | undefined {
  if (!Array.isArray(body)) return undefined;
  return body.map((verb) => (isObject(verb) && typeof verb.verb === 'string' ? verb.verb : '?'));
}

function answerText({ status, body, error }: AnswerEvent): string {
  const verbs = verbsOf(body);
  const what = verbs ? verbs.join(', ') || 'no verbs' : body === undefined ? 'nothing' : cut(JSON.stringify(body), 80);
  return `${status ?? 'no answer'}${status === undefined ? '' : ` ${what}`}${error === undefined ? '' : ` (${error})`}`;
}

/** How a call ended, in short. */
export function endText({ by, status, reason }: EndEvent): string {
  const who = by === 'unknown' ? 'ended' : `ended by ${by === 'simulator' ? 'the simulator' : by}`;
  return `${who}${status === undefined ? '' : `, ${status}`}${reason ? ` ${reason}` : ''}`;
}

/** A line about an event; undefined for one that is not worth a line. */
export function describe(event: CallEvent, nameOf: (leg: string) => string = (leg) => leg): string | undefined {
  const whose = 'leg' in event && event.leg && event.type !== 'leg' ? ` (${nameOf(event.leg)})` : '';
  switch (event.type) {
    case 'request': {
      const own = ownPart(event.body);
      const said = transcriptOf(own.speech);
      if (said !== undefined) own.speech = said;
      const status = isObject(event.body) && event.hook === 'call:status' ? ` ${String(event.body.call_status)}` : '';
      const facts = status || (Object.keys(own).length > 0 ? ` ${cut(JSON.stringify(own), 100)}` : '');
      return `${event.method} ${pathOf(event.url)}${facts}${whose}`;
    }
    case 'answer':
      return `answered ${answerText(event)}`;
    case 'verb':
      if (event.state === 'end') return undefined;
      return event.state === 'skip' ? `skips ${event.verb}${event.why ? `: ${event.why}` : ''}` : `verb ${event.verb}`;
    case 'heard': {
      if (event.ended !== undefined) return undefined;
      const what = { say: 'heard', play: 'plays', dtmf: 'keys heard', beep: 'beep' }[event.kind];
      return `${what} ${event.kind === 'beep' ? '' : JSON.stringify(cut(event.text))}${whose}`.trimEnd();
    }
    case 'done':
      return `${event.did}${event.text ? ` ${JSON.stringify(cut(event.text))}` : ''}${whose || ' (caller)'}`;
    case 'wait':
      return `waits for ${event.for}${whose}`;
    case 'leg':
      return `${event.name} ${event.state}${event.why ? `: ${event.why}` : ''}`;
    case 'alert':
      return `alert ${event.alert}: ${cut(event.text)}`;
    case 'sip':
      return `SIP ${event.direction} ${event.text}${whose}`;
    case 'path':
      return undefined;
    case 'ask':
      return `${event.verbs} verbs went by without the caller's doing anything`;
    case 'end':
      return endText(event);
  }
}

/** Its moment and the line. */
export function timed(event: CallEvent, nameOf?: (leg: string) => string): string | undefined {
  const line = describe(event, nameOf);
  return line === undefined ? undefined : `${(event.at / 1000).toFixed(1).padStart(7)} s  ${line}`;
}
