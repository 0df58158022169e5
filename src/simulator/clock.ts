/**
 * The time of simulated calls. Everything that takes time in a call (an announcement, a ringing
 * phone, the engine's own time limits) waits on a clock, so that it can be jumped over.
 */
export interface Clock {
  /** Milliseconds since the clock was made. */
  now(): number;
  /** The present moment as milliseconds since 1970. */
  date(): number;
  /** Calls back once, after some milliseconds of this clock. */
  after(ms: number, act: () => void): Timer;
  /**
   * Keeps a virtual clock from running, for as long as something happens outside of it (a request
   * in flight, somebody who thinks).
   *
   * @returns ends it; ending twice is ending once
   */
  hold(): () => void;
  /**
   * Lets a clock run on that somebody else holds for one's own sake: a server that takes its time on
   * the clock of the call that asked it.
   *
   * @returns ends it; ending twice is ending once
   */
  lend(): () => void;
  /**
   * Jumps to the next thing that the clock has to do.
   *
   * @returns false when there is none, or when the clock is held
   */
  skip(): boolean;
  /**
   * The clock of one call: of its own, where time goes by itself, so that what is skipped in one call is not skipped in
   * another; a virtual clock is for all calls, whose order it keeps.
   */
  ofCall(): Clock;
  /** Whether it has nothing to do, and nothing holds it. */
  readonly isIdle: boolean;
  /** Whether it runs by itself through whatever there is to wait for. */
  readonly virtual: boolean;
  /** Forgets everything it has to do, and does nothing any more. */
  close(): void;
}

export interface Timer {
  cancel(): void;
}

interface Due {
  at: number;
  order: number;
  act: () => void;
}

/** What is to be done, soonest first; of what is due at the same time, what was asked for first. */
class Agenda {
  private readonly heap: Due[] = [];
  private readonly places = new Map<Due, number>();
  private count = 0;

  get next(): Due | undefined {
    return this.heap[0];
  }

  add(at: number, act: () => void): Due {
    const due = { at, order: this.count++, act };
    this.places.set(due, this.heap.length);
    this.heap.push(due);
    this.rise(this.heap.length - 1);
    return due;
  }

  remove(due: Due): void {
    const place = this.places.get(due);
    if (place === undefined) return;
    const last = this.heap.pop()!;
    this.places.delete(due);
    if (last === due) return;
    this.put(last, place);
    this.rise(place);
    this.sink(this.places.get(last)!);
  }

  clear(): void {
    this.heap.length = 0;
    this.places.clear();
  }

  private put(due: Due, place: number): void {
    this.heap[place] = due;
    this.places.set(due, place);
  }

  private rise(place: number): void {
    const due = this.heap[place]!;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const other = this.heap[parent]!;
      if (!isBefore(due, other)) break;
      this.put(other, place);
      place = parent;
    }
    this.put(due, place);
  }

  private sink(place: number): void {
    const due = this.heap[place]!;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.heap.length) break;
      if (child + 1 < this.heap.length && isBefore(this.heap[child + 1]!, this.heap[child]!)) child++;
      const other = this.heap[child]!;
      if (!isBefore(other, due)) break;
      this.put(other, place);
      place = child;
    }
    this.put(due, place);
  }
}

function isBefore(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}

abstract class AgendaClock implements Clock {
  abstract readonly virtual: boolean;
  protected readonly agenda = new Agenda();
  protected holds = 0;
  private isClosed = false;

  abstract now(): number;
  abstract date(): number;
  abstract ofCall(): Clock;

  get isIdle(): boolean {
    return this.agenda.next === undefined && this.holds === 0;
  }

  after(ms: number, act: () => void): Timer {
    if (this.isClosed) return { cancel: () => undefined };
    const due = this.agenda.add(this.now() + Math.max(0, ms), act);
    this.arrange();
    return {
      cancel: () => {
        this.agenda.remove(due);
        this.arrange();
      },
    };
  }

  hold(): () => void {
    return this.weigh(1);
  }

  lend(): () => void {
    return this.weigh(-1);
  }

  skip(): boolean {
    const { next } = this.agenda;
    if (!next || this.holds > 0) return false;
    this.jump(next.at);
    this.agenda.remove(next);
    next.act();
    this.arrange();
    return true;
  }

  close(): void {
    this.isClosed = true;
    this.agenda.clear();
    this.arrange();
  }

  private weigh(holds: 1 | -1): () => void {
    this.holds += holds;
    this.arrange();
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.holds -= holds;
      this.arrange();
    };
  }

  /** Sees to it that the clock goes on when it has something to do. */
  protected abstract arrange(): void;
  protected abstract jump(to: number): void;
}

class RealClock extends AgendaClock {
  readonly virtual = false;
  private readonly began = performance.now();
  private skipped = 0;
  private timeout: NodeJS.Timeout | undefined;
  private awaited: Due | undefined;

  constructor(private readonly keepsDate: boolean) {
    super();
  }

  now(): number {
    return performance.now() - this.began + this.skipped;
  }

  date(): number {
    return Date.now() + (this.keepsDate ? 0 : this.skipped);
  }

  ofCall(): Clock {
    return new RealClock(this.keepsDate);
  }

  protected arrange(): void {
    const { next } = this.agenda;
    if (next === this.awaited) return;
    clearTimeout(this.timeout);
    this.awaited = next;
    if (!next) return;
    // A time-out that fires early by a fraction of a millisecond would only be set again.
    this.timeout = setTimeout(() => this.run(), Math.max(0, Math.ceil(next.at - this.now())));
  }

  protected jump(to: number): void {
    this.skipped += Math.max(0, to - this.now());
  }

  private run(): void {
    this.awaited = undefined;
    const now = this.now();
    for (let { next } = this.agenda; next && next.at <= now; { next } = this.agenda) {
      this.agenda.remove(next);
      next.act();
    }
    this.arrange();
  }
}

class VirtualClock extends AgendaClock {
  readonly virtual = true;
  private time = 0;
  private pending: NodeJS.Immediate | undefined;

  constructor(private readonly start: number) {
    super();
  }

  now(): number {
    return this.time;
  }

  date(): number {
    return this.start + this.time;
  }

  ofCall(): Clock {
    return this;
  }

  protected arrange(): void {
    // Only once all that follows from what has just happened is done: promises, and what they start.
    if (this.pending || this.holds > 0 || !this.agenda.next) return;
    this.pending = setImmediate(() => {
      this.pending = undefined;
      this.skip();
    });
  }

  protected jump(to: number): void {
    this.time = Math.max(this.time, to);
  }
}

/**
 * A clock that goes with the wall clock, except for what is skipped.
 *
 * @param keepsDate - whether the date is that of the wall clock also when something was skipped
 */
export function realClock({ keepsDate = false } = {}): Clock {
  return new RealClock(keepsDate);
}

/**
 * A clock that never waits: it jumps from one thing to the next as soon as nothing holds it, and so
 * gives the same calls the same times in every run.
 *
 * @param start - its beginning, in milliseconds since 1970
 */
export function virtualClock(start = Date.UTC(2026, 0, 1)): Clock {
  return new VirtualClock(start);
}
