import { hooksFor } from '../results/outcomes';
import { isBlank, literal, textOf, type Finding, type FlowNode } from './flow';
import type { Graph } from './graph';
import { hookFields, portsOf } from './verbs';
import { hasPublicUrl, webhooksBefore } from './webhooks';

/** Result ports whose address jambonz can only find when it is given in full. */
export function publicUrl(graph: Graph): Omit<Finding, 'check'>[] {
  return [...createdCalls(graph), ...redirects(graph)];
}

/** A call that this Node-RED starts: its ports have no request whose address they could follow. */
function createdCalls(graph: Graph): Omit<Finding, 'check'>[] {
  const isSimulated = (node: FlowNode): boolean => graph.node(textOf(node.server))?.simulator === true;
  return graph
    .ofType('create-call')
    .filter((node) => reports(node) && !isBlank(node.server) && !isSimulated(node) && !hasPublicUrl(graph, node))
    .map(({ id }) => ({ node: id, reason: 'create-call', beside: ['server', 'results'], facts: {} }));
}

/** After a redirect to another host jambonz looks there for all relative addresses. */
function redirects(graph: Graph): Omit<Finding, 'check'>[] {
  return graph.ofType('redirect').flatMap((node) => {
    const host = hostOf(literal(node, 'hook') ?? '');
    if (host === undefined) return [];
    const webhooks = webhooksBefore(graph, node);
    const isReached = webhooks.length > 0 && webhooks.every((webhook) => !hasPublicUrl(graph, webhook));
    return isReached && before(graph, node).some(reports)
      ? [{ node: node.id, field: 'hook', reason: 'redirect', facts: { host } }]
      : [];
  });
}

/** Whether a node has ports that a webhook of its own leads to. */
function reports(node: FlowNode): boolean {
  return hooksFor(node.type, portsOf(node)).length > 0;
}

function before(graph: Graph, target: FlowNode): FlowNode[] {
  const seen = new Set<FlowNode>([target]);
  for (const node of seen) for (const exit of graph.before(node)) seen.add(exit.node);
  return [...seen];
}

function hostOf(hook: string): string | undefined {
  try {
    const { protocol, host } = new URL(hook);
    return /^(http|ws)s?:$/.test(protocol) ? host : undefined;
  } catch {
    return undefined;
  }
}

/** jambonz's retries on a relative hook: jambonz takes them for a part of the path. */
export function retryFragment(graph: Graph): Omit<Finding, 'check'>[] {
  return graph.nodes.flatMap((node) =>
    hookFields(node)
      .filter((field) => /^\/[^#]*#(.*&)?r[cp]=/.test(literal(node, field) ?? ''))
      .map((field) => ({ node: node.id, field, facts: {} })),
  );
}
