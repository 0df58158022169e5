import type { EndEvent } from '../simulator/events';
import type { Arrived } from './arrived';
import type { CallLog, KeptCall, Opening } from './call-log';
import { causesOf, endOf, failsToBegin } from './ending';
import { Excess, MOST_OF_ONE } from './excess';
import { NewCalls, type TracedCall } from './new-calls';
import type { Note } from './note';
import type { Listener, Recording } from './recording';
import { plainJson } from './redact';
import { RequestEntry } from './request-entry';

type Body = Readonly<Record<string, unknown>>;

/** What waits at most, whether or not its time has come. Few, as all that lives for long costs: see {@link Intake}. */
const MOST_WAITING = 256;
/** By the size of their texts. */
const MOST_BYTES = 4 * 1024 * 1024;
/** So many more are sorted out at a time: going through many at once costs less than looking at each as it comes. */
const STEP = 32;

/** What is new of a request. */
interface Change {
  readonly entry: RequestEntry;
  readonly note: Note;
}

/**
 * Puts what recordings have noted into the log: many at once, outside of the time in which a call waits for its
 * answer.
 *
 * Under load, thousands of recordings would wait, and the garbage collector would copy each of them. Most are of calls
 * that would have made room for later ones by the time they are put into the log: so these are sorted out as soon as
 * there are a few more, without a look at what is in them.
 */
export class Intake implements Listener {
  /** Those of which something is new, in the order in which that was. One array: a new one would keep the old alive. */
  private readonly waiting = new Array<Recording | undefined>(MOST_WAITING).fill(undefined);
  private count = 0;
  private bytes = 0;
  /** Changes since the log was told last. */
  private heard = 0;
  /** So many are left from the last time that there were too many. */
  private sorted = 0;
  private readonly accepted: NewCalls;
  private readonly refused: NewCalls;

  /** @param wake - told that something waits: then {@link empty} is to be called, soon */
  constructor(
    private readonly log: CallLog,
    private readonly wake: () => void,
  ) {
    this.accepted = new NewCalls(log.limits.calls);
    this.refused = new NewCalls(log.limits.refused);
  }

  changed(recording: Recording, bytes: number): void {
    if (recording.isLeftOut || recording.call?.gone) return;
    this.heard++;
    this.bytes += bytes;
    recording.bytes += bytes;
    if (!recording.waits) {
      recording.waits = true;
      if (this.count === 0) this.wake();
      this.waiting[this.count++] = recording;
    }
    if (this.count - this.sorted >= STEP || this.bytes > MOST_BYTES) this.makeRoom();
  }

  /** Puts into the log what has waited. Never fails. @returns how much was new */
  empty(): number {
    const { heard } = this;
    this.heard = 0;
    if (this.count === 0) return heard;
    this.sortOut();
    const wanted = this.waiting.slice(0, this.count) as Recording[];
    this.forget(0);
    this.accepted.clear();
    this.refused.clear();
    const changes: Change[] = [];
    try {
      for (const recording of wanted) {
        recording.waits = false;
        recording.bytes = 0;
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

  private makeRoom(): void {
    this.sortOut();
    // If there are too many even so, these are of calls that somebody may look at.
    if (this.count + STEP > MOST_WAITING || this.bytes > 0.75 * MOST_BYTES) this.empty();
  }

  /** Lets only those wait whose calls are still kept, and not too many of one. */
  private sortOut(): void {
    const { waiting, count } = this;
    for (let place = this.sorted; place < count; place++) this.findCall(waiting[place]!);
    const excesses = new Map<TracedCall, Excess>();
    this.bytes = 0;
    let kept = 0;
    for (let place = 0; place < count; place++) {
      const recording = waiting[place]!;
      const call = recording.call!;
      if (call.gone) {
        recording.isLeftOut = true;
        continue;
      }
      if (call.waiting > MOST_OF_ONE && !recording.entry) {
        let excess = excesses.get(call);
        if (!excess) excesses.set(call, (excess = new Excess(call)));
        if (excess.leavesOut(recording)) continue;
      }
      waiting[kept++] = recording;
      this.bytes += recording.bytes;
    }
    for (const call of excesses.keys()) call.waiting = MOST_OF_ONE;
    this.forget(kept);
  }

  private findCall(recording: Recording): void {
    if (recording.entry) return;
    const { key, refused } = recording.arrived!;
    const known = this.log.get(key);
    const call = known?.source === 'jambonz' ? known : (refused ? this.refused : this.accepted).get(key);
    call.waiting++;
    recording.call = call;
  }

  /** Lets only so many wait, of those that came first. */
  private forget(kept: number): void {
    this.waiting.fill(undefined, kept, this.count);
    this.count = kept;
    this.sorted = kept;
    if (kept === 0) this.bytes = 0;
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
    if (recording.call) recording.call.waiting = 0;
    const long = omitted > 0 ? this.log.get(arrived.key) : undefined;
    if (long) this.log.omit(long, omitted);
    try {
      const body = objectIn(arrived.body);
      const { call, isNew } = this.callOf(arrived, body, since);
      const entry = new RequestEntry(call, ++call.requests, recording, body);
      this.log.add(call, entry);
      recording.entry = entry;
      recording.call = call;
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
