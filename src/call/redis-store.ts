import { randomUUID } from 'node:crypto';
import { Problem, messageOf } from '../problem';
import type { RedisClient, RedisModule } from './redis-client';
import { ARRIVE, EXPIRE, SAVE } from './redis-scripts';
import {
  LIFETIMES,
  type Arrival,
  type CallStore,
  type Changes,
  type Expired,
  type Found,
  type Lifetimes,
  type Stored,
} from './store';

const PREFIX = 'jambonz:';
const CALL = `${PREFIX}call:`;
const CALLS = `${PREFIX}calls`;
/** How long an answer waits for its variables. */
const SAVE_MS = 500;
/** How long a webhook waits for a Redis that has just gone, as it does when it is restarted. */
const LOAD_MS = 2_500;
const SWEEP_MS = 5_000;
/** Variables of a call that nobody has taken off the list of expired calls in time. */
const GRACE_MS = 10 * 60 * 1000;
/** What could not be written is tried again when Redis is back, unless it is older than this. */
const LATE_MS = 60_000;
const MOST_LATE = 10_000;
const RETRY_MS = 50;
/** After a longer outage other instances have something late, too: readers give them time to write it. */
const SETTLE_MS = 400;
/** Does nothing, but not while Redis is loading. */
const READY = 'return 1';
/** Redis is there, but not ready yet. */
const NOT_READY = /^(LOADING|MASTERDOWN|TRYAGAIN)\b/;

/** Told once per outage. */
export interface Outages {
  lost(detail: string): void;
  back(): void;
}

type Command = [script: string, keys: string[], args: (string | number)[]];

interface Late {
  arrival: Arrival;
  changes: Changes;
  since: number;
}

/**
 * Keeps the variables of calls in Redis, where several instances find them. The client connects
 * again by itself; meanwhile webhooks go on without what is stored. What a webhook could not write
 * is kept here and written first thing afterwards.
 */
export class RedisStore implements CallStore {
  private readonly client: RedisClient;
  private readonly watchers = new Set<(call: Expired) => void>();
  private readonly waiting = new Set<() => void>();
  private readonly late: Late[] = [];
  private readonly timer: NodeJS.Timeout;
  /** When the connection was lost; 0 while there is one. */
  private downSince = Date.now();
  private ready = false;
  private retry: NodeJS.Timeout | undefined;
  private catchingUp = false;
  private detail = '';
  private announced = false;
  private sweeping = false;

  /** @throws Error for an address that is none */
  constructor(
    redis: RedisModule,
    url: string,
    private readonly outages: Outages,
    private readonly lifetimes: Lifetimes = LIFETIMES,
  ) {
    this.client = redis.createClient({
      url,
      // A command that finds no connection fails at once: what waits, and how long, is decided here.
      disableOfflineQueue: true,
      pingInterval: 5_000,
      socket: {
        connectTimeout: 2_000,
        // Without a command there is still the ping: silence means that the connection is dead.
        socketTimeout: 15_000,
        reconnectStrategy: (attempts: number) => (attempts < 100 ? Math.min(50 * 1.5 ** attempts, 300) : 2_000),
      },
    });
    this.client.on('error', (error) => this.lost(error));
    this.client.on('ready', () => this.found());
    this.client.connect().catch((error: unknown) => this.lost(error));
    this.timer = setInterval(() => void this.sweep(), Math.min(SWEEP_MS, lifetimes.idleMs)).unref();
  }

  async arrive({ key, over, last }: Arrival): Promise<Found> {
    const { idleMs, overMs } = this.lifetimes;
    const watched = this.watchers.size > 0;
    const found = this.run(
      ARRIVE,
      [CALL + key, CALLS],
      [key, flag(over), flag(last), randomUUID(), idleMs, overMs, flag(watched), watched ? GRACE_MS : 0],
      LOAD_MS,
    );
    const reply = await within(LOAD_MS, found, () => this.unavailable());
    const [ends, ...fields] = reply as [number, ...string[]];
    return { ends: ends === 1, stored: storedOf(fields) };
  }

  save(arrival: Arrival, changes: Changes): Promise<void> {
    const written = this.run(...this.writing(arrival, changes), SAVE_MS).then(() => undefined);
    // A command that was sent and takes its time is not sent again: it would undo what comes after it.
    written.catch((error: unknown) => {
      if (error instanceof Unavailable) this.keepForLater({ arrival, changes, since: Date.now() });
    });
    return within(SAVE_MS, written, () => this.unavailable());
  }

  watch(expired: (call: Expired) => void): () => void {
    this.watchers.add(expired);
    return () => void this.watchers.delete(expired);
  }

