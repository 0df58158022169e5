import { listOf, textOf, type FlowNode } from './flow';

/** A node, and the output by which a message leaves it. */
export interface Exit {
  node: FlowNode;
  port: number;
}

/** The ways that messages can take through flows. Only what runs is in it: nothing that is switched off. */
export class Graph {
  readonly nodes: readonly FlowNode[];
  private readonly byId: ReadonlyMap<string, FlowNode>;
  private readonly instances: ReadonlyMap<string, readonly FlowNode[]>;
  private readonly listeners: readonly FlowNode[];
  private entries?: Map<string, Exit[]>;

  constructor(flow: readonly FlowNode[]) {
    const places = new Map(
      flow.filter(({ type }) => type === 'tab' || type === 'subflow').map((node) => [node.id, node]),
    );
    const isOn = ({ d, z }: FlowNode): boolean => d !== true && places.get(textOf(z))?.disabled !== true;
    this.instances = instancesOf(flow.filter(isOn));
    const isUsed = ({ z }: FlowNode): boolean =>
      places.get(textOf(z))?.type !== 'subflow' || this.instances.has(textOf(z));
    this.nodes = flow.filter((node) => isOn(node) && isUsed(node) && !places.has(node.id));
    this.byId = new Map(
      [...flow.filter(({ type }) => type === 'subflow'), ...this.nodes].map((node) => [node.id, node]),
    );
    this.listeners = this.nodes.filter(({ type }) => type === 'catch' || type === 'complete');
  }

  node(id: unknown): FlowNode | undefined {
    return this.byId.get(textOf(id));
  }

  ofType(type: string): FlowNode[] {
    return this.nodes.filter((node) => node.type === type);
  }

  /** How often a node runs: once for each instance of the subflow that it is in. */
  copies({ z }: FlowNode): number {
    return this.instances.get(textOf(z))?.length ?? 1;
  }

  /** How many outputs of a node are wired, the last one counted. */
  outputs(node: FlowNode): number {
    return listOf(node.wires).length;
  }

  /** Where a message that leaves by an output certainly arrives. */
  direct({ node, port }: Exit): FlowNode[] {
    return listOf(listOf(node.wires)[port]).flatMap((id) => this.node(id) ?? []);
  }

  /** Where a link node certainly hands its messages on to. */
  linked(node: FlowNode): FlowNode[] {
    const isReturn = node.mode === 'return';
    return isReturn
      ? []
      : listOf(node.links)
          .flatMap((id) => this.node(id) ?? [])
          .filter(({ type }) => type === 'link in');
  }

  /** Wherever a message that leaves by an output may arrive at next; rather too much than too little. */
  next({ node, port }: Exit): FlowNode[] {
    return [...this.direct({ node, port }), ...this.outOfSubflow({ node, port })];
  }

  /** Wherever a message may go on to from inside a node: what has no output of its own. */
  within(node: FlowNode): FlowNode[] {
    if (node.type === 'link out') return node.mode === 'return' ? this.ofType('link call') : this.linked(node);
    if (node.type === 'link call') {
      return node.linkType === 'dynamic' ? this.ofType('link in') : this.linked({ ...node, mode: 'link' });
    }
    const template = node.type.startsWith('subflow:') ? this.node(node.type.slice('subflow:'.length)) : undefined;
    return template ? listOf(template.in).flatMap((entry) => this.wiredTo(entry)) : [];
  }

  /** Everything that a message which leaves by an output may reach, errors and completions included. */
  reach(exit: Exit): FlowNode[] {
    const found = new Set(this.next(exit));
    for (const node of found) {
      for (const next of this.after(node)) found.add(next);
    }
    return [...found];
  }

  private after(node: FlowNode): FlowNode[] {
    const ports = Array.from({ length: this.outputs(node) }, (_, port) => this.next({ node, port })).flat();
    return [...ports, ...this.within(node), ...this.listeners.filter((listener) => hears(listener, node))];
  }

  /** The outputs from which messages may come to a node; none when nothing leads to it. */
  before(node: FlowNode): Exit[] {
    this.entries ??= this.collectEntries();
    return this.entries.get(node.id) ?? [];
  }

  private collectEntries(): Map<string, Exit[]> {
    const entries = new Map<string, Exit[]>();
    const add = (target: FlowNode, exit: Exit): void => {
      const exits = entries.get(target.id);
      if (exits) exits.push(exit);
      else entries.set(target.id, [exit]);
    };
    for (const node of this.nodes) {
      for (let port = 0; port < this.outputs(node); port++) {
        for (const target of this.next({ node, port })) add(target, { node, port });
      }
      for (const target of this.within(node)) add(target, { node, port: 0 });
    }
    return entries;
  }

  private outOfSubflow({ node, port }: Exit): FlowNode[] {
    const template = this.node(node.z);
    if (template?.type !== 'subflow') return [];
    return listOf(template.out).flatMap((out, output) => {
      const leaves = listOf((out as { wires?: unknown } | null)?.wires).some((wire) => {
        const { id, port: from } = wire as { id?: unknown; port?: unknown };
        return id === node.id && (from ?? 0) === port;
      });
      const instances = leaves ? (this.instances.get(template.id) ?? []) : [];
      return instances.flatMap((instance) => this.next({ node: instance, port: output }));
    });
  }

  private wiredTo(entry: unknown): FlowNode[] {
    return listOf((entry as { wires?: unknown } | null)?.wires).flatMap(
      (wire) => this.node((wire as { id?: unknown }).id) ?? [],
    );
  }
}

/** The instances of each subflow that run, also inside other subflows that do. */
function instancesOf(flow: readonly FlowNode[]): Map<string, FlowNode[]> {
  const templates = new Set(flow.filter(({ type }) => type === 'subflow').map(({ id }) => id));
  const found = new Map<string, FlowNode[]>();
  const visit = (place: (node: FlowNode) => boolean, parents: readonly string[]): void => {
    for (const node of flow.filter(place)) {
      const id = node.type.startsWith('subflow:') ? node.type.slice('subflow:'.length) : '';
      if (!templates.has(id) || parents.includes(id)) continue;
      found.set(id, [...(found.get(id) ?? []), node]);
      visit(({ z }) => z === id, [...parents, id]);
    }
  };
  visit(({ z }) => !templates.has(textOf(z)), []);
  return found;
}

/** Whether a catch or complete node may get what happens in a node. */
function hears({ scope, z }: FlowNode, node: FlowNode): boolean {
  return Array.isArray(scope) ? scope.includes(node.id) : z === node.z;
}
