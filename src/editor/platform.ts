import type { Platform } from './properties';
import { textOf } from './form';

interface Environment {
  env?: { name: string; value: unknown }[];
}

const VARIABLE = 'JAMBONZ_VERSION';

/**
 * The jambonz version that was chosen for a node: by the variable JAMBONZ_VERSION of its group, tab
 * or subflow, else by the server of the `webhook in` nodes that lead to it. The stricter one where
 * they differ; undefined where nobody has chosen.
 */
export function chosenPlatform(node: EditorNode): Platform | undefined {
  const variable = ofEnvironment(node);
  if (variable) return variable;
  const chosen = new Set<Platform>();
  for (const { type, server } of [node, ...before(node)]) {
    const platform = type === 'webhook in' || type === node.type ? ofServer(server) : undefined;
    if (platform) chosen.add(platform);
  }
  return chosen.has('0.9') ? '0.9' : chosen.has('10') ? '10' : undefined;
}

function ofEnvironment(node: EditorNode): Platform | undefined {
  const tab = RED.nodes.workspace(textOf(node.z)) ?? RED.nodes.subflow(textOf(node.z));
  for (const scope of [RED.nodes.group(textOf(node.g)), tab]) {
    const value = (scope as Environment | null | undefined)?.env?.find(({ name }) => name === VARIABLE)?.value;
    if (textOf(value) !== '') return toPlatform(value);
  }
  return undefined;
}

function ofServer(id: unknown): Platform | undefined {
  const platform = id ? RED.nodes.node(textOf(id))?.platform : undefined;
  return platform ? toPlatform(platform) : undefined;
}

/** As the runtime reads it. */
function toPlatform(version: unknown): Platform {
  return /^\s*v?\d{2,}(\.|\s|$)/.test(textOf(version)) ? '10' : '0.9';
}

/** The nodes from which messages come to this one, also through link nodes. */
function before(node: EditorNode): EditorNode[] {
  const found = new Set<EditorNode>([node]);
  for (const target of found) {
    for (const { source } of RED.nodes.filterLinks({ target })) found.add(source);
    if (target.type !== 'link in') continue;
    for (const id of Array.isArray(target.links) ? (target.links as string[]) : []) {
      const source = RED.nodes.node(id);
      if (source) found.add(source);
    }
  }
  found.delete(node);
  return [...found];
}
