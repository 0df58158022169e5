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

/** Documents as they were seen, each with its length and who had sent it; null for a node that has got it. */
type Steps = (unknown[] | number | string | null)[];

/** Follows one request's message from node to node, and whose work the verbs of its document are. */
export abstract class Path {
  errors: { node: string; text: string }[] | undefined = undefined;
  /** Of the answer, once it is given. */
  made: MadeVerb[] | undefined = undefined;
  private readonly passed: PassedNode[];
  private document: unknown[] | undefined = undefined;
  private length = 0;
  private steps: Steps | undefined = undefined;

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
    const { document, steps = [] } = this;
    this.made = document?.map((verb, place) => ({ verb: nameOf(verb), node: makerOf(steps, verb, place) }));
    this.document = undefined;
    this.steps = undefined;
  }

  private look({ jambonz, payload }: Message, sender: PassedNode | null): void {
    // As `webhook out` answers, or a core `http response`.
    const document = Array.isArray(jambonz) ? (jambonz as unknown[]) : verbsIn(payload);
    if (!document || (document === this.document && document.length === this.length)) return;
    this.document = document;
    this.length = document.length;
    const steps = (this.steps ??= []);
    if (steps.length < 3 * MOST_NODES) steps.push(document, document.length, sender && idOf(sender));
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
function makerOf(steps: Steps, verb: unknown, index: number): string | null {
  if (typeof verb !== 'object' || verb === null) return null;
  for (let place = 0; place < steps.length; place += 3) {
    if (!(steps[place] as unknown[]).includes(verb)) continue;
    // On all wires but the first travels a copy, which was made by nobody.
    return (steps[place + 2] as string | null) ?? makerOfOriginal(steps, verb, index);
  }
  return null;
}

function makerOfOriginal(steps: Steps, copy: object, index: number): string | null {
  for (let place = 0; place < steps.length; place += 3) {
    const isThere = index < (steps[place + 1] as number) && isSame((steps[place] as unknown[])[index], copy);
    if (isThere) return steps[place + 2] as string | null;
  }
  return null;
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
