/** One node as flows are saved. */
export interface FlowNode {
  id: string;
  type: string;
  /** The tab or subflow that the node is on. */
  z?: unknown;
  /** Switched off. */
  d?: unknown;
  wires?: unknown;
  [property: string]: unknown;
}

/** What a check knows beside the flow. */
export interface Options {
  /** Node-RED's `httpNodeRoot`: the part of every path that no node's field has. */
  root?: string;
}

/** Something that will not work, as far as the flow alone can tell. */
export interface Finding {
  /** The id of the node. */
  node: string;
  /** Which check found it. */
  check: string;
  /** The property to repair; without one it is the node as a whole, or its wires. */
  field?: string;
  /** The properties that were looked at beside the field. */
  beside?: readonly string[];
  /** Which text says it, where a check has several. */
  reason?: string;
  /** What the text names; `other` is the id of a node. */
  facts: Readonly<Record<string, string>>;
}

export const isBlank = (value: unknown): boolean => value === undefined || value === null || value === '';

/** The text of a property; empty when it holds something else. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** A field whose value stands in the flow: text without a placeholder. Undefined when only a message or a variable tells. */
export function literal(node: FlowNode, field: string): string | undefined {
  const kind = textOf(node[`${field}Type`]);
  const value = textOf(node[field]).trim();
  if (!['', 'str', 'mustache', 'unset'].includes(kind) || /\{\{|\$\{/.test(value)) return undefined;
  return value;
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}

/** Whether a further property (`more`) of a node sets something. */
export function hasFurther({ more }: FlowNode, name: string): boolean {
  return listOf(more).some((row) => listOf((row as { path?: unknown } | null)?.path)[0] === name);
}
