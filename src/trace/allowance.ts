/** Requests a second that are taken down when load lasts. */
const RATE = 100;
/** More come at once and are all taken down. */
const BURST = 5000;
/** Of one call, however many others there are. */
const WHOLE = 200;

/**
 * How much is taken down under load that lasts: calls would push each other out before anybody could look, and that
 * would cost more than it is worth. Then some calls are kept, but those whole: half a call explains nothing.
 */
export class Allowance {
  private left = BURST;
  private at: number;

  constructor(private readonly now: () => number = Date.now) {
    this.at = now();
  }

  /**
   * Whether one more request may be taken down.
   *
   * @param before - how many were of the same call; undefined when none was
   * @param isFirst - it is the first request of its call
   */
  take(before: number | undefined, isFirst: boolean): boolean {
    const now = this.now();
    this.left = Math.min(BURST, this.left + ((now - this.at) * RATE) / 1000);
    this.at = now;
    if (this.left < needed(before, isFirst)) return false;
    this.left = Math.max(-RATE, this.left - 1);
    return true;
  }
}

function needed(before: number | undefined, isFirst: boolean): number {
  if (before === undefined) return isFirst ? 1 : RATE;
  return before < WHOLE ? -Infinity : 1;
}
