import type { NodeAPI } from 'node-red';
import { MemoryStore } from './memory-store';
import { LIFETIMES, type Arrival, type CallStore, type Expired, type Stored } from './store';

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

/** The calls of a Node-RED: their store, and who wants to know when they end. */
export class Calls {
  private readonly listeners = new Set<(end: CallEnd) => void>();
  private unwatch: (() => void) | undefined;

  constructor(readonly store: CallStore) {}

  /** @returns what ends it */
  onEnd(listener: (end: CallEnd) => void): () => void {
    this.listeners.add(listener);
    this.unwatch ??= this.store.watch((call) => this.expired(call));
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      this.unwatch?.();
      this.unwatch = undefined;
    };
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
    for (const listener of [...this.listeners]) listener(end);
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
  const { jambonzCallStore: settings = {} } = RED.settings as { jambonzCallStore?: StoreSettings };
  const lifetimes = {
    idleMs: settings.idle ? settings.idle * 1000 : LIFETIMES.idleMs,
    overMs: settings.over ? settings.over * 1000 : LIFETIMES.overMs,
  };
  return new MemoryStore(lifetimes);
}
