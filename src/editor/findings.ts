import type { Finding } from '../checks';
import { labelKey } from '../results/outcomes';
import { textOf } from './form';

/** What the checks of single fields tell those who ask for everything. */
export interface Notice {
  node: EditorNode;
  check: string;
  field?: string;
  text: string;
}

/** The setting of each user that holds the names of checks that are switched off. */
const SETTING = 'jambonzChecksOff';

const byNode = new Map<string, Finding[]>();
let listener: ((notice: Notice) => void) | undefined;

/** The checks that this user does not want. */
export function checksOff(): Set<string> {
  const saved = RED.settings.get(SETTING);
  return new Set(Array.isArray(saved) ? saved.map(String) : []);
}

export function switchCheck(name: string, isOn: boolean): void {
  const off = checksOff();
  if (isOn) off.delete(name);
  else off.add(name);
  RED.settings.set(SETTING, [...off].sort());
}

/** Takes what the checks of the whole flow have found; returns the ids of the nodes for which it differs from before. */
export function takeFindings(findings: readonly Finding[]): string[] {
  const before = new Map([...byNode].map(([id, list]) => [id, JSON.stringify(list)]));
  byNode.clear();
  for (const finding of findings) byNode.set(finding.node, [...(byNode.get(finding.node) ?? []), finding]);
  const ids = new Set([...before.keys(), ...byNode.keys()]);
  return [...ids].filter((id) => before.get(id) !== (byNode.has(id) ? JSON.stringify(byNode.get(id)) : undefined));
}

/** Everything that the checks of the whole flow have found. */
export function allFindings(): Finding[] {
  return [...byNode.values()].flat();
}

/** What the checks of the whole flow say about a field, as long as nobody has edited what they looked at. */
export function findingAt(node: EditorNode, property: string, current: (property: string) => unknown): string {
  const isAsSaved = ({ beside = [] }: Finding): boolean =>
    [property, ...beside].every((name) => asText(current(name)) === asText(node[name]));
  return (byNode.get(node.id) ?? [])
    .filter((finding) => finding.field === property && isAsSaved(finding))
    .map((finding) => sentence(node, finding))
    .join(' ');
}

/** What they say about a node as a whole, and about fields that Node-RED does not validate. */
export function findingsOf(node: EditorNode): string {
  return (byNode.get(node.id) ?? [])
    .filter(({ field }) => field === undefined || !node._def.defaults[field]?.validate)
    .map((finding) => sentence(node, finding))
    .join(' ');
}

/** What a finding means, in a sentence. */
export function sentence(node: EditorNode, { check, reason = 'text', facts }: Finding): string {
  const { other, port } = facts;
  return node._(`common.checks.${check}.${reason}`, {
    ...facts,
    ...(other !== undefined && { other: labelOf(other) }),
    ...(port !== undefined && { port: labelOfPort(node, port) }),
  });
}

/** What a node is called on the canvas. */
export function labelOf(id: string): string {
  const node = RED.nodes.node(id);
  return node ? RED.utils.getNodeLabel(node, textOf(node.name) || node.type) : id;
}

function labelOfPort(node: EditorNode, port: string): string {
  const key = labelKey(port);
  const label = key ? node._(key) : '';
  return label === '' || label === key || label.endsWith(`:${key ?? ''}`) ? port.replace(/^\w+:/, '') : label;
}

/** A checkbox shows true where 1 or "on" may have been saved. */
function asText(value: unknown): string {
  return typeof value === 'boolean' ? (value ? 'true' : '') : textOf(value);
}

/** Tells whoever collects what a check of a single field has found. */
export function notify(notice: Notice): void {
  listener?.(notice);
}

/** All that the checks of single fields find in some nodes. */
export function noticesOf(nodes: readonly EditorNode[]): Notice[] {
  const notices: Notice[] = [];
  listener = (notice) => notices.push(notice);
  try {
    for (const node of nodes) {
      for (const [property, { validate }] of Object.entries(node._def.defaults)) {
        validate?.call(node, node[property], {});
      }
    }
  } finally {
    listener = undefined;
  }
  return notices;
}
