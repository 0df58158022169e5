import type { CallEvent, CallSummary } from '../../simulator/events';
import type { Refusal } from '../ask';
import { api } from './api';
import type { Known } from './company';
import { viewOf, type View } from './model';

/** A call that somebody looks at: what happens in it is fetched as it happens. */
export class Watched implements Known {
  events: CallEvent[] = [];
  view: View;
  /** When the last events came, by this browser's clock. */
  private heardAt = Date.now();
  private busy: Promise<void> | undefined;
  private isStale = false;

  constructor(
    public call: CallSummary,
    private readonly seesDigits: (call: CallSummary) => boolean,
    private readonly changed: (problem?: Refusal) => void,
  ) {
    this.view = viewOf([], call.id);
  }

  get isLive(): boolean {
    return !this.call.over && !this.view.end;
  }

  /** The time of the call now, as far as one can tell; that of its last event when its clock may jump. */
  get now(): number {
    const { at } = this.view;
    return this.isLive ? at + Math.max(0, Date.now() - this.heardAt) : at;
  }

  /** Fetches what has happened since; what happens meanwhile is fetched after it. */
  async refresh(): Promise<void> {
    this.isStale = true;
    this.busy ??= this.fetchAll().finally(() => {
      this.busy = undefined;
    });
    await this.busy;
  }

  private async fetchAll(): Promise<void> {
    while (this.isStale) {
      this.isStale = false;
      const { call, events } = this;
      const wasHidden = !this.seesDigits(call);
      const answer = await api.events(call.id, events.at(-1)?.seq ?? 0, !wasHidden);
      if (answer.ok) {
        this.call = answer.call;
        // Only the answer says whose call it is.
        if (wasHidden && this.seesDigits(answer.call) && events.length === 0) this.isStale = true;
        else if (answer.events.length > 0) this.take(events.concat(answer.events));
      }
      this.changed(answer.ok ? undefined : answer);
    }
  }

  private take(events: CallEvent[]): void {
    this.heardAt = Date.now();
    this.events = events;
    this.view = viewOf(events, this.call.id);
  }
}
