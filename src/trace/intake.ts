import type { EndEvent } from '../simulator/events';
import type { Arrived } from './arrived';
import { FIRST_ENTRIES, type CallLog, type KeptCall, type Opening } from './call-log';
import { causesOf, endOf, failsToBegin } from './ending';
import type { Note } from './note';
import type { Listener, Recording } from './recording';
import { plainJson } from './redact';
import { RequestEntry } from './request-entry';

type Body = Readonly<Record<string, unknown>>;

/** What waits at most, whether or not its time has come. Few, as all that lives for long costs: see {@link Intake}. */
const MOST_WAITING = 256;
/** By the size of their texts. */
const MOST_BYTES = 4 * 1024 * 1024;
/** Of one call at a time: whoever sends more than these in a moment is no call. */
const MOST_OF_ONE = 64;

/** What is new of a request. */
interface Change {
  readonly entry: RequestEntry;
  readonly note: Note;
}

/**
 * Puts what recordings have noted into the log: many at once, outside of the time in which a call waits for its
 * answer.
 *
 * Under load, thousands of recordings would wait, and the garbage collector would copy each of them twice. Most are of
 * calls that would have made room for later ones by the time they are put into the log: so these are sorted out as
 * soon as there are a few hundred, without a look at what is in them.
 */
export class Intake implements Listener {
  /** Those of which something is new, in the order in which that was. One array: a new one would keep the old alive. */
  private readonly waiting = new Array<Recording | undefined>(MOST_WAITING).fill(undefined);
  private count = 0;
  private bytes = 0;
  /** Changes since the log was told last. */
  private heard = 0;

  /** @param wake - told that something waits: then {@link empty} is to be called, soon */
  constructor(
    private readonly log: CallLog,
    private readonly wake: () => void,
  ) {}

  changed(recording: Recording, bytes: number): void {
    if (recording.isLeftOut || recording.entry?.call.gone) return;
    this.heard++;
    this.bytes += bytes;
    if (!recording.waits) {
      recording.waits = true;
      this.waiting[this.count++] = recording;
    }
    if (this.isFull(1)) this.makeRoom();
    this.wake();
  }

  /** Puts into the log what has waited. Never fails. @returns how much was new */
  empty(): number {
    const { heard } = this;
    this.heard = 0;
    if (this.count === 0) return heard;
    const wanted = this.wanted();
    this.keep([]);
    const changes: Change[] = [];
    try {
      for (const recording of wanted) {
        recording.waits = false;
        const entry = recording.entry ?? this.begin(recording);
        if (entry) changes.push({ entry, note: recording });
        else recording.isLeftOut = true;
      }
      this.tell(changes);
    } catch {
      // The trace must not be in the way of a call.
    }
    return heard;
  }

  private isFull(share: number): boolean {
    return this.count >= share * MOST_WAITING || this.bytes > share * MOST_BYTES;
  }

  private makeRoom(): void {
    this.keep(this.wanted());
    // If there are too many even so, these are of calls that somebody may look at.
    if (this.isFull(0.75)) this.empty();
  }

  /** Lets only these wait. */
  private keep(recordings: readonly Recording[]): void {
    const { waiting, count } = this;
    this.count = 0;
    this.bytes = 0;
    for (const recording of recordings) {
      waiting[this.count++] = recording;
      this.bytes += recording.bytes;
    }
    waiting.fill(undefined, this.count, count);
  }

  /** Those whose calls are in the log, or would be at the end, as the log has room for them. */
  private wanted(): readonly Recording[] {
    const { log, waiting } = this;
    const accepted = new Latest(log, log.limits.calls);
    const refused = new Latest(log, log.limits.refused);
    const wanted: Recording[] = [];
    for (let place = this.count - 1; place >= 0; place--) {
      const recording = waiting[place]!;
      const { arrived, entry } = recording;
      if (entry ?? (arrived && (arrived.refused ? refused : accepted).wants(arrived.key))) wanted.push(recording);
      else recording.isLeftOut = true;
    }
    // If each of the calls has one, no call has more than what is left.
    const mostOfOne = wanted.length - accepted.size - refused.size + 1;
    return mostOfOne > MOST_OF_ONE ? withoutExcess(wanted.reverse()) : wanted.reverse();
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
  private begin(recording: Recording): RequestEntry | undefined {
    const { arrived, since, omitted } = recording;
    if (!arrived) return undefined;
    const long = omitted > 0 ? this.log.get(arrived.key) : undefined;
    if (long) this.log.omit(long, omitted);
    try {
      const body = objectIn(arrived.body);
      const { call, isNew } = this.callOf(arrived, body, since);
      const entry = new RequestEntry(call, ++call.requests, recording, body);
      this.log.add(call, entry);
      recording.entry = entry;
      if (!arrived.refused) this.place(entry, arrived, body, isNew);
      return entry;
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

/** Of the calls that are not in the log yet, those that are asked about first: so many as it has room for. */
class Latest {
  private readonly keys = new Set<string>();

  constructor(
    private readonly log: CallLog,
    private readonly most: number,
  ) {}

  get size(): number {
    return this.keys.size;
  }

  /** Whether a call is one of them, or in the log. */
  wants(key: string): boolean {
    if (this.keys.has(key) || this.log.get(key)) return true;
    if (this.keys.size === this.most) return false;
    this.keys.add(key);
    return true;
  }
}

/** Without the middle of what one call alone has too much of. */
function withoutExcess(recordings: readonly Recording[]): readonly Recording[] {
  const counts = new Map<string, number>();
  for (const { entry, arrived } of recordings) {
    if (!entry && arrived) counts.set(arrived.key, (counts.get(arrived.key) ?? 0) + 1);
  }
  if (Math.max(0, ...counts.values()) <= MOST_OF_ONE) return recordings;
  const seen = new Map<string, number>();
  const omitted = new Map<string, number>();
  return recordings.filter((recording) => {
    const { entry, arrived } = recording;
    if (entry || !arrived) return true;
    const { key } = arrived;
    const place = seen.get(key) ?? 0;
    seen.set(key, place + 1);
    const end = FIRST_ENTRIES + counts.get(key)! - MOST_OF_ONE;
    if (place < FIRST_ENTRIES || place > end) return true;
    const before = (omitted.get(key) ?? 0) + recording.omitted;
    recording.isLeftOut = place < end;
    recording.omitted = before;
    omitted.set(key, before + 1);
    return place === end;
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
