import type { Finding } from './flow';
import type { Graph } from './graph';
import { following } from './verbs';

/** Verbs behind a redirect: they are done only when the other webhook answers with nothing. */
export function afterRedirect(graph: Graph): Omit<Finding, 'check'>[] {
  return graph.ofType('redirect').flatMap((node) => {
    const [next] = following(graph, { node, port: 0 });
    return next ? [{ node: node.id, facts: { other: next.id } }] : [];
  });
}
