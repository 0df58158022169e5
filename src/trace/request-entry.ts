import type { AnswerEvent, CallEvent, PathEvent, RequestEvent } from '../simulator/events';
import { tooLong } from './arrived';
import { sizeOf, type Entry, type KeptCall } from './call-log';
import type { Instead, Note } from './note';
import { makersOf } from './path';
import { plainAnswer, plainText } from './redact';

const OVERHEAD = 900;
/** Of an id or a name, of which many say the same. */
const POINTER = 24;

/**
 * What is kept of one request, its answer, and the way of its message through the flow: three events, made when
 * somebody asks for them. Of a simulated call, which tells the first two itself, only the last. Free of secrets.
 */
export class RequestEntry implements Entry {
  /** That of the note. */
  readonly order: number;
  /** Absent for a request of a simulated call, which tells request and answer itself. */
  readonly hook: RequestEvent['hook'] | undefined;
  /** Where it went, without the query. */
  readonly path: string;
  /** It ends the call, or may be the first. */
  turn: 'first' | 'last' | undefined = undefined;
  /** The HTTP status of the answer; absent while there is none. */
  status: number | undefined = undefined;
  lost = false;
  instead: Instead | undefined = undefined;
  errors: Note['errors'] = undefined;
  bytes: number;
  answerAt = 0;
  private readonly method: string;
  private readonly url: string;
  /** The request's body: JSON; undefined for none. */
  private readonly asked: string | undefined;
  private readonly property: string;
  private readonly leg: string;
  private readonly at: number;
  private requestSeq = 0;
  private answerSeq = 0;
  private pathSeq = 0;
  private pathAt = 0;
  /** The answer's body. */
  private said: string | undefined = undefined;
  private nodes: Note['nodes'] = [];
  private made: Note['made'] = undefined;
  private makers: PathEvent['verbs'] | undefined = undefined;

  /**
   * @param id - the request's number in its call
   * @param body - the request's body
   */
  constructor(
    readonly call: KeptCall,
    readonly id: number,
    { arrived, since, order }: Note,
    { call_sid }: Readonly<Record<string, unknown>> = {},
  ) {
    this.order = order;
    this.hook = arrived?.hook;
    this.method = arrived?.method ?? '';
    const target = plainText(arrived?.target ?? '');
    this.path = target.split('?', 1)[0]!;
    this.url = arrived ? `${arrived.scheme}://${arrived.host}${target}` : '';
    this.property = arrived?.property ?? '';
    this.leg = arrived && call_sid !== arrived.key && typeof call_sid === 'string' ? call_sid.slice(0, 200) : '';
    this.asked = arrived && plainAnswer(arrived.body.toString());
    this.at = arrived ? since - call.started : call.now();
    this.bytes = OVERHEAD + sizeOf(this.asked) + sizeOf(this.url);
  }

  /** It has the number of its request. */
  get isTold(): boolean {
    return this.requestSeq > 0;
  }

  tell(): void {
    this.requestSeq = this.call.next();
  }

  get isAnswered(): boolean {
    return this.answerSeq > 0;
  }

  /** The answer is there, or never will be. @returns by how much this has grown, in bytes */
  settle({ status, chunk, lost, instead, answered, nodes, made }: Note): number {
    const text = answerText(chunk);
    if (status > 0) this.status = status;
    this.lost = lost;
    this.instead = instead;
    this.made = made;
    if (text !== undefined && text !== '') {
      if (!this.hook) this.makers = makersOf(parsed(text), made);
      else this.said = text;
    }
    this.answerAt = this.hook ? answered - this.call.started : this.call.now();
    this.answerSeq = this.call.next();
    const size = sizeOf(this.said) + POINTER * (nodes.length + 2 * (made?.length ?? 0));
    this.bytes += size;
    return size;
  }

  /** The message has moved. */
  follow({ nodes, errors }: Note): void {
    this.nodes = nodes;
    this.errors = errors;
    this.pathAt = Math.max(this.answerAt, this.at);
    this.pathSeq = this.call.next();
  }

  events(after: number): CallEvent[] {
    const events: CallEvent[] = [];
    if (this.hook && this.requestSeq > after) events.push(this.request(this.hook));
    if (this.hook && this.answerSeq > after) events.push(this.answer());
    if (this.pathSeq > after) events.push(this.way());
    return events;
  }

  /** The request's body. */
  get body(): unknown {
    return this.asked === undefined ? undefined : parsed(this.asked);
  }

  /** The answer: a document, mostly. */
  get document(): unknown {
    return this.said === undefined ? undefined : parsed(this.said);
  }

  private request(hook: RequestEvent['hook']): RequestEvent {
    const { requestSeq: seq, at, id, method, url, body, property, leg } = this;
    return {
      seq,
      at,
      type: 'request',
      id,
      hook,
      method,
      url,
      ...(body !== undefined && { body }),
      ...(property !== '' && { property }),
      ...(leg !== '' && { leg }),
    };
  }

  private answer(): AnswerEvent {
    const { answerSeq: seq, answerAt: at, id: request, status, document, lost } = this;
    return {
      seq,
      at,
      type: 'answer',
      request,
      took: at - this.at,
      ...(status !== undefined && { status }),
      ...(document !== undefined && { body: document }),
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
      verbs: this.makers ?? makersOf(this.document, made),
      ...(errors && { errors: errors.map((error) => ({ ...error })) }),
    };
  }
}

/** What was written as an answer, as text without secrets; undefined for what is no text. */
function answerText(chunk: unknown): string | undefined {
  if (typeof chunk !== 'string' && !Buffer.isBuffer(chunk)) return undefined;
  const instead = tooLong(chunk.length);
  if (instead !== undefined) return instead;
  const text = chunk.toString();
  // Not text: a recording, a picture.
  const isText = typeof chunk === 'string' || !text.includes('\uFFFD');
  return isText ? plainAnswer(text) : JSON.stringify(`(${chunk.length} bytes)`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
