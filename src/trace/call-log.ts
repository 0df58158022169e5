import type { CallEvent, CallRecord, CallSummary } from '../simulator/events';

/** How much is kept. */
export interface Limits {
  /** Calls; the oldest make room. */
  calls: number;
  /** Of memory, for all calls; what waits to be among them takes up to 4 MiB more. */
  bytes: number;
  /** Of memory, for one call: of a longer one the beginning is kept, and what happened last. */
  callBytes: number;
  /** Calls of which nothing but refused requests is known: whoever sends those must not push out the others. */
  refused: number;
}

export const LIMITS: Limits = { calls: 100, bytes: 12 * 1024 * 1024, callBytes: 4 * 1024 * 1024, refused: 10 };

/** Something that is kept of a call and stands for one event or several. */
export interface Entry {
  /** What it takes in memory, by the size of its texts. */
  readonly bytes: number;
  /** The events with a number above `after`. */
  events(after: number): CallEvent[];
}

/** What is known of a call when it is first heard of. */
export type Opening = Pick<CallSummary, 'id' | 'source' | 'direction' | 'from' | 'to' | 'started' | 'status'>;

/** Of a text, in memory: two bytes for each character, and the object around it. */
export function sizeOf(text: string | undefined): number {
  return text === undefined ? 0 : 2 * text.length + 32;
}

const OVERHEAD = 400;
/** Of a call that is too long, so much of the beginning stays. */
export const FIRST_ENTRIES = 10;

/** An event that is kept as it is: its JSON, without its number. */
export class EventEntry implements Entry {
  readonly bytes: number;

  constructor(
    private readonly seq: number,
    private readonly text: string,
  ) {
    this.bytes = sizeOf(text) + 48;
  }

  events(after: number): CallEvent[] {
    return this.seq > after ? [{ ...(JSON.parse(this.text) as CallEvent), seq: this.seq }] : [];
  }
}

/** A call and what is kept of it. */
export class KeptCall {
  readonly id: string;
  readonly source: CallSummary['source'];
  readonly started: number;
  direction: CallSummary['direction'];
  from: string;
  to: string;
  status: string;
  duration: number | undefined = undefined;
  over = false;
  /** Other ids and numbers to find it by: those of its legs, and SIP's call id. */
  aliases: string[] | undefined = undefined;
  /** The time of a simulated call, whose clock is its own. */
  time: number | undefined = undefined;
  /** Requests so far, of a call that is recorded. */
  requests = 0;
  /** All its requests so far were refused. */
  refused = false;
  /** The doorbell will ring for it. */
  rung = false;
  /** It made room, or was cleared: nothing is added any more. */
  gone = false;
  /** Requests that wait to be added. */
  waiting = 0;
  entries: Entry[] = [];
  bytes = OVERHEAD;
  /** What is left out in the middle. */
  dropped = 0;
  private droppedSeq = 0;
  /** The number of the last event. */
  seq = 0;

  constructor({ id, source, direction, from, to, started, status }: Opening) {
    this.id = id;
    this.source = source;
    this.direction = direction;
    this.from = from;
    this.to = to;
    this.started = started;
    this.status = status;
  }

  /** The time of the call. */
  now(): number {
    return this.time ?? Date.now() - this.started;
  }

  /** It can be found by these, too. */
  alias(...names: string[]): void {
    this.aliases ??= [];
    for (const name of names) if (name !== '' && !this.aliases.includes(name)) this.aliases.push(name);
  }

  /** The number of the next event. */
  next(): number {
    return ++this.seq;
  }

  get summary(): CallSummary {
    const { id, source, direction, from, to, started, status, duration, over, seq } = this;
    return { id, source, direction, from, to, started, status, ...(duration !== undefined && { duration }), over, seq };
  }

  /** What happened after the event with this number, in order. */
  events(after = 0): CallEvent[] {
    const events = this.entries.flatMap((entry) => entry.events(after));
    if (this.droppedSeq > after) events.push(this.gap());
    return events.sort((a, b) => a.seq - b.seq);
  }

  record(): CallRecord {
    return { ...this.summary, events: this.events() };
  }

  /** Leaves out entries after the first ones until no more than so many bytes are taken. */
  shorten(bytes: number): void {
    const kept = Math.min(FIRST_ENTRIES, this.entries.length - 1);
    let last = kept;
    while (this.bytes > bytes && last < this.entries.length - 1) this.bytes -= this.entries[last++]!.bytes;
    if (last === kept) return;
    this.entries.splice(kept, last - kept);
    this.dropped += last - kept;
    this.droppedSeq = this.next();
  }

