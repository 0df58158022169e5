import type { Node, NodeAPI } from 'node-red';
import { describe } from '../problem';
import type { Message } from '../typed-value';
import { exchangeOf, isOpen } from './exchange';
import { answer } from './receive';

const CORE = 'http response';
const HOOK = 'onReceive.jambonz-vars';

/** What Node-RED tells a hook of a message that a node is about to get. */
interface Arrival {
  msg: Message;
  destination: { node: Node };
}

const watched = new WeakSet<object>();

/**
 * Writes the variables of a call before the core `http response` node answers, too. That node takes
 * the response out of the message and writes at once, so its message is held up on the way in:
 * nothing has to be done to the response, and Node-RED's hook sees the very message that answers
 * (a flow with branches has sent copies of `msg.vars`). The hook would be asked for every message
 * of every node, so it is there only while a flow has such a node.
 */
export function saveBeforeCoreAnswers(RED: NodeAPI): void {
  if (watched.has(RED.events)) return;
  watched.add(RED.events);
  let hooked = false;
  RED.events.on('flows:started', () => {
    const types = new Set<string>();
    RED.nodes.eachNode(({ type }) => void types.add(type));
    const wanted = types.has(CORE);
    if (wanted === hooked) return;
    hooked = wanted;
    if (wanted) RED.hooks.add(HOOK, (event: unknown) => save(RED, event as Arrival));
    else RED.hooks.remove(HOOK);
  });
}

/** @returns what the message has to wait for; mostly nothing */
function save(RED: NodeAPI, { msg, destination: { node } }: Arrival): Promise<void> | undefined {
  const exchange = node.type === CORE ? exchangeOf(msg) : undefined;
  if (!exchange?.variables || !isOpen(exchange)) return undefined;
  const unsaved = (error: unknown): void => {
    node.error(
      describe((key, facts) => RED._(key, facts ?? {}), node, error),
      msg,
    );
  };
  return new Promise((saved) => answer(exchange, msg.vars, unsaved, saved));
}
