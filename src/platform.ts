import type { Node, NodeAPI } from 'node-red';
import { exchangeOf } from './http/exchange';
import type { ServerNode } from './server';
import { toPlatform, type Platform } from './specification';
import type { Message } from './typed-value';

/** The environment variable of a flow that says which jambonz it talks to. */
const VARIABLE = 'JAMBONZ_VERSION';

/** The version that reads the answers of a `webhook in`: of the flow, else of the server, else 0.9. */
export function platformOfServer(RED: NodeAPI, node: Node, server: ServerNode | null): Platform {
  return platformOfFlow(RED, node) ?? server?.platform ?? '0.9';
}

/**
 * The version that a node writes for: that of the request which the message carries, because
 * `webhook out` checks against it; for a message without one that of the flow, else 0.9.
 */
export function platformOf(RED: NodeAPI, node: Node, msg: Message): Platform {
  return exchangeOf(msg)?.platform ?? platformOfFlow(RED, node) ?? '0.9';
}

function platformOfFlow(RED: NodeAPI, node: Node): Platform | undefined {
  const version: unknown = RED.util.evaluateNodeProperty(VARIABLE, 'env', node, {});
  return version ? toPlatform(version) : undefined;
}
