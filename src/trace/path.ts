import { messageOf } from '../problem';
import type { Message } from '../typed-value';
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

/** A document as it was seen: what it held, and who had sent it; null for a node that has got it. */
type Step = readonly [document: unknown[], length: number, sender: string | null];

/** Follows one request's message from node to node, and whose work the verbs of its document are. */
export abstract class Path {
  readonly nodes: string[];
  errors: { node: string; text: string }[] | undefined = undefined;
  /** Of the answer, once it is given: the names of its verbs, and who made each. */
  protected made: { names: unknown[]; nodes: (string | null)[] } | undefined = undefined;
  private document: unknown[] | undefined = undefined;
  private length = 0;
  private steps: Step[] | undefined = undefined;

  constructor(node: PassedNode) {
    this.nodes = [idOf(node)];
  }

  /** There is something new. */
  protected abstract moved(): void;

  received(node: PassedNode, msg: Message): void {
    if (this.nodes.length < MOST_NODES) this.nodes.push(idOf(node));
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
  protected arrived(): void {
    const { document, steps = [] } = this;
    if (document) {
      this.made = { names: document.map(nameOf), nodes: document.map((verb, index) => makerOf(steps, verb, index)) };
    }
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
    if (steps.length < MOST_NODES) steps.push([document, document.length, sender && idOf(sender)]);
  }
}

function verbsIn(payload: unknown): unknown[] | undefined {
  return Array.isArray(payload) && nameOf(payload[0]) !== undefined ? (payload as unknown[]) : undefined;
}

function nameOf(verb: unknown): unknown {
  return typeof verb === 'object' && verb !== null ? (verb as { verb?: unknown }).verb : undefined;
}

/** Who first sent a document with this verb in it. */
function makerOf(steps: readonly Step[], verb: unknown, index: number): string | null {
  const has = ([document]: Step): boolean => document.includes(verb);
  const first = steps.find(has);
  if (!first || typeof verb !== 'object' || verb === null) return null;
  if (first[2] !== null) return first[2];
  // On all wires but the first travels a copy, which was made by nobody.
  const original = steps.find(([document, length]) => index < length && isSame(document[index], verb));
  return original?.[2] ?? null;
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
export function makersOf(
  answer: unknown,
  made: { names: unknown[]; nodes: (string | null)[] } | undefined,
): (string | null)[] {
  if (!Array.isArray(answer)) return [];
  const { names = [], nodes = [] } = made ?? {};
  const isSo = (verb: unknown, place: number): boolean => nameOf(verb) === names[place];
  if (answer.length === names.length) return answer.map((verb, place) => (isSo(verb, place) ? nodes[place]! : null));
  let next = 0;
  return answer.map((verb) => {
    const found = names.findIndex((_name, place) => place >= next && isSo(verb, place));
    if (found < 0) return null;
    next = found + 1;
    return nodes[found]!;
  });
}
