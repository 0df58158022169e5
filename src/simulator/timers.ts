import type { Clock, Timer } from './clock';

/** Time limits by name: setting one anew takes back what it was. */
export class Timers<Name extends string> {
  private readonly timers = new Map<Name, Timer>();

  constructor(private readonly clock: Clock) {}

  set(name: Name, ms: number, act: () => void): void {
    this.cancel(name);
    const timer = this.clock.after(ms, () => {
      this.timers.delete(name);
      act();
    });
    this.timers.set(name, timer);
  }

  has(name: Name): boolean {
    return this.timers.has(name);
  }

  cancel(name: Name): void {
    this.timers.get(name)?.cancel();
    this.timers.delete(name);
  }

  clear(): void {
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
  }
}
