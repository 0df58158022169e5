import type { KeptCall } from './call-log';

const INTERVAL_MS = 100;

/** Says that something has happened in a call; not more often than ten times a second. */
export class Doorbell {
  private waiting: KeptCall[] = [];
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly publish: (call: { id: string; seq: number }) => void) {}

  ring(call: KeptCall): void {
    if (call.rung) return;
    call.rung = true;
    this.waiting.push(call);
    this.timer ??= setTimeout(() => this.ringNow(), INTERVAL_MS).unref();
  }

  private ringNow(): void {
    const { waiting } = this;
    this.waiting = [];
    this.timer = undefined;
    for (const call of waiting) {
      call.rung = false;
      // It has made room for later ones: nobody can ask for it.
      if (!call.gone) this.publish({ id: call.id, seq: call.seq });
    }
  }
}
