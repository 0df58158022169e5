import type { Arrived } from './arrived';
import type { Instead, Note } from './note';
import { Path, type PassedNode } from './path';
import type { RequestEntry } from './request-entry';

/** Who gets what recordings note. */
export interface Listener {
  /** Something about a request is new: it was answered, or its message has moved. */
  changed(recording: Recording): void;
}

let order = 0;

/**
 * Takes down one request, its answer, and the way of its message through the flow. There is one for every request,
 * which waits for its answer meanwhile: so it notes, and what is made of it follows later.
 */
export class Recording extends Path implements Note {
  readonly since = Date.now();
  readonly order = ++order;
  answered = 0;
  answerOrder = 0;
  status = 0;
  chunk: unknown = undefined;
  lost = false;
  /** The guard answers. */
  instead: Instead | undefined = undefined;
  /** Its entry in the log, if that was made from this; it may also have been written down and read again. */
  entry: RequestEntry | undefined = undefined;
  /** It was written down: others may make an entry of it. */
  isWritten = false;
  /** Among those whose last change its listener knows of; -1 when it does not. */
  place = -1;

  /** How the response ended before it was recorded; absent for Node's own way. */
  end: ((...args: unknown[]) => unknown) | undefined = undefined;

  /** @param arrived - absent for a request of a simulated call */
  constructor(
    private readonly listener: Listener,
    node: PassedNode,
    readonly arrived?: Arrived,
  ) {
    super(node);
  }

  /** An answer goes out. */
  answer(status: number, chunk: unknown): void {
    if (this.answered > 0) return;
    this.status = status;
    this.chunk = chunk;
    this.arrive();
    this.settle();
  }

  /** Nobody waits for an answer any more. */
  over(): void {
    if (this.answered > 0) return;
    this.lost = true;
    this.settle();
  }

  protected moved(): void {
    if (this.place < 0) this.listener.changed(this);
  }

  private settle(): void {
    this.answered = Date.now();
    this.answerOrder = ++order;
    this.listener.changed(this);
  }
}
