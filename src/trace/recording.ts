import type { AnswerEvent, CallEvent, PathEvent, RequestEvent } from '../simulator/events';
import { sizeOf, type CallLog, type KeptCall, type Numbered } from './call-log';
import { makersOf, Path, type PassedNode } from './path';
import { plainAnswer } from './redact';

/** A body that is longer is not kept. */
export const MOST_CHARACTERS = 256 * 1024;

const OVERHEAD = 700;

/** A request as it came. All texts are free of secrets. */
export interface Came {
  method: string;
  url: string;
  /** JSON; undefined for none. */
  body: string | undefined;
  hook: RequestEvent['hook'];
  property?: string;
  leg?: string;
}

/** Why the answer was not the flow's own. */
export type Instead = 'time' | 'ended' | 'error';

/**
 * One request, its answer, and the way of its message through the flow: three events, made when
 * somebody asks for them. Of a simulated call, which tells the first two itself, only the last.
 */
export class Recording implements Numbered {
  readonly path: Path;
  isNumbered = true;
  /** The HTTP status of the answer; absent while there is none. */
  status?: number;
  /** The caller of the webhook is gone, and has got no answer. */
  lost = false;
  /** The guard answered. */
  instead?: Instead;
  body: string | undefined;
  private readonly requestSeq: number;
  private answerSeq = 0;
  private pathSeq = 0;
  private pathAt = 0;
  private answerAt = 0;
  private size: number;
  /** What follows from the answer, once it is there. */
  private after?: () => void;
  private makers?: PathEvent['verbs'];

  constructor(
    private readonly log: CallLog,
    readonly call: KeptCall,
    /** Undefined when the call tells it itself; then with the request's number. */
    readonly came: Came | undefined,
    readonly id: number,
    node: PassedNode,
    private readonly at: number,
  ) {
    this.requestSeq = came ? call.next() : 0;
    this.size = OVERHEAD + (came ? sizeOf(came.body) + sizeOf(came.url) : 0);
    this.path = new Path(node, () => {
      this.call.changed(this);
      this.log.touch(this.call);
    });
    call.changed(this);
  }

  get bytes(): number {
    return this.size;
  }

  get isAnswered(): boolean {
    return this.answerSeq > 0;
  }

  /** @param act - is done after the answer, or once it is clear that there will be none */
  then(act: () => void): void {
    this.after = act;
  }

  /** An answer goes out. */
  answered(status: number, chunk: unknown): void {
    if (this.isAnswered) return;
    this.status = status;
    const text = textOf(chunk);
    this.path.answered();
    if (text !== undefined && text !== '') {
      if (this.came) this.body = text;
      else this.makers = makersOf(parsed(text), this.path.verbs);
    }
    this.settle();
  }

  /** Nobody waits for an answer any more. */
  over(): void {
    if (this.isAnswered) return;
    this.lost = true;
    this.settle();
  }

  number(call: KeptCall): void {
    this.pathSeq = call.next();
    this.pathAt = Date.now() - call.started;
  }

  events(after: number): CallEvent[] {
    const events: CallEvent[] = [];
    if (this.came && this.requestSeq > after) events.push(this.request(this.came));
    if (this.came && this.answerSeq > after) events.push(this.answer());
    if (this.pathSeq > after) events.push(this.way());
    return events;
  }

  private settle(): void {
    const { call } = this;
    this.answerAt = Date.now() - call.started;
    this.answerSeq = call.next();
    call.changed(this);
    const size = sizeOf(this.body) + this.path.nodes.length * 16;
    this.size += size;
    this.log.grow(call, size);
    this.after?.();
    this.after = undefined;
    this.log.touch(call);
  }

  private request({ method, url, body, hook, property, leg }: Came): RequestEvent {
    return {
      seq: this.requestSeq,
      at: this.at,
      type: 'request',
      id: this.id,
      hook,
      method,
      url,
      ...(body !== undefined && { body: parsed(body) }),
      ...(property !== undefined && { property }),
      ...(leg !== undefined && { leg }),
    };
  }

  private answer(): AnswerEvent {
    const { answerSeq: seq, answerAt: at, id: request, status, body, lost } = this;
    return {
      seq,
      at,
      type: 'answer',
      request,
      took: at - this.at,
      ...(status !== undefined && { status }),
      ...(body !== undefined && { body: parsed(body) }),
      ...(lost && { error: 'the connection was closed before an answer was there' }),
    };
  }

  private way(): PathEvent {
    const { nodes, errors, verbs } = this.path;
    return {
      seq: this.pathSeq,
      at: this.pathAt,
      type: 'path',
      request: this.id,
      nodes: [...nodes],
      verbs: this.makers ?? makersOf(this.document(), verbs),
      ...(errors.length > 0 && { errors: errors.map((error) => ({ ...error })) }),
    };
  }

  /** The answer as a document. */
  document(): unknown {
    return this.body === undefined ? undefined : parsed(this.body);
  }
}

/** What was written as an answer, as text without secrets; undefined for what is no text. */
function textOf(chunk: unknown): string | undefined {
  if (typeof chunk === 'string') return short(chunk.length) ?? plainAnswer(chunk);
  if (!Buffer.isBuffer(chunk)) return undefined;
  const tooLong = short(chunk.length);
  if (tooLong !== undefined) return tooLong;
  const text = chunk.toString();
  // Not text: a recording, a picture.
  return text.includes('\uFFFD') ? `(${chunk.length} bytes)` : plainAnswer(text);
}

/** What stands for a text that is too long. */
export function short(length: number): string | undefined {
  return length > MOST_CHARACTERS ? JSON.stringify(`(${length} characters, which are too many to be kept)`) : undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
