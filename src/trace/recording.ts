import type { Arrived } from './arrived';
import type { TracedCall } from './new-calls';
import type { Instead, Note } from './note';
import { Path, type PassedNode } from './path';
import type { RequestEntry } from './request-entry';

/** Who gets what recordings note. */
export interface Listener {
  /** Something about a request is new: it was answered, or its message has moved. @param bytes - more to be kept */
  changed(recording: Recording, bytes: number): void;
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
  /** Its entry in the log, once that is made. */
  entry: RequestEntry | undefined = undefined;
  /** The call that it belongs to, once somebody has looked. */
  call: TracedCall | undefined = undefined;
  /** What the news of it take in memory, by the size of their texts. */
  bytes = 0;
  /** Its listener knows that something is new, and has not looked yet. */
  waits = false;
  /** There is to be no entry of it. */
  isLeftOut = false;
  /** So many requests of the same call, before this one, are left out. */
  omitted = 0;

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
    if (!this.waits) this.listener.changed(this, 0);
  }

  private settle(): void {
    this.answered = Date.now();
    this.answerOrder = ++order;
    this.listener.changed(this, answerBytes(this.chunk));
  }
}

function answerBytes(chunk: unknown): number {
  return typeof chunk === 'string' || Buffer.isBuffer(chunk) ? chunk.length : 0;
}
