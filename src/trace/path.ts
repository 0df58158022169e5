import { messageOf } from '../problem';
import type { Message } from '../typed-value';
import { PART } from './note';
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
  nodes: string;
  errors: { node: string; text: string }[] | undefined = undefined;
  /** Of the answer, once it is given. */
  made: string | undefined = undefined;
  private count = 1;
  private document: unknown[] | undefined = undefined;
  private length = 0;
  private steps: Steps | undefined = undefined;

  constructor(node: PassedNode) {
    this.nodes = idOf(node);
  }

  /** There is something new. */
  protected abstract moved(): void;

  received(node: PassedNode, msg: Message): void {
    if (this.count++ < MOST_NODES) this.nodes += PART + idOf(node);
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
    if (document) {
      let made = '';
      for (let index = 0; index < document.length; index++) {
        const verb = document[index];
        made += `${index === 0 ? '' : PART}${nameOf(verb) ?? ''}${PART}${makerOf(steps, verb, index) ?? ''}`;
      }
      this.made = made;
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
    if (steps.length < 3 * MOST_NODES) steps.push(document, document.length, sender && idOf(sender));
  }
}

function verbsIn(payload: unknown): unknown[] | undefined {
  return Array.isArray(payload) && nameOf(payload[0]) !== undefined ? (payload as unknown[]) : undefined;
}

function nameOf(verb: unknown): string | undefined {
  const { verb: name } = (verb ?? {}) as { verb?: unknown };
  return typeof name === 'string' && !name.includes(PART) ? name : undefined;
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
export function makersOf(answer: unknown, made = ''): (string | null)[] {
  if (!Array.isArray(answer)) return [];
  const parts = made === '' ? [] : made.split(PART);
  const count = parts.length / 2;
  const isSo = (verb: unknown, place: number): boolean => (nameOf(verb) ?? '') === parts[2 * place];
  const nodeAt = (place: number): string | null => ((parts[2 * place + 1] ?? '') === '' ? null : parts[2 * place + 1]!);
  if (answer.length === count) return answer.map((verb, place) => (isSo(verb, place) ? nodeAt(place) : null));
  let next = 0;
  return answer.map((verb) => {
    for (let place = next; place < count; place++) {
      if (!isSo(verb, place)) continue;
      next = place + 1;
      return nodeAt(place);
    }
    return null;
  });
}
