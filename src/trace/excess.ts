import { FIRST_ENTRIES } from './call-log';
import type { TracedCall } from './new-calls';
import type { Recording } from './recording';

/** Of one call at a time: whoever sends more than these in a moment is no call. */
export const MOST_OF_ONE = 64;

/** What one call alone has too much of: its middle is left out. */
export class Excess {
  /** So many of the beginning are still to be kept. */
  private first: number;
  private tooMany: number;
  private omitted = 0;

  constructor({ entries, waiting }: TracedCall) {
    this.first = Math.max(0, FIRST_ENTRIES - (entries?.length ?? 0));
    this.tooMany = waiting - MOST_OF_ONE;
  }

  /** To be asked of all that waits of the call, in order. */
  leavesOut(recording: Recording): boolean {
    if (this.first > 0) {
      this.first--;
    } else if (this.tooMany > 0) {
      this.tooMany--;
      this.omitted += 1 + recording.omitted;
      recording.isLeftOut = true;
      return true;
    } else {
      recording.omitted += this.omitted;
      this.omitted = 0;
    }
    return false;
  }
}
