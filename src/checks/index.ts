import { afterRedirect } from './after-redirect';
import type { Finding, FlowNode, Options } from './flow';
import { Graph } from './graph';
import { hangupFirst } from './hangup-first';
import { interDigit } from './inter-digit';
import { leaveOutside } from './leave-outside';
import { longSay } from './long-say';
import { lostHook } from './lost-hook';
import { noAnswer } from './no-answer';
import { publicUrl, retryFragment } from './public-url';
import { samePath } from './same-path';

export type { Finding, FlowNode, Options } from './flow';

type Check = (graph: Graph, options: Options) => Omit<Finding, 'check'>[];

/** Every check of whole flows by its name. They say only what is certain from the flow alone. */
const CHECKS: Readonly<Record<string, Check>> = {
  'no-answer': noAnswer,
  'lost-hook': lostHook,
  'after-redirect': afterRedirect,
  'hangup-first': hangupFirst,
  'leave-outside': leaveOutside,
  'inter-digit': interDigit,
  'same-path': samePath,
  'long-say': longSay,
  'public-url': publicUrl,
  'retry-fragment': retryFragment,
};

/** What the editor finds out about single fields. */
const FIELD_CHECKS = ['version', 'number'] as const;

/** The names of all checks, those of single fields included. */
export const CHECK_NAMES: readonly string[] = [...Object.keys(CHECKS), ...FIELD_CHECKS];

/**
 * Looks for what will not work in flows, without running them.
 *
 * @param off - the names of checks that are not wanted
 */
export function check(
  flow: readonly FlowNode[],
  options: Options = {},
  off: ReadonlySet<string> = new Set(),
): Finding[] {
  const graph = new Graph(flow);
  return Object.entries(CHECKS)
    .filter(([name]) => !off.has(name))
    .flatMap(([name, look]) => look(graph, options).map((finding) => ({ ...finding, check: name })));
}
