import type { Leg } from './leg';

/** Somebody who waits in a queue. */
export interface Waiting {
  leg: Leg;
  /** Low numbers are served first. */
  priority: number;
  /** Since when, on the clock. */
  since: number;
  /** Somebody takes the call. @returns settles when the two are not connected any more */
  bridge(agent: Leg): Promise<void>;
}

/** All queues of the account. */
export class Queues {
  private readonly queues = new Map<string, Waiting[]>();

  get names(): string[] {
    return [...this.queues.keys()];
  }

  list(name: string): readonly Waiting[] {
    return this.queues.get(name) ?? [];
  }

  /** Puts somebody behind all who are as urgent. */
  add(name: string, waiting: Waiting): void {
    const queue = this.queues.get(name) ?? [];
    const place = queue.findIndex(({ priority }) => priority > waiting.priority);
    queue.splice(place < 0 ? queue.length : place, 0, waiting);
    this.queues.set(name, queue);
  }

  remove(name: string, waiting: Waiting): void {
    const queue = this.queues.get(name);
    const place = queue?.indexOf(waiting) ?? -1;
    if (!queue || place < 0) return;
    queue.splice(place, 1);
    if (queue.length === 0) this.queues.delete(name);
  }

  /** Takes the next one, or the one with a call_sid. */
  take(name: string, callSid?: string): Waiting | undefined {
    const waiting = this.list(name).find(({ leg }) => callSid === undefined || leg.id === callSid);
    if (waiting) this.remove(name, waiting);
    return waiting;
  }
}
