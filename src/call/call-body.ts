import type { Arrival } from './store';

/** Of a call that is over. */
export const OVER: ReadonlySet<string> = new Set(['completed', 'failed', 'busy', 'no-answer']);

/**
 * What only other webhooks than status events carry: the first one of a call (`sip`, `defaults`)
 * and those of a verb, some of which have the call's facts under other names (`caller_name`). A
 * status event itself may have an `error` with its `reason`.
 */
const OTHER = new RegExp(
  `^(${[
    'sip|defaults|env_vars|event|type|status|result|err|details|name|args|b3|verb_id|hold_detail|on_hold',
    'speech|speech_event|digits|dtmf|translation|conference_sid|completion_reason|final_referred_call_status',
    'caller_name|has_recording|local_sip_address|parent_call_info|sip_method|sip_body|sip_headers',
    String.raw`(dial|queue|dequeue|playback|refer|referred|message|rasa|lex|dialogflow|tool|transfer)_\w+`,
  ].join('|')})$`,
);

type Body = Record<string, unknown>;

/**
 * The call that a webhook belongs to: a leg of a dial belongs to the call that dials.
 *
 * @param hook - it is the webhook of a verb for certain
 */
export function arrivalOf(body: unknown, hook = false): (Arrival & { status: boolean }) | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { parent_call_sid, call_sid, call_status } = body as Body;
  const child = isSid(parent_call_sid);
  const key = child ? parent_call_sid : call_sid;
  if (!isSid(key)) return undefined;
  const over = !child && typeof call_status === 'string' && OVER.has(call_status);
  const status = !hook && isStatusEvent(body as Body);
  return { key, over, last: over && status, status };
}

/**
 * Whether a webhook tells the status of a call. Those of a redirect, of the confirmation of a dial
 * and of the end of a conference look the same: see `isVerbHook`.
 */
function isStatusEvent(body: Body): boolean {
  if (typeof body.call_status !== 'string' || body.sip_status === undefined) return false;
  for (const name in body) if (OTHER.test(name)) return false;
  return body.reason === undefined || body.error !== undefined;
}

function isSid(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= 128;
}