  /** Leaves out all but the first entries, and as many of those that were to come. */
  omit(count: number): void {
    this.shorten(0);
    this.dropped += count;
    this.droppedSeq = this.next();
  }

  private gap(): CallEvent {
    return {
      seq: this.droppedSeq,
      at: this.entries[FIRST_ENTRIES - 1]?.events(0).at(-1)?.at ?? 0,
      type: 'alert',
      alert: 'trace-shortened',
      text: `${this.dropped} requests of this call are not kept: there are too many.`,
    };
  }
}

/** The calls that are kept, oldest first. In memory only. */
export class CallLog {
  private readonly calls = new Map<string, KeptCall>();
  private bytes = 0;
  private refused = 0;

  constructor(
    readonly limits: Limits = LIMITS,
    /** Told whenever something has been added to a call. */
    private readonly changed: (call: KeptCall) => void = () => undefined,
  ) {}

  get(id: string): KeptCall | undefined {
    return this.calls.get(id);
  }

  /** Starts a call. @param refused - its first request was refused */
  open(opening: Opening, refused = false): KeptCall {
    const call = new KeptCall(opening);
    this.remove(this.calls.get(call.id));
    call.refused = refused;
    this.calls.set(call.id, call);
    this.bytes += call.bytes;
    if (refused && ++this.refused > this.limits.refused) this.remove(this.oldest(({ refused: is }) => is));
    if (this.calls.size > this.limits.calls) this.remove(this.oldest(() => true));
    return call;
  }

  /** A request of a call was accepted that so far had only refused ones. */
  accept(call: KeptCall): void {
    if (!call.refused) return;
    call.refused = false;
    this.refused--;
  }

  add(call: KeptCall, entry: Entry): void {
    if (call.gone) return;
    call.entries.push(entry);
    this.grow(call, entry.bytes);
    this.changed(call);
  }

  /** Takes a copy of an event, which must be free of secrets, as JSON. */
  addEvent(call: KeptCall, text: string): number {
    const seq = call.next();
    this.add(call, new EventEntry(seq, text));
    return seq;
  }

  /** An entry takes more memory than before. */
  grow(call: KeptCall, bytes: number): void {
    if (call.gone) return;
    call.bytes += bytes;
    this.bytes += bytes;
    if (call.bytes > this.limits.callBytes) {
      const before = call.bytes;
      // Not one by one: leaving out costs, too.
      call.shorten(this.limits.callBytes * 0.75);
      this.bytes -= before - call.bytes;
    }
    while (this.bytes > this.limits.bytes && this.calls.size > 1) this.remove(this.oldest((other) => other !== call));
  }

  /** So many of the next entries of a call will not come: there is to be but one gap in it. */
  omit(call: KeptCall, count: number): void {
    const before = call.bytes;
    call.omit(count);
    this.bytes -= before - call.bytes;
  }

  /** Something about a call is different. */
  touch(call: KeptCall): void {
    if (!call.gone) this.changed(call);
  }

  /** Those whose numbers or ids contain a text, newest first. */
  list(search = ''): CallSummary[] {
    const wanted = search.toLowerCase().replace(/[\s()/-]/g, '');
    const has = (text: string): boolean =>
      text
        .toLowerCase()
        .replace(/[\s()/-]/g, '')
        .includes(wanted);
    const found: CallSummary[] = [];
    for (const call of this.calls.values()) {
      if (wanted === '' || [call.from, call.to, call.id, ...(call.aliases ?? [])].some(has)) found.push(call.summary);
    }
    return found.sort((a, b) => b.started - a.started);
  }

  clear(keep: (call: KeptCall) => boolean = () => false): void {
    for (const call of [...this.calls.values()]) if (!keep(call)) this.remove(call);
  }

  private oldest(matches: (call: KeptCall) => boolean): KeptCall | undefined {
    for (const call of this.calls.values()) if (matches(call)) return call;
    return undefined;
  }

  private remove(call: KeptCall | undefined): void {
    if (!call || call.gone) return;
    call.gone = true;
    this.calls.delete(call.id);
    this.bytes -= call.bytes;
    if (call.refused) this.refused--;
    call.entries = [];
  }
}
