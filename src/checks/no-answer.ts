import { hookOf } from '../results/outcomes';
import type { Finding } from './flow';
import type { Graph } from './graph';
import { isSilent, portsOf } from './verbs';

/** A result port with wires from which no way leads to an answer. */
export function noAnswer(graph: Graph): Omit<Finding, 'check'>[] {
  return graph.nodes.flatMap((node) =>
    portsOf(node).flatMap((name, port) => {
      const hook = hookOf(node.type, name);
      // What nobody waits for has been answered before the flow gets it.
      if (!hook || hook.answer === 'ignored' || graph.direct({ node, port }).length === 0) return [];
      return graph.reach({ node, port }).every(isSilent) ? [{ node: node.id, facts: { port: name } }] : [];
    }),
  );
}
