import { isSettled, type Settling } from './settled';

/** Where a message was seen. */
export interface Place {
  id: string;
  type: string;
  name?: string;
}

/** Why the flow will not answer, or has not. */
export interface End {
  reason: 'time' | 'ended' | 'error';
  /** The node that the message was last seen at, or that failed. */
  place?: Place;
  /** The text of the error. */
  detail?: string;
}

/** Nodes that Node-RED hands a message to without a wire. */
const UNWIRED = new Set(['catch', 'complete', 'status']);

/**
 * Follows the messages that carry one request through the flow: counts those that are on a wire or
 * at a node. At zero nobody can answer any more, unless a node came by of which that is not known.
 */
export class Watch {
  /** Set once the request was answered for the flow. */
  ended?: End;
  private last?: Place;
  private failure?: { place: Place; detail: string };
  /** The node that receives webhooks is the first one at work. */
  private open = 1;
  private certain = true;
  /** Messages on their way to a `link in`, which a `link call` reaches without a wire. */
  private linked = 0;
  private over = false;
  private looking = false;
  private readonly timer: NodeJS.Timeout;

  /**
   * @param isOpen - whether an answer is still wanted
   * @param end - called once, when no answer will come or the time is up
   */
  constructor(
    milliseconds: number,
    private readonly isOpen: () => boolean,
    private readonly end: (end: End) => void,
  ) {
    this.timer = setTimeout(() => this.finish({ reason: 'time', place: this.last }), milliseconds);
  }

  /** The request was answered, or its caller is gone. */
  close(): void {
    this.over = true;
    clearTimeout(this.timer);
  }

  /** A message was put on a wire. */
  sent(type?: string): void {
    this.open++;
    if (type === 'link in') this.linked++;
  }

  /** A message has reached a node. */
  received(node: Settling & Place): void {
    if (this.over) return;
    this.last = node;
    if (UNWIRED.has(node.type)) this.open++;
    else if (node.type === 'link in' && this.linked-- <= 0) {
      this.linked = 0;
      this.open++;
    }
    if (node.type === 'catch') this.failure = undefined;
    // These pass a message on at once and never say that they are done.
    if (node.type.startsWith('subflow')) this.leave();
  }

  /** A node is done with a message. */
  completed(node: Settling & Place, error?: unknown): void {
    if (this.over) return;
    if (error) this.failure = { place: node, detail: String((error as { message?: unknown }).message ?? error) };
    else if (!isSettled(node)) this.certain = false;
    this.leave();
  }

  /** A node that does not say when it is done is done. */
  passed(): void {
    if (!this.over) this.leave();
  }

  /** What the node that received the request had to send is sent. */
  leave(): void {
    this.open--;
    if (this.open > 0 || !this.certain || this.looking || this.over || !this.isOpen()) return;
    this.looking = true;
    // Catch and Complete nodes get their messages after this, and a node may send after it is done.
    setImmediate(() =>
      setImmediate(() => {
        this.looking = false;
        if (this.open > 0 || !this.certain) return;
        if (this.failure) this.finish({ reason: 'error', ...this.failure });
        else this.finish({ reason: 'ended', place: this.last });
      }),
    );
  }

  private finish(end: End): void {
    if (this.over) return;
    this.close();
    this.ended = end;
    this.end(end);
  }
}
