import type { EndEvent } from '../simulator/events';
import type { Arrived } from './arrived';
import { FIRST_ENTRIES, type CallLog, type Entry, type KeptCall, type Opening } from './call-log';
import { causesOf, endOf, failsToBegin } from './ending';
import type { Note } from './note';
import type { Listener, Recording } from './recording';
import { plainJson } from './redact';
import { RequestEntry } from './request-entry';
import { Slots } from '../slots';
import { Tape } from './tape';

type Body = Readonly<Record<string, unknown>>;

/** Of one call at a time: whoever sends more than these in a moment is no call. */
const MOST_OF_ONE = 200;
/** What waits at most, whether or not its time has come. */
const MOST_WAITING = 2000;

/** A request that has no entry in the log yet. */
interface Fresh {
  readonly order: number;
  /** The id of its call. */
  readonly key: string;
  readonly refused: boolean;
  /** Absent for what was written down. */
  readonly recording?: Recording;
  /** So many of the same call just before it are left out. */
  omitted?: number;
  readonly read: () => Note;
}

/** What is new of a request. */
interface Change {
  readonly entry: RequestEntry;
  readonly note: Note;
}

/**
 * Puts what recordings have noted into the log: many at once, outside of the time in which a call waits for its
 * answer, and under load not what would have made room for other calls by the same time.
 */
export class Intake implements Listener {
  private readonly tape = new Tape();
  /** Those of which something is new: whoever was written down has left. */
  private readonly waiting = new Slots<Recording>();

  /** @param wake - told that something waits: then {@link empty} is to be called, soon */
  constructor(
    private readonly log: CallLog,
    private readonly wake: () => void,
  ) {}

  changed(recording: Recording): void {
    const { place, entry, answered, isWritten } = recording;
    if (entry?.call.gone) return;
    if (answered > 0 && !entry && !isWritten && this.tape.write(recording)) {
      recording.isWritten = true;
      recording.place = -1;
      if (place >= 0) this.waiting.remove(place);
    } else if (place < 0) {
      recording.place = this.waiting.add(recording);
    }
    if (this.tape.isFull || this.waiting.size >= MOST_WAITING) this.empty();
    else this.wake();
  }

  /** Puts into the log what has waited. Never fails. @returns how many requests that were */
  empty(): number {
    if (this.waiting.size === 0 && this.tape.length === 0) return 0;
    const { fresh, changes, late } = this.gather();
    try {
      for (const one of this.wanted(fresh)) {
        const change = this.begin(one);
        if (change) changes.push(change);
      }
      this.tell(changes);
      for (const recording of late) this.tellMore(recording);
    } catch {
      // The trace must not be in the way of a call.
    }
    this.tape.clear();
    return fresh.length;
  }

  private gather(): { fresh: Fresh[]; changes: Change[]; late: Recording[] } {
    const { tape } = this;
    const fresh: Fresh[] = [];
    const changes: Change[] = [];
    const late: Recording[] = [];
    for (let index = 0; index < tape.length; index++) {
      const [order, key] = [tape.orderAt(index), tape.keyAt(index)];
      fresh.push({ order, key, refused: false, read: () => tape.read(index) });
    }
    for (const recording of this.waiting.take()) {
      recording.place = -1;
      const { arrived, order, isWritten, entry } = recording;
      if (entry) changes.push({ entry, note: recording });
      else if (isWritten) late.push(recording);
      else if (arrived) {
        fresh.push({ order, key: arrived.key, refused: arrived.refused, recording, read: () => recording });
      }
    }
    return { fresh, changes, late };
  }

  /** Of a request that was written down, and whose message has moved since. */
  private tellMore(recording: Recording): void {
    const { arrived, order } = recording;
    const isIt = (entry: Entry): entry is RequestEntry => entry instanceof RequestEntry && entry.order === order;
    const entry = arrived && this.log.get(arrived.key)?.entries.findLast(isIt);
    if (!entry) return;
    entry.follow(recording);
    this.log.touch(entry.call);
  }

  /** Gives their numbers to what is new, in the order in which it was. */
  private tell(changes: readonly Change[]): void {
    const moments: (Change & { order: number })[] = [];
    for (const { entry, note } of changes) {
      if (!entry.isTold) moments.push({ order: note.order, entry, note });
      if (note.answered > 0 && !entry.isAnswered) moments.push({ order: note.answerOrder, entry, note });
    }
    moments.sort((a, b) => a.order - b.order);
    for (const { entry, note } of moments) {
      if (!entry.isTold) {
        entry.tell();
      } else {
        this.log.grow(entry.call, entry.settle(note));
        this.conclude(entry);
      }
    }
    for (const { entry, note } of changes) {
      entry.follow(note);
      this.log.touch(entry.call);
    }
  }

