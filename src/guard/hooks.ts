import type { NodeAPI } from 'node-red';
import { exchangeOf } from '../http/exchange';
import type { Path } from '../trace/path';
import type { Message } from '../typed-value';
import type { Settling } from './settled';
import { passSwitch } from './switches';
import type { Place } from './watch';

const LABEL = 'jambonz-guard';

type Seen = Settling & Place;

/** A node's flow as the runtime has it, which finds the nodes that are there and switched on. */
interface Router {
  getNode?(id: string): { type: string } | null | undefined;
}

/** Which recording has seen a node last get a message: what the node complains of is about that. */
let latestNode: Seen | undefined;
let latestPath: Path | undefined;

/** The runtimes that tell us. Asking a runtime for its hooks costs more than this, and every request asks. */
const followed = new WeakSet<object>();

/** Lets the runtime tell where the messages of requests are. Once for each runtime. */
export function followMessages({ hooks, events, log }: NodeAPI): void {
  if (followed.has(hooks)) return;
  followed.add(hooks);
  addHooks(hooks);
  // Whoever clears the hooks loads flows anew.
  events.on('flows:started', () => addHooks(hooks));
  hearComplaints(log);
}

function addHooks(hooks: NodeAPI['hooks']): void {
  if (hooks.has(`onSend.${LABEL}`)) return;
  hooks.add(`onSend.${LABEL}`, (events: { msg: unknown; source: { node: unknown }; destination: { id: string } }[]) => {
    for (const { msg, source, destination } of events) {
      const exchange = exchangeOf(msg as Message);
      if (!exchange) continue;
      exchange.recording?.sent(source.node as Seen, msg as Message);
      const { watch } = exchange;
      if (!watch) continue;
      const { _flow: flow } = source.node as { _flow?: Router };
      // A wire may lead to a node that is switched off: nothing arrives there.
      const node = flow?.getNode ? flow.getNode(destination.id) : { type: '' };
      if (node) watch.sent(node.type);
    }
  });
  hooks.add(`onReceive.${LABEL}`, ({ msg, destination }: { msg: unknown; destination: { node: unknown } }) => {
    const node = destination.node as Seen;
    const exchange = exchangeOf(msg as Message);
    const { watch, recording } = exchange ?? {};
    watch?.received(node);
    recording?.received(node, msg as Message);
    latestNode = node;
    latestPath = recording;
    // A switch may keep the messages of a sequence until all are there.
    if (node.type === 'switch') passSwitch(node, (msg as Message).parts === undefined ? watch : undefined);
  });
  hooks.add(
    `onComplete.${LABEL}`,
    ({ msg, node, error }: { msg: unknown; node: { node: unknown }; error?: unknown }) => {
      const exchange = exchangeOf(msg as Message);
      exchange?.watch?.completed(node.node as Seen, error);
      if (error) exchange?.recording?.complained(node.node as Seen, error);
    },
  );
}

/**
 * A node that reports an error and goes on says only what it is about by when it says it: while it
 * is at work with a message.
 */
function hearComplaints(log: unknown): void {
  const { addHandler, ERROR = 20 } = log as { addHandler?: (handler: object) => void; ERROR?: number };
  addHandler?.({
    emit(_event: string, { level, id, msg }: { level?: number; id?: string; msg?: unknown }) {
      if (level === ERROR && latestNode && id === latestNode.id) latestPath?.complained(latestNode, textOf(msg));
    },
  });
}

/** An error that was logged as an object has been encoded for the editor by then. */
function textOf(logged: unknown): unknown {
  if (typeof logged !== 'string' || !logged.startsWith('{"__enc__":true,"type":"error"')) return logged;
  try {
    return (JSON.parse(logged) as { data?: unknown }).data;
  } catch {
    return logged;
  }
}
