import type { CallEvent, CallRecord } from '../simulator/events';

/** Where bodies have the digits that callers typed. */
const DIGITS = /^(?:digits?|dtmf|dtmf_?digits|typed_?digits)$/i;
const QUERY = /([?&](?:digits?|dtmf)=)[^&#]+/gi;

/** As many dots as there are digits. */
export function masked(digits: string): string {
  return digits.replace(/[^\s,]/g, '•');
}

/** An event with the digits that somebody typed hidden. */
export function withoutDigits(event: CallEvent): CallEvent {
  switch (event.type) {
    case 'done':
      return event.did === 'dtmf' && event.text !== undefined ? { ...event, text: masked(event.text) } : event;
    case 'heard':
      return event.kind === 'dtmf' ? { ...event, text: masked(event.text) } : event;
    case 'request':
      return { ...event, url: event.url.replace(QUERY, '$1•'), ...bodyOf(event) };
    case 'answer':
      return { ...event, ...bodyOf(event) };
    case 'verb':
      return event.data === undefined ? event : { ...event, data: inValue(event.data) };
    case 'sip':
      // INFO with a digit in it.
      return { ...event, text: inText(event.text) };
    default:
      return event;
  }
}

/** A call with the digits that somebody typed hidden. */
export function callWithoutDigits(call: CallRecord): CallRecord {
  return { ...call, events: call.events.map(withoutDigits) };
}

function bodyOf({ body }: { body?: unknown }): { body?: unknown } {
  return body === undefined ? {} : { body: inValue(body) };
}

function inValue(value: unknown): unknown {
  if (typeof value === 'string') return inText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inValue);
  // What a verb plays is the flow's own.
  const isVerb = typeof (value as { verb?: unknown }).verb === 'string';
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      const isDigits = !isVerb && DIGITS.test(key) && (typeof inner === 'string' || typeof inner === 'number');
      return [key, isDigits ? masked(String(inner)) : inValue(inner)];
    }),
  );
}

/** The body of a SIP INFO: `Signal=5`. */
function inText(text: string): string {
  return text.replace(/(\bSignal\s*=\s*)[0-9A-D*#]/gi, '$1•');
}