  /** Those whose calls would be in the log at the end, in order. */
  private wanted(fresh: Fresh[]): Fresh[] {
    fresh.sort((a, b) => a.order - b.order);
    const counts = new Map<string, number>();
    const [accepted, refused]: [string[], string[]] = [[], []];
    for (const { key, refused: isRefused } of fresh) {
      const count = counts.get(key) ?? 0;
      counts.set(key, count + 1);
      if (count === 0 && !this.log.get(key)) (isRefused ? refused : accepted).push(key);
    }
    const { calls: most, refused: mostRefused } = this.log.limits;
    for (const key of accepted.slice(0, -most)) counts.delete(key);
    for (const key of refused.slice(0, -mostRefused)) counts.delete(key);
    const seen = new Map<string, number>();
    return fresh.filter((one) => {
      const count = counts.get(one.key);
      if (count === undefined) return false;
      const place = seen.get(one.key) ?? 0;
      seen.set(one.key, place + 1);
      const surplus = count - MOST_OF_ONE;
      if (surplus > 0 && place === FIRST_ENTRIES + surplus) one.omitted = surplus;
      return place < FIRST_ENTRIES || place >= FIRST_ENTRIES + surplus;
    });
  }

  /** Makes an entry; none for what cannot be kept. */
  private begin({ key, recording, omitted = 0, read }: Fresh): Change | undefined {
    const long = omitted > 0 ? this.log.get(key) : undefined;
    if (long) this.log.omit(long, omitted);
    try {
      const note = read();
      const { arrived } = note;
      if (!arrived) return undefined;
      const body = objectIn(arrived.body);
      const { call, isNew } = this.callOf(arrived, body, note.since);
      const entry = new RequestEntry(call, ++call.requests, note, body);
      this.log.add(call, entry);
      if (recording) recording.entry = entry;
      if (!arrived.refused) this.place(entry, arrived, body, isNew);
      return { entry, note };
    } catch {
      return undefined;
    }
  }

  /** What a request tells of its call. */
  private place(entry: RequestEntry, arrived: Arrived, body: Body, isNew: boolean): void {
    const { call } = entry;
    if (body.call_sid === arrived.key) learn(call, body);
    else call.alias(textOf(body.call_sid), textOf(body.to));
    if (arrived.last) {
      call.over = true;
      entry.turn = 'last';
    } else if (isNew && arrived.hook === 'session:new') {
      entry.turn = 'first';
    }
  }

  private callOf({ key, refused }: Arrived, body: Body, started: number): { call: KeptCall; isNew: boolean } {
    const known = this.log.get(key);
    if (known?.source === 'jambonz') {
      if (!refused) this.log.accept(known);
      return { call: known, isNew: false };
    }
    const opening: Opening = {
      id: key,
      source: 'jambonz',
      direction: body.direction === 'outbound' ? 'outbound' : 'inbound',
      from: textOf(body.from),
      to: textOf(body.to),
      started,
      status: textOf(body.call_status),
    };
    return { call: this.log.open(opening, refused), isNew: true };
  }

  /** Notes what follows from an answer, or from its absence. */
  private conclude(entry: RequestEntry): void {
    const { turn, call } = entry;
    const end = turn === 'last' ? endOf(entry.body as Body) : turn === 'first' ? failsToBegin(entry) : undefined;
    if (!end) return;
    if (turn === 'first') {
      call.over = true;
      call.status = 'failed';
    }
    const { by, status, reason } = end;
    const event: Omit<EndEvent, 'seq'> = {
      at: entry.answerAt,
      type: 'end',
      by,
      ...(status !== undefined && { status }),
      ...(reason !== undefined && { reason }),
      because: causesOf(call.entries, end),
    };
    this.log.addEvent(call, plainJson(event)!);
  }
}

/** What the call's own requests tell of it. */
function learn(call: KeptCall, body: Body): void {
  if (typeof body.call_status === 'string') call.status = body.call_status;
  if (typeof body.duration === 'number') call.duration = body.duration;
  if (typeof body.call_id === 'string') call.alias(body.call_id);
  // One that began before this Node-RED did, or with a request of one of its legs.
  if (call.from === '') call.from = textOf(body.from);
  if (call.to === '') call.to = textOf(body.to);
}

function objectIn(json: Buffer | string): Body {
  try {
    const value: unknown = JSON.parse(json.toString());
    return typeof value === 'object' && value !== null ? (value as Body) : {};
  } catch {
    return {};
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 200) : '';
}
