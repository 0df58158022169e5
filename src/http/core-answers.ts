import type { Node, NodeAPI } from 'node-red';
import { describe } from '../problem';
import type { Message } from '../typed-value';
import { exchangeOf, isOpen } from './exchange';
import { answer } from './receive';

const CORE = 'http response';
const HOOK = 'onReceive.jambonz-vars';

/**
 * Writes the variables of a call before the core `http response` node answers, too. That node takes
 * the response out of the message and writes at once, so its message is held up on the way in:
 * nothing has to be done to the response, and Node-RED's hook sees the very message that answers
 * (a flow with branches has sent copies of `msg.vars`). The hook would be asked for every message
 * of every node, so it is there only while a flow has such a node.
 */
export function saveBeforeCoreAnswers(RED: NodeAPI): void {
  RED.events.on('flows:started', () => {
    let wanted = false;
    RED.nodes.eachNode((node) => {
      if (node.type === CORE) wanted = true;
    });
    RED.hooks.remove(HOOK);
    if (!wanted) return;
    RED.hooks.add(HOOK, (event, next) => {
      const node = event.destination.node as unknown as Node;
      const msg = event.msg as Message;
      const exchange = node.type === CORE ? exchangeOf(msg) : undefined;
      if (!exchange?.variables || !isOpen(exchange)) {
        next();
        return;
      }
      const unsaved = (error: unknown): void => {
        node.error(
          describe((key, facts) => RED._(key, facts ?? {}), node, error),
          msg,
        );
      };
      answer(exchange, msg.vars, unsaved, () => next());
    });
  });
}
