import { FIRST_ENTRIES } from './call-log';
import type { Recording } from './recording';

/** Of one call at a time: whoever sends more than these in a moment is no call. */
export const MOST_OF_ONE = 64;

/** Who sends requests: a call that is in the log, or one that is not there yet. */
export interface Caller {
  /** So many of its requests wait to be in the log. */
  waiting: number;
  /** It has made room for others: nothing of it is kept. */
  readonly gone: boolean;
  /** What is kept of it. */
  readonly entries?: readonly unknown[];
}

class Newcomer implements Caller {
  waiting = 0;
  gone = false;

  constructor(readonly id: string) {}
}

/** The last calls that the log does not know yet, as many as it has room for. */
export class Newcomers {
  private readonly known = new Map<string, Newcomer>();
  /** In the order in which they came, each in the place of the one that it has pushed out. */
  private readonly inOrder: (Newcomer | undefined)[];
  private place = 0;

  constructor(most: number) {
    this.inOrder = new Array<Newcomer | undefined>(most).fill(undefined);
  }

  get(id: string): Caller {
    return this.known.get(id) ?? this.add(new Newcomer(id));
  }

  /** The log knows all of them. */
  clear(): void {
    this.known.clear();
    this.inOrder.fill(undefined);
  }

  private add(newcomer: Newcomer): Newcomer {
    const { known, inOrder, place } = this;
    const oldest = inOrder[place];
    if (oldest) {
      oldest.gone = true;
      known.delete(oldest.id);
    }
    inOrder[place] = newcomer;
    known.set(newcomer.id, newcomer);
    this.place = (place + 1) % inOrder.length;
    return newcomer;
  }
}

/** What one call alone has too much of: its middle is left out. */
export class Excess {
  /** So many of the beginning are still to be kept. */
  private first: number;
  private tooMany: number;
  private omitted = 0;

  constructor({ entries, waiting }: Caller) {
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
