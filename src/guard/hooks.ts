import type { NodeAPI } from 'node-red';
import { exchangeOf } from '../http/exchange';
import type { Message } from '../typed-value';
import type { Settling } from './settled';
import type { Place, Watch } from './watch';

const LABEL = 'jambonz-guard';

type Seen = Settling & Place;

/** A node's flow as the runtime has it, which finds the nodes that are there and switched on. */
interface Router {
  getNode?(id: string): unknown;
}

const watchOf = (msg: unknown): Watch | undefined => exchangeOf(msg as Message)?.watch;

/** Lets the runtime tell where the messages of requests are. Once for each runtime. */
export function followMessages({ hooks }: NodeAPI): void {
  if (hooks.has(`onSend.${LABEL}`)) return;
  hooks.add(`onSend.${LABEL}`, (events: { msg: unknown; source: { node: unknown }; destination: { id: string } }[]) => {
    for (const { msg, source, destination } of events) {
      const watch = watchOf(msg);
      if (watch && isThere(source.node as { _flow?: Router }, destination.id)) watch.sent();
    }
  });
  hooks.add(`onReceive.${LABEL}`, ({ msg, destination }: { msg: unknown; destination: { node: unknown } }) => {
    watchOf(msg)?.received(destination.node as Seen);
  });
  hooks.add(
    `onComplete.${LABEL}`,
    ({ msg, node, error }: { msg: unknown; node: { node: unknown }; error?: unknown }) => {
      watchOf(msg)?.completed(node.node as Seen, error);
    },
  );
}

/** A wire may lead to a node that is switched off: nothing arrives there. */
function isThere({ _flow: flow }: { _flow?: Router }, id: string): boolean {
  return typeof flow?.getNode !== 'function' || Boolean(flow.getNode(id));
}
