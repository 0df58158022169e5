import type { Finding, Options } from './flow';
import type { Graph } from './graph';
import { allHooks, pathOnOwnUrl, served } from './webhooks';

/** A hook with a path of this Node-RED on which nobody listens; its full address counts where a server says it. */
export function lostHook(graph: Graph, { root }: Options): Omit<Finding, 'check'>[] {
  const isServed = served(graph, root);
  return allHooks(graph).flatMap(({ node, field, path: relative }) => {
    const path = relative ?? pathOnOwnUrl(graph, node, field);
    return path === undefined || isServed(path) ? [] : [{ node: node.id, field, facts: { path } }];
  });
}
