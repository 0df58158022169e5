import { messageOf } from '../problem';
import type { Message } from '../typed-value';
import type { MadeVerb } from './note';
import { plainText } from './redact';

/** What the trace has to know of a node. */
export interface PassedNode {
  id: string;
  /** In a subflow: the node that its flow's author sees. */
  _alias?: string;
}

/** More than this passes a message only when it goes round in circles. */
const MOST_NODES = 500;
const MOST_ERRORS = 50;
const LONGEST_ERROR = 500;

/** The node as it stands on the canvas. */
const idOf = ({ _alias, id }: PassedNode): string => _alias ?? id;

/** A document as it was seen. A chain of them takes less memory than a list, in which there is room for more. */
class Step {
  /** The document may grow after this. */
  readonly length: number;

  /** @param sender - null when it was seen at a node that has got it */
  constructor(
    readonly document: readonly unknown[],
    readonly sender: PassedNode | null,
    readonly before: Step | undefined,
  ) {
    this.length = document.length;
  }
}

/** Follows one request's message from node to node, and whose work the verbs of its document are. */
export abstract class Path {
  errors: { node: string; text: string }[] | undefined = undefined;
  /** Of the answer, once it is given. */
  made: MadeVerb[] | undefined = undefined;
  private readonly passed: PassedNode[];
  /** The document that was seen last, and those before it. */
  private step: Step | undefined = undefined;
  private steps = 0;

  constructor(node: PassedNode) {
    this.passed = [node];
  }

  /** The ids of the nodes that the message has passed, in order. */
  get nodes(): string[] {
    return this.passed.map(idOf);
  }

  /** There is something new. */
  protected abstract moved(): void;

  received(node: PassedNode, msg: Message): void {
    if (this.passed.length < MOST_NODES) this.passed.push(node);
    this.look(msg, null);
    this.moved();
  }

  sent(node: PassedNode, msg: Message): void {
    this.look(msg, node);
  }

  complained(node: PassedNode, error: unknown): void {
    const id = idOf(node);
    const text = plainText(messageOf(error).slice(0, LONGEST_ERROR));
    const errors = (this.errors ??= []);
    // Who reports an error when done with a message is heard twice.
    if (errors.length >= MOST_ERRORS || errors.some((one) => one.node === id && one.text === text)) return;
    errors.push({ node: id, text });
    this.moved();
  }

  /** The document that was seen last is the answer. */
  protected arrive(): void {
    const { step } = this;
    if (!step) return;
    const { document } = step;
    const made: MadeVerb[] = [];
    for (let place = 0; place < document.length; place++) {
      const verb = document[place];
      made.push({ verb: nameOf(verb), node: makerOf(step, verb, place) });
    }
    this.made = made;
    this.step = undefined;
  }

  private look({ jambonz, payload }: Message, sender: PassedNode | null): void {
    // As `webhook out` answers, or a core `http response`.
    const document = Array.isArray(jambonz) ? (jambonz as unknown[]) : verbsIn(payload);
    const { step } = this;
    if (!document || (document === step?.document && document.length === step.length)) return;
    // Of too many the last one takes the place of the one before, and names nobody as the maker.
    const isOneTooMany = ++this.steps > MOST_NODES;
    this.step = isOneTooMany ? new Step(document, null, step?.before) : new Step(document, sender, step);
  }
}

function verbsIn(payload: unknown): unknown[] | undefined {
  return Array.isArray(payload) && nameOf(payload[0]) !== undefined ? (payload as unknown[]) : undefined;
}

function nameOf(verb: unknown): string | undefined {
  const { verb: name } = (verb ?? {}) as { verb?: unknown };
  return typeof name === 'string' ? name : undefined;
}

/** Who first sent a document with this verb in it. */
function makerOf(last: Step, verb: unknown, index: number): string | null {
  if (typeof verb !== 'object' || verb === null) return null;
  let first: Step | undefined;
  for (let step: Step | undefined = last; step; step = step.before) {
    const place = step.document.indexOf(verb);
    if (place >= 0 && place < step.length) first = step;
  }
  // On all wires but the first travels a copy, which was made by nobody.
  const sender = first?.sender ?? senderOfOriginal(last, verb, index);
  return sender && idOf(sender);
}

function senderOfOriginal(last: Step, copy: object, index: number): PassedNode | null {
  const steps: Step[] = [];
  for (let step: Step | undefined = last; step; step = step.before) steps.push(step);
  // The first one stands last.
  const first = steps.findLast(({ document, length }) => index < length && isSame(document[index], copy));
  return first?.sender ?? null;
}

function isSame(a: unknown, b: object): boolean {
  try {
    return nameOf(a) === nameOf(b) && JSON.stringify(a) === JSON.stringify(b);
  } catch {
    return false;
  }
}

/**
 * For each verb of an answer who made it: what a node on the way has left out or renamed is null.
 *
 * @param answer - the answer's JSON
 */
export function makersOf(answer: unknown, made: readonly MadeVerb[] = []): (string | null)[] {
  if (!Array.isArray(answer)) return [];
  if (answer.length === made.length) {
    return made.map(({ verb, node }, place) => (nameOf(answer[place]) === verb ? node : null));
  }
  let next = 0;
  return answer.map((verb) => {
    const name = nameOf(verb);
    for (let place = next; place < made.length; place++) {
      if (made[place]!.verb !== name) continue;
      next = place + 1;
      return made[place]!.node;
    }
    return null;
  });
}
