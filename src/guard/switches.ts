import type { Settling } from './settled';
import type { Place, Watch } from './watch';

/** Longer than a switch can need for a message whose turn it is. */
const MARGIN_MS = 20;

/** What a core `switch` node shows of itself. */
interface Switch extends Settling {
  property?: unknown;
  propertyType?: string;
}

interface Rule {
  t?: string;
  vt?: string;
  v2t?: string;
}

const queues = new WeakMap<object, (Watch | undefined)[]>();

/**
 * A core `switch` node never says that it is done with a message. But it takes messages in turn,
 * one for each turn of the event loop, so it is known when it has had its chance to send one on.
 * Called for every message that it gets, of a request or not: all stand in the same queue.
 */
export function passSwitch(node: Switch & Place, watch: Watch | undefined): void {
  const queue = queues.get(node);
  if (queue) {
    queue.push(watch);
    return;
  }
  const started: (Watch | undefined)[] = [watch];
  queues.set(node, started);
  const turn = (): void => {
    const passed = started.shift();
    if (passed && decidesAtOnce(node)) setTimeout(() => passed.passed(), MARGIN_MS);
    if (started.length > 0) setImmediate(turn);
    else queues.delete(node);
  };
  setImmediate(turn);
}

/** Not one that asks a context store or JSONata, or that keeps the messages of a sequence. */
function decidesAtOnce({ property, propertyType = 'msg', rules }: Switch): boolean {
  if (propertyType !== 'msg' && propertyType !== 'env') return false;
  if (typeof property !== 'string' || !Array.isArray(rules)) return false;
  return (rules as Rule[]).every(
    ({ t, vt = '', v2t = '' }) => t !== 'tail' && t !== 'jsonata_exp' && ![vt, v2t].some((kind) => LATER.has(kind)),
  );
}

const LATER = new Set(['flow', 'global', 'jsonata']);
