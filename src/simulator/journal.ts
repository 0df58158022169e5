import type { Clock } from './clock';
import type { CallEvent } from './events';

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** An event before it has its number and time. */
export type Happening = Without<CallEvent, 'seq' | 'at'>;

/** What legs need of the call that they are in. */
export interface Place {
  readonly clock: Clock;
  emit(event: Happening): void;
  nextHeard(): number;
  duration(text: string, kind: 'say' | 'play'): number;
  /** How the parties answer SIP requests; undefined for not at all. */
  sipReply(method: string): number | undefined;
}

/** The events of a call, numbered. */
export class Journal {
  readonly events: CallEvent[] = [];
  private readonly counts = { request: 0, verb: 0, heard: 0 };
  private readonly began: number;

  constructor(
    private readonly clock: Clock,
    private readonly told: (event: CallEvent) => void,
  ) {
    this.began = clock.now();
  }

  next(what: 'request' | 'verb' | 'heard'): number {
    return ++this.counts[what];
  }

  write(event: Happening): void {
    const at = Math.round(this.clock.now() - this.began);
    const whole = { ...event, seq: this.events.length + 1, at };
    this.events.push(whole);
    this.told(whole);
  }
}
