import type { CallEvent, CallRecord, CallSummary } from '../simulator/events';
import { callWithoutDigits } from './mask';

/** Calls as they are saved and passed on. */
export interface CallFile {
  format: 'jambonz-calls';
  version: 1;
  calls: CallRecord[];
}

const FORMAT = 'jambonz-calls';
const VERSION = 1;

/** What an imported file may hold. */
const MOST_CALLS = 100;
const MOST_EVENTS = 20_000;

/** What each event must have, so that nothing that shows it stumbles. */
const FIELDS: Readonly<Record<CallEvent['type'], Readonly<Record<string, Check>>>> = {
  request: { id: isNumber, hook: isText, method: isText, url: isText },
  answer: { request: isNumber, took: isNumber },
  verb: { id: isNumber, verb: isText, state: isText },
  heard: { id: isNumber, kind: isText, text: isText },
  done: { did: isText },
  wait: { for: isText },
  leg: { leg: isText, kind: isText, name: isText, state: isText },
  alert: { alert: isText, text: isText },
  sip: { direction: isText, text: isText },
  media: { what: isText, facts: isObject },
  path: { request: isNumber, nodes: isListOf(isText), verbs: isListOf((value) => value === null || isText(value)) },
  ask: { verbs: isNumber },
  end: { by: isText, because: isListOf((value) => isObject(value) && isText(value.what)) },
};

type Check = (value: unknown) => boolean;

/** Why a file is refused: a key of the catalog and its facts. */
export class FileProblem extends Error {
  constructor(
    readonly reason: 'file-format' | 'file-version' | 'file-call' | 'file-event' | 'file-many',
    readonly facts?: Record<string, string>,
  ) {
    super(reason);
  }
}

/** @param reveal - with the digits that callers have typed */
export function fileOf(calls: CallRecord[], reveal: boolean): CallFile {
  return { format: FORMAT, version: VERSION, calls: reveal ? calls : calls.map(callWithoutDigits) };
}

/**
 * The calls of a file.
 *
 * @throws FileProblem for one that is of another kind or version, or that is damaged
 */
export function callsIn(file: unknown): CallRecord[] {
  if (!isObject(file) || file.format !== FORMAT) throw new FileProblem('file-format');
  if (file.version !== VERSION) {
    throw new FileProblem('file-version', { version: shown(file.version), known: String(VERSION) });
  }
  if (!Array.isArray(file.calls) || file.calls.length === 0) throw new FileProblem('file-format');
  if (file.calls.length > MOST_CALLS) {
    throw new FileProblem('file-many', { count: String(file.calls.length), most: String(MOST_CALLS) });
  }
  return (file.calls as unknown[]).map((call, index) => callIn(call, String(index + 1)));
}

function callIn(call: unknown, place: string): CallRecord {
  if (!isObject(call)) throw new FileProblem('file-call', { call: place, field: '' });
  const fields: Record<keyof Omit<CallSummary, 'duration' | 'seq' | 'source'>, Check> = {
    id: (value) => isText(value) && value !== '' && value.length <= 128,
    direction: (value) => value === 'inbound' || value === 'outbound',
    from: isText,
    to: isText,
    started: isNumber,
    status: isText,
    over: (value) => typeof value === 'boolean',
  };
  for (const [field, check] of Object.entries(fields)) {
    if (!check(call[field])) throw new FileProblem('file-call', { call: place, field });
  }
  if (call.duration !== undefined && !isNumber(call.duration)) {
    throw new FileProblem('file-call', { call: place, field: 'duration' });
  }
  if (!Array.isArray(call.events)) throw new FileProblem('file-call', { call: place, field: 'events' });
  if (call.events.length > MOST_EVENTS) {
    throw new FileProblem('file-many', { count: String(call.events.length), most: String(MOST_EVENTS) });
  }
  (call.events as unknown[]).forEach((event, index) => checkEvent(event, { call: place, event: String(index + 1) }));
  return call as unknown as CallRecord;
}

function checkEvent(event: unknown, place: Record<string, string>): void {
  const type = isObject(event) ? event.type : undefined;
  if (!isObject(event) || typeof type !== 'string' || !Object.hasOwn(FIELDS, type)) {
    throw new FileProblem('file-event', { ...place, field: 'type' });
  }
  const fields = { at: isNumber, ...FIELDS[type as CallEvent['type']] };
  for (const [field, check] of Object.entries(fields)) {
    if (!check(event[field])) throw new FileProblem('file-event', { ...place, field });
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isListOf(check: Check): Check {
  return (value) => Array.isArray(value) && value.every(check);
}

function shown(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value).slice(0, 20) : '';
}
