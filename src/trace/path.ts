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

/** Follows one request's message from node to node, and whose work the verbs of its document are. */
export class Path {
  readonly nodes: string[];
  readonly errors: { node: string; text: string }[] = [];
  /** Of the answer, once it is given: the verbs, and who made each of them. */
  verbs: { verb: unknown; node: string | null }[] = [];
  private made: { verb: object; node: string; index: number }[] = [];
  private document: unknown[] | undefined;
  private length = 0;

  constructor(
    node: PassedNode,
    /** Told when there is something new. */
    private readonly changed: () => void,
  ) {
    this.nodes = [idOf(node)];
  }

  received(node: PassedNode, msg: Message): void {
    if (this.nodes.length < MOST_NODES) this.nodes.push(idOf(node));
    this.look(msg, undefined);
    this.changed();
  }

  sent(node: PassedNode, msg: Message): void {
    this.look(msg, idOf(node));
  }

  complained(node: PassedNode, error: unknown): void {
    const id = idOf(node);
    const text = plainText(messageOf(error).slice(0, LONGEST_ERROR));
    // Who reports an error when done with a message is heard twice.
    if (this.errors.length >= MOST_ERRORS || this.errors.some((one) => one.node === id && one.text === text)) return;
    this.errors.push({ node: id, text });
    this.changed();
  }

  /** The document that was seen last is the answer. */
  answered(): void {
    this.verbs = (this.document ?? []).map((verb) => ({
      verb: nameOf(verb),
      node: this.made.find((one) => one.verb === verb)?.node ?? null,
    }));
    this.document = undefined;
    this.made = [];
  }

  /** @param maker - the node that has sent the message; absent for one that has reached a node */
  private look(msg: Message, maker: string | undefined): void {
    const document = documentOf(msg);
    if (!document || (document === this.document && document.length === this.length)) return;
    this.document = document;
    this.length = document.length;
    for (let index = 0; index < document.length && this.made.length < MOST_NODES; index++) {
      const verb = document[index];
      if (typeof verb !== 'object' || verb === null || this.made.some((one) => one.verb === verb)) continue;
      // On all wires but the first travels a copy.
      const node = maker ?? this.made.find((one) => one.index === index && isSame(one.verb, verb))?.node;
      if (node !== undefined) this.made.push({ verb, node, index });
    }
  }
}

/** The verbs that a message carries: as `webhook out` answers, or a core `http response`. */
function documentOf({ jambonz, payload }: Message): unknown[] | undefined {
  if (Array.isArray(jambonz)) return jambonz;
  return Array.isArray(payload) && nameOf(payload[0]) !== undefined ? payload : undefined;
}

function nameOf(verb: unknown): unknown {
  return typeof verb === 'object' && verb !== null ? (verb as { verb?: unknown }).verb : undefined;
}

function isSame(a: object, b: object): boolean {
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
export function makersOf(answer: unknown, verbs: Path['verbs']): (string | null)[] {
  if (!Array.isArray(answer)) return [];
  if (answer.length === verbs.length) {
    return answer.map((verb, index) => (isNamed(verb, verbs[index]!.verb) ? verbs[index]!.node : null));
  }
  let next = 0;
  return answer.map((verb) => {
    const found = verbs.findIndex((one, index) => index >= next && isNamed(verb, one.verb));
    if (found < 0) return null;
    next = found + 1;
    return verbs[found]!.node;
  });
}

/** Also in the form `{say: {text: 'hi'}}`. */
function isNamed(verb: unknown, name: unknown): boolean {
  const own = nameOf(verb);
  if (own !== undefined || name !== undefined) return own === name;
  return true;
}
