/** A node as the flow file has it. */
export interface FlowNode {
  id: string;
  type: string;
  /** The tab or subflow that it is in. */
  z?: string;
  /** Disabled: no message passes. */
  d?: boolean;
  wires?: unknown;
  [property: string]: unknown;
}

const SUBFLOW = /^subflow:(.+)$/;
/** Nodes that get the messages of others without a wire: all of their tab, or those that they name. */
const LISTENING = new Set(['catch', 'complete']);

/**
 * From which `webhook in` nodes a message can get to a node: over wires, through link nodes, subflows,
 * catch and complete nodes. A node's own outputs, result ports among them, count like any.
 *
 * @param nodes - all of a flow file, or what `RED.nodes.eachNode` gives
 * @param isSource - which nodes are asked about
 * @returns by the id that a node has when it runs (one in a subflow has an id for each instance), the
 *   ids of the sources that reach it; nothing for a node that none reaches
 */
export function reachedFrom(
  nodes: readonly FlowNode[],
  isSource: (node: FlowNode) => boolean,
): Map<string, ReadonlySet<string>> {
  const graph = new Graph(nodes);
  const reached = new Map<string, Set<string>>();
  for (const source of graph.matching(isSource)) {
    const seen = new Set<string>();
    const open = [...graph.after(source)];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      open.push(...graph.after(id));
    }
    for (const id of seen) {
      let sources = reached.get(id);
      if (!sources) reached.set(id, (sources = new Set()));
      sources.add(source);
    }
  }
  return reached;
}

/** A flow as it runs: every instance of a subflow has nodes of its own. */
class Graph {
  private readonly byContainer = new Map<string, FlowNode[]>();
  private readonly definitions = new Map<string, FlowNode>();
  private readonly edges = new Map<string, Set<string>>();
  private readonly running = new Map<string, FlowNode>();
  /** Every tab and every instance of a subflow: what it is made of, and how the ids of its nodes begin. */
  private readonly entered: [container: string, prefix: string][] = [];

  constructor(nodes: readonly FlowNode[]) {
    const tabs: string[] = [];
    for (const node of nodes) {
      if (node.type === 'tab') {
        if (node.disabled !== true) tabs.push(node.id);
      } else if (node.type === 'subflow') {
        this.definitions.set(node.id, node);
      } else if (node.z && node.d !== true && node.type !== 'group') {
        const members = this.byContainer.get(node.z);
        if (members) members.push(node);
        else this.byContainer.set(node.z, [node]);
      }
    }
    for (const tab of tabs) this.enter(tab, '', [], []);
    for (const [container, prefix] of this.entered) this.link(container, prefix);
  }

  matching(isWanted: (node: FlowNode) => boolean): string[] {
    return [...this.running].filter(([, node]) => isWanted(node)).map(([id]) => id);
  }

  after(id: string): Iterable<string> {
    return this.edges.get(id) ?? [];
  }

  /**
   * @param watchers - what hears of the nodes in a subflow, outside of it
   * @param within - the subflows that it is in
   */
  private enter(container: string, prefix: string, watchers: readonly string[], within: readonly string[]): void {
    this.entered.push([container, prefix]);
    const members = this.byContainer.get(container) ?? [];
    const listening = members.filter(({ type }) => LISTENING.has(type));
    for (const node of members) {
      const id = prefix + node.id;
      this.running.set(id, node);
      for (const target of listOf(node.wires).flatMap(listOf)) this.add(id, prefix + String(target));
      const own = listening.filter((one) => one !== node && hears(one, node)).map((one) => prefix + one.id);
      const all = LISTENING.has(node.type) ? own : [...own, ...watchers];
      for (const watcher of all) this.add(id, watcher);
      this.enterInstance(node, prefix, all, within);
    }
  }

  private enterInstance(node: FlowNode, prefix: string, watchers: readonly string[], within: readonly string[]): void {
    const definition = this.definitions.get(SUBFLOW.exec(node.type)?.[1] ?? '');
    // Within itself a subflow cannot be, but a file may say so.
    if (!definition || within.includes(definition.id)) return;
    const instance = prefix + node.id;
    const inner = `${instance}-`;
    const outputs = listOf(node.wires);
    // What comes in goes to the first nodes inside; the instance's own wires are those of its outputs.
    this.edges.set(instance, new Set(watchers));
    for (const port of listOf(definition.in)) {
      for (const wire of wiresOf(port)) this.add(instance, inner + wire.id);
    }
    listOf(definition.out).forEach((port, index) => {
      for (const wire of wiresOf(port)) {
        const from = wire.id === definition.id ? instance : inner + wire.id;
        for (const target of listOf(outputs[index])) this.add(from, prefix + String(target));
      }
    });
    this.enter(definition.id, inner, watchers, [...within, definition.id]);
  }

  /** Link nodes know each other by their ids in the file: in a subflow those of the same instance. */
  private link(container: string, prefix: string): void {
    for (const node of this.byContainer.get(container) ?? []) {
      const id = prefix + node.id;
      const other = (target: unknown): string => {
        const inside = prefix + String(target);
        return this.running.has(inside) ? inside : String(target);
      };
      if (node.type === 'link in') {
        // One end is enough; a link call that names the node has it the other way round.
        for (const end of listOf(node.links)) if (this.typeOf(other(end)) === 'link out') this.add(other(end), id);
      } else if (node.type === 'link out' && node.mode !== 'return') {
        for (const end of listOf(node.links)) this.add(id, other(end));
      } else if (node.type === 'link call') {
        const ends = node.linkType === 'dynamic' ? this.matching(({ type }) => type === 'link in') : listOf(node.links);
        // What comes back leaves by the caller's own wires.
        for (const end of ends) this.add(id, other(end));
      }
    }
  }

  private typeOf(id: string): string | undefined {
    const node = this.running.get(id);
    return node?.type === 'link out' && node.mode === 'return' ? undefined : node?.type;
  }

  private add(from: string, to: string): void {
    const targets = this.edges.get(from);
    if (targets) targets.add(to);
    else this.edges.set(from, new Set([to]));
  }
}

/** Whether a catch or complete node is meant for another node; a group is taken for the whole tab. */
function hears(listener: FlowNode, node: FlowNode): boolean {
  return !Array.isArray(listener.scope) || listener.scope.includes(node.id);
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The ends of a subflow's input or output. */
function wiresOf(port: unknown): { id: string }[] {
  const { wires } = Object(port) as { wires?: unknown };
  return listOf(wires) as { id: string }[];
}
