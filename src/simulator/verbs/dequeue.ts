import { number, text } from '../json';
import type { Waiting } from '../queues';
import { Gate } from '../signal';
import { type Stop, Verb, type VerbKind } from '../verb';
import { Enqueue } from './enqueue';

const FIRST_LOOK = 1;
const NEXT_LOOK = 5;

/** Takes somebody out of a queue, and connects the two. @see engine rule: nobody waits for the hook */
class Dequeue extends Verb {
  private readonly over = new Gate<'complete' | 'timeout' | 'hangup'>();
  private partner: Waiting | undefined;

  async run(): Promise<void> {
    const { session, data } = this;
    const timeout = number(data.timeout) ?? 0;
    const timer = timeout > 0 ? session.clock.after(timeout * 1000, () => this.timeOut()) : undefined;
    session.leg.emit({
      type: 'wait',
      for: 'queue',
      verb: this.id,
      ...(timer ? { until: session.call.at(timeout) } : {}),
    });
    void session.call.keepOpen(this.look());
    const result = await this.over.passed;
    timer?.cancel();
    this.outcome = result;
    if (result === 'hangup') return;
    void session.call.keepOpen(session.ask(this, 'actionHook', { dequeueResult: result })).catch(() => undefined);
  }

  override kill(why: Stop): void {
    super.kill(why);
    if (this.partner) {
      this.leave();
      this.over.open('complete');
    } else if (!(number(this.data.timeout) ?? 0)) {
      // Who hangs up, or is called away, while he waits for a caller is missed when the time is over, and not before.
      this.over.open('hangup');
    }
  }

  private timeOut(): void {
    if (!this.partner) this.over.open('timeout');
  }

  private async look(): Promise<void> {
    const { session, data, leg } = this;
    const { world, patience } = session.call;
    const name = String(data.name);
    for (let pause = FIRST_LOOK; await this.pauseFor(pause); pause = NEXT_LOOK) {
      if (this.over.isOpen() || this.stopped || !(await patience.spend())) return;
      const waiting = world.queues.take(name, text(data.callSid));
      if (!waiting) continue;
      this.partner = waiting;
      if (data.beep === true) leg.sound('beep', 'beep', { verb: this.id });
      session.call.emit({ type: 'leg', leg: waiting.leg.id, kind: 'queue', name, state: 'bridged' });
      await waiting.bridge(leg);
      this.over.open('complete');
      return;
    }
  }

  private leave(): void {
    if (this.partner instanceof Enqueue) this.partner.unbridge();
  }

  /** @returns false when there is nothing to wait for any more */
  private pauseFor(seconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = this.session.clock.after(seconds * 1000, () => resolve(true));
      const stop = (): void => {
        timer.cancel();
        resolve(false);
      };
      void this.stop.passed.then(stop);
      void this.over.passed.then(stop);
    });
  }
}

export const dequeue: VerbKind = { need: 'media', make: Dequeue };
