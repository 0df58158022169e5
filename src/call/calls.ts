import type { NodeAPI } from 'node-red';
import { messageOf } from '../problem';
import { MemoryStore } from './memory-store';
import { findRedis } from './redis-client';
import { RedisStore } from './redis-store';
import { LIFETIMES, type Arrival, type CallStore, type Expired, type Lifetimes, type Stored } from './store';

/** The setting `jambonzCallStore`. */
export interface StoreSettings {
  /** The address of a Redis, where several instances share their calls. */
  redis?: string;
  /** Seconds that a call is kept after its last webhook. */
  idle?: number;
  /** Seconds that it is kept after its end. */
  over?: number;
}

/** How a call went. */
export interface CallEnd {
  /** The last status event; just the `call_sid` when there was none. */
  call: Record<string, unknown>;
  stored: Stored;
  reason: string;
  duration?: number;
}

/** Who wants to know how calls end. */
export interface CallEndListener {
  ended(end: CallEnd): void;
  /** Calls come, but nobody tells their status. */
  untold(now: boolean): void;
}

/** The calls of a Node-RED: their store, and who wants to know when they end. */
export class Calls {
  private readonly listeners = new Set<CallEndListener>();
  private unwatch: (() => void) | undefined;
  /** Webhooks of calls before the first status event. */
  private untold = 0;
  private told = false;

  constructor(readonly store: CallStore) {}

  /** @returns what ends it */
  onEnd(listener: CallEndListener): () => void {
    this.listeners.add(listener);
    this.unwatch ??= this.store.watch((call) => this.expired(call));
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      this.unwatch?.();
      this.unwatch = undefined;
    };
  }

  /** Whether status events come at all: jambonz sends one right after the first webhook of a call. */
  heard(status: boolean): void {
    if (this.told || this.listeners.size === 0) return;
    this.told = status;
    if (!status && ++this.untold !== 2) return;
    for (const listener of this.listeners) listener.untold(!status);
  }

  ended({ key }: Arrival, body: Record<string, unknown>, stored: Stored): void {
    const duration = Number(body.duration);
    this.tell({
      call: { call_sid: key, ...body },
      stored,
      reason: String(body.call_status),
      ...(Number.isFinite(duration) && { duration }),
    });
  }

  private expired({ key, stored }: Expired): void {
    this.tell({ call: { call_sid: key }, stored, reason: 'unknown' });
  }

  private tell(end: CallEnd): void {
    for (const listener of [...this.listeners]) listener.ended(end);
  }
}

const calls = new WeakMap<object, Calls>();

/** The calls of the Node-RED that this is; every node file gets an API of its own, with one `events` in all. */
export function callsOf(RED: NodeAPI): Calls {
  let own = calls.get(RED.events);
  if (!own) calls.set(RED.events, (own = new Calls(storeOf(RED))));
  return own;
}

function storeOf(RED: NodeAPI): CallStore {
  const { jambonzCallStore: settings = {}, userDir } = RED.settings as {
    jambonzCallStore?: StoreSettings;
    userDir?: string;
  };
  const lifetimes = {
    idleMs: settings.idle ? settings.idle * 1000 : LIFETIMES.idleMs,
    overMs: settings.over ? settings.over * 1000 : LIFETIMES.overMs,
  };
  return (
    (settings.redis ? redisStore(RED, settings.redis, lifetimes, userDir) : undefined) ?? new MemoryStore(lifetimes)
  );
}

function redisStore(RED: NodeAPI, url: string, lifetimes: Lifetimes, userDir?: string): CallStore | undefined {
  const say = (level: 'error' | 'warn' | 'info', text: string, facts?: Record<string, string>): void =>
    RED.log[level](RED._(`common.store.${text}`, facts ?? {}));
  try {
    const redis = findRedis([userDir, require.main?.path]);
    if (redis) {
      const outages = { lost: (detail: string) => say('warn', 'lost', { detail }), back: () => say('info', 'back') };
      return new RedisStore(redis, url, outages, lifetimes);
    }
    say('error', 'no-client', { folder: userDir ?? '' });
  } catch (error) {
    say('error', 'unusable', { detail: messageOf(error) });
  }
  return undefined;
}
