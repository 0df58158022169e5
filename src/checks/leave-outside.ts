import type { Finding } from './flow';
import type { Graph } from './graph';
import { matches } from './paths';
import { allHooks, isNamed, pathOfWebhook, sourcesOf, type Source } from './webhooks';

/** `leave` in an answer that no waiting caller gets: jambonz ends the call there. */
export function leaveOutside(graph: Graph): Omit<Finding, 'check'>[] {
  const hooks = allHooks(graph);
  const isWait = (field: string): boolean => /wait/i.test(field);
  if (hooks.some(({ field, isKnown }) => isWait(field) && !isKnown)) return [];
  const others = hooks.filter(({ field, isKnown }) => isKnown && !isWait(field));
  const isElsewhere = ({ node, port }: Source): boolean => {
    if (port !== undefined) return port !== 'wait';
    const path = node.type === 'webhook in' ? pathOfWebhook(node) : undefined;
    if (path === undefined || hooks.some((hook) => isWait(hook.field) && hook.path && matches(path, hook.path)))
      return false;
    return !isNamed(graph, path, others);
  };
  return graph.ofType('leave').flatMap((node) => {
    const sources = sourcesOf(graph, node);
    return sources.length > 0 && sources.every(isElsewhere) ? [{ node: node.id, facts: {} }] : [];
  });
}
