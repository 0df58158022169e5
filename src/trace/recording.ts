import type { AnswerEvent, CallEvent, PathEvent, RequestEvent } from '../simulator/events';
import { sizeOf, type CallLog, type KeptCall, type Numbered } from './call-log';
import { makersOf, Path, type PassedNode } from './path';
import { plainAnswer } from './redact';

/** A body that is longer is not kept. */
export const MOST_CHARACTERS = 256 * 1024;

const OVERHEAD = 700;

/** Why the answer was not the flow's own. */
export type Instead = 'time' | 'ended' | 'error';

/** What a recording belongs to. */
export interface Keeper {
  readonly log: CallLog;
  /** A request was answered, or never will be. */
  settled(recording: Recording): void;
}

/**
 * One request, its answer, and the way of its message through the flow: three events, made when
 * somebody asks for them. Of a simulated call, which tells the first two itself, only the last.
 *
 * There is one for every request, so it is made of few objects. All texts are free of secrets.
 */
export class Recording extends Path implements Numbered {
  isNumbered = true;
  method = '';
  /** Scheme and host. */
  scheme = '';
  host = '';
  /** Path and query. */
  target = '';
  /** The request's body: JSON; undefined for none. */
  asked: string | undefined = undefined;
  hook: RequestEvent['hook'] = 'verb:hook';
  property: string | undefined = undefined;
  leg: string | undefined = undefined;
  /** It ends the call, or may be the first. */
  turn: 'first' | 'last' | undefined = undefined;
  /** The HTTP status of the answer; absent while there is none. */
  status: number | undefined = undefined;
  /** The answer's body. */
  said: string | undefined = undefined;
  /** The caller of the webhook is gone, and has got no answer. */
  lost = false;
  /** The guard answered. */
  instead: Instead | undefined = undefined;
  bytes = OVERHEAD;
  /** How the response ended before it was recorded; absent for Node's own way. */
  end: ((...args: unknown[]) => unknown) | undefined = undefined;
  private requestSeq = 0;
  private answerSeq = 0;
  private pathSeq = 0;
  private answerAt = 0;
  private pathAt = 0;
  private makers: PathEvent['verbs'] | undefined = undefined;

  /** @param isOwn - the call tells request and answer itself */
  constructor(
    private readonly keeper: Keeper,
    readonly call: KeptCall,
    /** The request's number. */
    readonly id: number,
    readonly isOwn: boolean,
    node: PassedNode,
    private readonly at: number,
  ) {
    super(node);
    if (!isOwn) this.requestSeq = call.next();
    call.changed(this);
  }

  get url(): string {
    return `${this.scheme}://${this.host}${this.target}`;
  }

  /** Puts it into the log, once its fields are set. */
  keep(): void {
    this.bytes += sizeOf(this.asked) + sizeOf(this.target);
    this.keeper.log.add(this.call, this);
  }

  /** An answer goes out. */
  answered(status: number, chunk: unknown): void {
    if (this.answerSeq > 0) return;
    this.status = status;
    const text = textOf(chunk);
    this.arrived();
    if (text !== undefined && text !== '') {
      if (this.isOwn) this.makers = makersOf(parsed(text), this.made);
      else this.said = text;
    }
    this.settle();
  }

  /** Nobody waits for an answer any more. */
  over(): void {
    if (this.answerSeq > 0) return;
    this.lost = true;
    this.settle();
  }

  number(call: KeptCall): void {
    this.pathSeq = call.next();
    this.pathAt = call.now();
  }

  events(after: number): CallEvent[] {
    const events: CallEvent[] = [];
    if (!this.isOwn && this.requestSeq > after) events.push(this.request());
    if (!this.isOwn && this.answerSeq > after) events.push(this.answer());
    if (this.pathSeq > after) events.push(this.way());
    return events;
  }

  /** The answer as a document. */
  answerDocument(): unknown {
    return this.said === undefined ? undefined : parsed(this.said);
  }

  protected moved(): void {
    this.call.changed(this);
    this.keeper.log.touch(this.call);
  }

  private settle(): void {
    const { call, keeper } = this;
    this.answerAt = call.now();
    this.answerSeq = call.next();
    const size = sizeOf(this.said) + this.nodes.length * 16;
    this.bytes += size;
    keeper.log.grow(call, size);
    if (this.turn) keeper.settled(this);
    this.moved();
  }

  private request(): RequestEvent {
    const { requestSeq: seq, at, id, hook, method, url, asked, property, leg } = this;
    return {
      seq,
      at,
      type: 'request',
      id,
      hook,
      method,
      url,
      ...(asked !== undefined && { body: parsed(asked) }),
      ...(property !== undefined && { property }),
      ...(leg !== undefined && { leg }),
    };
  }

  private answer(): AnswerEvent {
    const { answerSeq: seq, answerAt: at, id: request, status, said, lost } = this;
    return {
      seq,
      at,
      type: 'answer',
      request,
      took: at - this.at,
      ...(status !== undefined && { status }),
      ...(said !== undefined && { body: parsed(said) }),
      ...(lost && { error: 'the connection was closed before an answer was there' }),
    };
  }

  private way(): PathEvent {
    const { pathSeq: seq, pathAt: at, id: request, nodes, errors, made } = this;
    return {
      seq,
      at,
      type: 'path',
      request,
      nodes: [...nodes],
      verbs: this.makers ?? makersOf(this.answerDocument(), made),
      ...(errors && { errors: errors.map((error) => ({ ...error })) }),
    };
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
  return text.includes('\uFFFD') ? JSON.stringify(`(${chunk.length} bytes)`) : plainAnswer(text);
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
