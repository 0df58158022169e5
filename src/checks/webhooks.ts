import { hookOf } from '../results/outcomes';
import { isBlank, literal, textOf, type FlowNode } from './flow';
import type { Graph } from './graph';
import { matches, pathOf, suffixes, withSlash } from './paths';
import { hookFields, portsOf } from './verbs';

/** Where messages with a request come from: a webhook, or a result port. */
export interface Source {
  node: FlowNode;
  /** The name of the port; absent for a node that starts flows. */
  port?: string;
}

/** What a `webhook in` listens on; undefined when only a variable tells. */
export function pathOfWebhook(node: FlowNode): string | undefined {
  const url = textOf(node.url).trim();
  return url === '' || url.includes('${') ? undefined : withSlash(url);
}

/** The sources of all messages that may reach a node. */
export function sourcesOf(graph: Graph, target: FlowNode): Source[] {
  const seen = new Set<FlowNode>([target]);
  const sources: Source[] = [];
  for (const node of seen) {
    const before = graph.before(node);
    if (before.length === 0 && node !== target) sources.push({ node });
    for (const { node: previous, port } of before) {
      const name = portsOf(previous)[port] ?? '';
      if (hookOf(previous.type, name)) sources.push({ node: previous, port: name });
      else seen.add(previous);
    }
  }
  return sources;
}

/** The webhooks from which messages may reach a node, also over the ports of other verbs. */
export function webhooksBefore(graph: Graph, target: FlowNode): FlowNode[] {
  const seen = new Set<FlowNode>([target]);
  for (const node of seen) for (const exit of graph.before(node)) seen.add(exit.node);
  return [...seen].filter(({ type }) => type === 'webhook in');
}

/** The hooks of all nodes; `path` is undefined when it cannot be known before a message comes. */
export function allHooks(
  graph: Graph,
): { node: FlowNode; field: string; path: string | undefined; isKnown: boolean }[] {
  return graph.nodes.flatMap((node) =>
    hookFields(node).map((field) => {
      const value = literal(node, field);
      return { node, field, path: value === undefined ? undefined : pathOf(value), isKnown: value !== undefined };
    }),
  );
}

/** Properties that say nothing about a path. */
const SCENERY = new Set(['id', 'z', 'g', 'type', 'name', 'label', 'info', 'wires', 'links', 'scope', 'env', 'nodes']);

/** Whether a path is named by anything beside `webhook in` nodes and the given fields. */
export function isNamed(graph: Graph, path: string, but: readonly { node: FlowNode; field: string }[] = []): boolean {
  // Any text may be an address of a path with parameters.
  if (/[:*(]/.test(path) || path === '/') return true;
  const wanted = path.toLowerCase();
  const holds = (value: unknown): boolean => {
    if (typeof value === 'string') return value.toLowerCase().includes(wanted);
    return typeof value === 'object' && value !== null && Object.values(value).some(holds);
  };
  return graph.nodes.some((node) => {
    if (node.type === 'webhook in' || node.type === 'comment') return false;
    const except = new Set(but.filter((other) => other.node === node).map(({ field }) => field));
    return Object.entries(node).some(
      ([property, value]) => !SCENERY.has(property) && !except.has(property) && holds(value),
    );
  });
}

/** Tells of a path whether some `webhook in`, or core `http in`, of these flows receives it. */
export function served(graph: Graph, root = ''): (path: string) => boolean {
  const urls = [...graph.ofType('webhook in'), ...graph.ofType('http in')].map(({ url }) => textOf(url).trim());
  if (urls.some((url) => url.includes('${'))) return () => true;
  const own = urls.filter((url) => url !== '').map(withSlash);
  const patterns = own.filter((url) => /[:*(]/.test(url));
  const plain = new Set(own.map(folded));
  const prefix = withSlash(root.replace(/\/+$/, ''));
  const isOwn = (path: string): boolean =>
    plain.has(folded(path)) || patterns.some((pattern) => matches(pattern, path));
  return (path) => {
    const isBelow = prefix !== '/' && path.startsWith(`${prefix}/`);
    // A proxy may put a prefix in front of every path.
    return suffixes(path).some(isOwn) || (isBelow && isOwn(path.slice(prefix.length)));
  };
}

/** Paths that the router takes for the same: it minds neither capitals nor a last slash. */
export function folded(path: string): string {
  return path.toLowerCase().replace(/(.)\/$/, '$1');
}

/** The public address that a server node gives to this Node-RED. */
export function hasPublicUrl(graph: Graph, { server }: FlowNode): boolean {
  return !isBlank(graph.node(server)?.publicUrl);
}

/** The path of a hook that is a full address below the public address that some server node gives to this Node-RED. */
export function pathOnOwnUrl(graph: Graph, node: FlowNode, field: string): string | undefined {
  const address = literal(node, field) ?? '';
  for (const server of graph.ofType('jambonz_auth')) {
    const base = (literal(server, 'publicUrl') ?? '').replace(/\/+$/, '');
    if (base !== '' && address.toLowerCase().startsWith(`${base.toLowerCase()}/`)) {
      return pathOf(address.slice(base.length));
    }
  }
  return undefined;
}
