import type { NodeAPI } from 'node-red';
import { exchangeOf } from '../http/exchange';
import type { Message } from '../typed-value';
import type { Settling } from './settled';
import { passSwitch } from './switches';
import type { Place, Watch } from './watch';

const LABEL = 'jambonz-guard';

type Seen = Settling & Place;

/** A node's flow as the runtime has it, which finds the nodes that are there and switched on. */
interface Router {
  getNode?(id: string): { type: string } | null | undefined;
}

const watchOf = (msg: unknown): Watch | undefined => exchangeOf(msg as Message)?.watch;

/** The runtimes that tell us. Asking a runtime for its hooks costs more than this, and every request asks. */
const followed = new WeakSet<object>();

/** Lets the runtime tell where the messages of requests are. Once for each runtime. */
export function followMessages({ hooks, events }: NodeAPI): void {
  if (followed.has(hooks)) return;
  followed.add(hooks);
  addHooks(hooks);
  // Whoever clears the hooks loads flows anew.
  events.on('flows:started', () => addHooks(hooks));
}

function addHooks(hooks: NodeAPI['hooks']): void {
  if (hooks.has(`onSend.${LABEL}`)) return;
  hooks.add(`onSend.${LABEL}`, (events: { msg: unknown; source: { node: unknown }; destination: { id: string } }[]) => {
    for (const { msg, source, destination } of events) {
      const watch = watchOf(msg);
      if (!watch) continue;
      const { _flow: flow } = source.node as { _flow?: Router };
      // A wire may lead to a node that is switched off: nothing arrives there.
      const node = flow?.getNode ? flow.getNode(destination.id) : { type: '' };
      if (node) watch.sent(node.type);
    }
  });
  hooks.add(`onReceive.${LABEL}`, ({ msg, destination }: { msg: unknown; destination: { node: unknown } }) => {
    const node = destination.node as Seen;
    const watch = watchOf(msg);
    watch?.received(node);
    // A switch may keep the messages of a sequence until all are there.
    if (node.type === 'switch') passSwitch(node, (msg as Message).parts === undefined ? watch : undefined);
  });
  hooks.add(
    `onComplete.${LABEL}`,
    ({ msg, node, error }: { msg: unknown; node: { node: unknown }; error?: unknown }) => {
      watchOf(msg)?.completed(node.node as Seen, error);
    },
  );
}
