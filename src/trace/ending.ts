import type { Cause, EndEvent } from '../simulator/events';
import type { Entry } from './call-log';
import { RequestEntry } from './request-entry';

/** How a call has ended, as far as jambonz has said. */
export type End = Pick<EndEvent, 'by' | 'status' | 'reason'> & { last: Cause };

type Body = Readonly<Record<string, unknown>>;

const ACCEPTED = new Set([200, 202, 204]);

/** From the final status event. */
export function endOf(body: Body): End {
  const status = typeof body.sip_status === 'number' ? body.sip_status : undefined;
  const reason = typeof body.sip_reason === 'string' ? body.sip_reason : undefined;
  const by = endedBy(body, status);
  const facts = { status: status ?? 0, reason: reason ?? '' };
  const what = body.call_status === 'completed' ? `${by}-hung-up` : `not-answered-${by}`;
  return {
    by,
    ...(status !== undefined && { status }),
    ...(reason !== undefined && { reason }),
    last: { what, facts: { ...facts, callStatus: String(body.call_status) } },
  };
}

function endedBy({ call_termination_by: told, direction, call_status: status }: Body, sip?: number): EndEvent['by'] {
  if (direction === 'outbound') {
    // For a call that starts here the engine says "caller" of the one who was called.
    if (told === 'jambonz') return 'jambonz';
    if (told !== undefined) return 'callee';
    return sip === 487 ? 'jambonz' : status === 'completed' ? 'unknown' : 'callee';
  }
  if (told === 'jambonz' || told === 'caller') return told;
  if (status === 'completed') return 'unknown';
  return sip === 487 ? 'caller' : 'jambonz';
}

/**
 * A call whose first webhook gets no usable answer is refused, and jambonz sends no status event.
 *
 * @returns undefined when the call goes on
 */
export function failsToBegin({ status, document }: RequestEntry): End | undefined {
  const isUsable = status !== undefined && ACCEPTED.has(status) && Array.isArray(document) && document.length > 0;
  if (isUsable) return undefined;
  return {
    by: 'jambonz',
    status: 480,
    reason: 'Temporarily Unavailable',
    last: { what: 'refused', facts: { status: 480 } },
  };
}

/** What led to the end: what was wrong with the last answer that jambonz had to read, if anything was. */
export function causesOf(entries: readonly Entry[], end: End): Cause[] {
  const last = entries.findLast(
    (entry): entry is RequestEntry =>
      entry instanceof RequestEntry && entry.hook !== undefined && entry.hook !== 'call:status',
  );
  const cause = last && causeIn(last);
  return cause ? [cause, end.last] : [end.last];
}

function causeIn(entry: RequestEntry): Cause | undefined {
  const { status, lost, instead, path: url, errors, document } = entry;
  if (lost) return { what: 'hook-no-answer', facts: { url } };
  if (status !== undefined && !ACCEPTED.has(status)) {
    const error = errors?.at(-1);
    return { what: 'hook-failed', facts: { url, status, ...(error && { detail: error.text }) } };
  }
  if (instead) return { what: `hook-instead-${instead}`, facts: { url } };
  if (!Array.isArray(document)) return undefined;
  const verb = nameOf(document.at(-1));
  if (document.length === 0) return { what: 'hook-empty', facts: { url } };
  if (verb === 'hangup' || verb === 'sip:decline') return { what: `flow-${verb.replace(':', '-')}`, facts: { url } };
  return undefined;
}

function nameOf(verb: unknown): string | undefined {
  const { verb: name } = (verb ?? {}) as Body;
  return typeof name === 'string' ? name : undefined;
}