  close(): void {
    clearInterval(this.timer);
    clearTimeout(this.retry);
    this.client.destroy();
  }

  private writing({ key, over }: Arrival, { set, deleted }: Changes): Command {
    const { idleMs, overMs } = this.lifetimes;
    const lifetime = over ? overMs : idleMs + (this.watchers.size > 0 ? GRACE_MS : 0);
    return [SAVE, [CALL + key], [lifetime, deleted.length, ...deleted, ...[...set].flat()]];
  }

  private send(script: string, keys: string[], args: (string | number)[]): Promise<unknown> {
    return this.client.eval(script, { keys, arguments: args.map(String) });
  }

  /**
   * Runs a script, again when the connection breaks meanwhile: each of them may run twice.
   *
   * @param waitMs - how long to wait for a connection, counted from when it was lost
   */
  private async run(script: string, keys: string[], args: (string | number)[], waitMs: number): Promise<unknown> {
    const until = (this.downSince || Date.now()) + waitMs;
    for (;;) {
      if (!this.ready) await this.connected(until - Date.now());
      try {
        return await this.send(script, keys, args);
      } catch (error) {
        const text = messageOf(error);
        if (this.client.isReady && !NOT_READY.test(text)) throw new Problem('vars-store', { detail: text });
        this.lost(error);
      }
    }
  }

  private connected(waitMs: number): Promise<void> {
    if (waitMs <= 0) return Promise.reject(this.unavailable());
    let tell = (): void => undefined;
    const connected = new Promise<void>((resolve) => this.waiting.add((tell = resolve)));
    return within(waitMs, connected, () => this.unavailable()).finally(() => this.waiting.delete(tell));
  }

  private unavailable(): Unavailable {
    return new Unavailable('vars-store', { detail: this.detail || 'no answer' });
  }

  private lost(error: unknown): void {
    this.detail = messageOf(error) || String((error as { code?: unknown } | undefined)?.code ?? '');
    this.ready = false;
    this.downSince ||= Date.now();
    // It is still loading its data, and no event will tell when it has.
    if (this.client.isReady) this.retry ??= setTimeout(() => this.found(), RETRY_MS).unref();
    if (this.announced) return;
    this.announced = true;
    this.outages.lost(this.detail);
  }

  /** There is a connection: what is late goes first, before anybody reads. */
  private found(): void {
    clearTimeout(this.retry);
    this.retry = undefined;
    if (this.catchingUp) return;
    this.catchingUp = true;
    this.catchUp()
      .then(
        () => {
          if (!this.client.isReady) return;
          this.ready = true;
          this.downSince = 0;
          if (this.announced) this.outages.back();
          this.announced = false;
          for (const tell of [...this.waiting]) tell();
        },
        (error: unknown) => this.lost(error),
      )
      .finally(() => (this.catchingUp = false));
  }

  private async catchUp(): Promise<void> {
    await this.send(READY, [], []);
    for (let next = this.late[0]; next; next = this.late[0]) {
      if (Date.now() - next.since < LATE_MS) {
        await this.send(...this.writing(next.arrival, next.changes)).catch((error: unknown) => {
          // What Redis refuses stands in nobody's way.
          if (!this.client.isReady || NOT_READY.test(messageOf(error))) throw error;
        });
      }
      this.late.shift();
    }
    if (this.announced && Date.now() - this.downSince > SAVE_MS) {
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS).unref());
    }
  }

  private keepForLater(late: Late): void {
    this.late.push(late);
    if (this.late.length > MOST_LATE) this.late.shift();
  }

  private async sweep(): Promise<void> {
    if (this.watchers.size === 0 || this.downSince || this.sweeping) return;
    this.sweeping = true;
    try {
      for (;;) {
        const [key, ...fields] = (await this.run(EXPIRE, [CALLS], [CALL], 0)) as string[];
        if (key === undefined) break;
        for (const tell of [...this.watchers]) tell({ key, stored: storedOf(fields) });
      }
    } catch {
      // The outage was announced; the next round finds what is left.
    } finally {
      this.sweeping = false;
    }
  }
}

const flag = (value: boolean): string => (value ? '1' : '0');

/** An error that another attempt may cure. */
class Unavailable extends Problem {}

function storedOf(fields: readonly string[]): Stored {
  const stored = new Map<string, string>();
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index]!;
    if (name.startsWith('v:')) stored.set(name.slice(2), fields[index + 1]!);
  }
  return stored;
}

/** A promise that is not waited for any longer than this; what comes of it later is nobody's concern. */
function within<T>(ms: number, promise: Promise<T>, late: () => Error): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), ms);
    promise.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}
