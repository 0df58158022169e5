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
    const { tape } = this;
    const count = this.waiting.size + tape.length;
    if (count === 0) return 0;
    const changes: Change[] = [];
    const late: Recording[] = [];
    const open: Recording[] = [];
    for (const recording of this.waiting.take()) {
      recording.place = -1;
      const { isWritten, entry } = recording;
      if (entry) changes.push({ entry, note: recording });
      else (isWritten ? late : open).push(recording);
    }
    try {
      for (const one of withoutExcess(this.wanted(open))) {
        const change = this.begin(one);
        if (change) changes.push(change);
      }
      this.tell(changes);
      for (const recording of late) this.tellMore(recording);
    } catch {
      // The trace must not be in the way of a call.
    }
    tape.clear();
    return count;
  }

  /**
   * The requests whose calls are in the log, or would be at the end: those that were heard of last. The others are
   * not even read.
   *
   * @param open - requests that were not written down
   */
  private wanted(open: readonly Recording[]): Fresh[] {
    const { log, tape } = this;
    const wanted: Fresh[] = [];
    const accepted = this.begins(log.limits.calls);
    const refused = this.begins(log.limits.refused);
    for (const recording of open.toSorted((a, b) => b.order - a.order)) {
      const { order, arrived } = recording;
      if (!arrived || !(arrived.refused ? refused : accepted)(arrived.key)) continue;
      wanted.push({ order, key: arrived.key, recording, read: () => recording });
    }
    for (let index = tape.length - 1; index >= 0; index--) {
      const key = tape.keyAt(index);
      if (accepted(key)) wanted.push({ order: tape.orderAt(index), key, read: () => tape.read(index) });
    }
    return wanted.sort((a, b) => a.order - b.order);
  }

  /** @returns tells of a call whether it is in the log, or one of the first so many that are asked about */
  private begins(most: number): (key: string) => boolean {
    const keys = new Set<string>();
    return (key) => {
      if (keys.has(key) || this.log.get(key)) return true;
      if (keys.size === most) return false;
      keys.add(key);
      return true;
    };
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
      if (entry.isTold) this.settle(entry, note);
      else entry.tell();
    }
    for (const { entry, note } of changes) {
      entry.follow(note);
      this.log.touch(entry.call);
    }
  }

  private settle(entry: RequestEntry, note: Note): void {
    try {
      this.log.grow(entry.call, entry.settle(note));
      this.conclude(entry);
    } catch {
      // An answer that cannot be gone through: the others can.
    }
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

/** Without the middle of what one call alone has too much of. */
function withoutExcess(requests: readonly Fresh[]): Fresh[] {
  const counts = new Map<string, number>();
  for (const { key } of requests) counts.set(key, (counts.get(key) ?? 0) + 1);
  const seen = new Map<string, number>();
  return requests.filter((one) => {
    const place = seen.get(one.key) ?? 0;
    seen.set(one.key, place + 1);
    const excess = (counts.get(one.key) ?? 0) - MOST_OF_ONE;
    if (excess > 0 && place === FIRST_ENTRIES + excess) one.omitted = excess;
    return place < FIRST_ENTRIES || place >= FIRST_ENTRIES + excess;
  });
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
