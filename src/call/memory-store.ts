import {
  LIFETIMES,
  NOTHING,
  type Arrival,
  type CallStore,
  type Changes,
  type Expired,
  type Found,
  type Lifetimes,
  type Stored,
} from './store';

interface Entry {
  stored: Stored;
  /** When it was last heard of, or when it ended. */
  at: number;
}

/** How many calls are remembered at most: the oldest make room. */
const CAPACITY = 100_000;
const SWEEP_MS = 5_000;

/** Keeps the variables of calls in this process. Everything happens at once. */
export class MemoryStore implements CallStore {
  // Each in the order in which its calls expire.
  private readonly running = new Map<string, Entry>();
  private readonly over = new Map<string, Entry>();
  private readonly watchers = new Set<(call: Expired) => void>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly lifetimes: Lifetimes = LIFETIMES,
    private readonly now: () => number = Date.now,
    private readonly capacity = CAPACITY,
  ) {}

  arrive({ key, over, last }: Arrival): Found {
    const now = this.now();
    const ended = this.over.get(key);
    if (ended && ended.at + this.lifetimes.overMs > now) return { stored: ended.stored, ends: false };
    const entry = this.alive(key, now);
    if (last) {
      this.running.delete(key);
      const stored = entry?.stored ?? NOTHING;
      if (entry || this.watchers.size > 0) this.keep(this.over, key, stored, now);
      return { stored, ends: true };
    }
    if (entry) {
      // A map's table is copied again and again when its entries are moved with every webhook.
      if (now - entry.at > this.lifetimes.idleMs / 1000) this.keep(this.running, key, entry.stored, now);
    } else if (this.watchers.size > 0 && !over) this.keep(this.running, key, NOTHING, now);
    return { stored: entry?.stored ?? NOTHING, ends: false };
  }

  save({ key, over }: Arrival, { set, deleted }: Changes): void {
    const now = this.now();
    const ended = this.over.get(key);
    const entry = ended ?? this.alive(key, now);
    // Never changed in place: webhooks that have read it compare with what they have read.
    const stored = new Map(entry?.stored);
    for (const [name, json] of set) stored.set(name, json);
    for (const name of deleted) stored.delete(name);
    if (ended) ended.stored = stored;
    else if (entry) entry.stored = stored;
    else this.keep(over ? this.over : this.running, key, stored, now);
  }

  watch(expired: (call: Expired) => void): () => void {
    this.watchers.add(expired);
    return () => void this.watchers.delete(expired);
  }

  /** Lets go of what has expired. */
  sweep(): void {
    const now = this.now();
    for (const [key, { at }] of this.over) {
      if (at + this.lifetimes.overMs > now) break;
      this.over.delete(key);
    }
    for (const [key, { at, stored }] of this.running) {
      if (at + this.lifetimes.idleMs > now) break;
      this.running.delete(key);
      for (const tell of [...this.watchers]) tell({ key, stored });
    }
    if (this.timer && this.over.size + this.running.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
  }

  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private alive(key: string, now: number): Entry | undefined {
    const entry = this.running.get(key);
    return entry && entry.at + this.lifetimes.idleMs > now ? entry : undefined;
  }

  private keep(entries: Map<string, Entry>, key: string, stored: Stored, at: number): void {
    entries.delete(key);
    entries.set(key, { stored, at });
    if (entries.size > this.capacity) entries.delete(entries.keys().next().value!);
    this.timer ??= setInterval(() => this.sweep(), Math.min(SWEEP_MS, this.lifetimes.idleMs)).unref();
  }
}
