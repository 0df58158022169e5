import type { KeptCall } from './call-log';

const QUIET_MS = 100;
/** When there is so much to tell that nobody could follow, and the less often it is gone through the better. */
const BUSY_MS = 1000;
const BUSY = 100;

/** Says that something has happened in a call; not more often than ten times a second. */
export class Doorbell {
  private waiting: KeptCall[] = [];
  private timer: NodeJS.Timeout | undefined;
  private interval = QUIET_MS;

  /** @param before - called just before the bell rings; may ring it for more calls, and tells how much was new */
  constructor(
    private readonly publish: (call: { id: string; seq: number }) => void,
    private readonly before: () => number,
  ) {}

  /** It is to ring, for whom is not known yet. */
  wake(): void {
    this.timer ??= setTimeout(() => this.ringNow(), this.interval).unref();
  }

  ring(call: KeptCall): void {
    if (call.rung) return;
    call.rung = true;
    this.waiting.push(call);
    this.wake();
  }

  private ringNow(): void {
    this.interval = this.before() > BUSY ? BUSY_MS : QUIET_MS;
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
