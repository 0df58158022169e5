import { textOf, type Finding, type FlowNode } from './flow';
import type { Graph } from './graph';
import { folded, pathOfWebhook } from './webhooks';

/** Two `webhook in` for the same requests: the first one gets them all. */
export function samePath(graph: Graph): Omit<Finding, 'check'>[] {
  const first = new Map<string, FlowNode>();
  return graph.ofType('webhook in').flatMap((node) => {
    const path = pathOfWebhook(node);
    if (path === undefined) return [];
    const key = `${(textOf(node.method) || 'post').toLowerCase()} ${folded(path)}`;
    const other = first.get(key) ?? (graph.copies(node) > 1 ? node : undefined);
    if (!first.has(key)) first.set(key, node);
    if (!other) return [];
    const isOwn = other === node;
    const facts: Record<string, string> = isOwn ? { path } : { path, other: other.id };
    return [{ node: node.id, field: 'url', beside: ['method'], facts, ...(isOwn && { reason: 'subflow' }) }];
  });
}
