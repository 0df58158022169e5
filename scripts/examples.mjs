// The example flows as one flow file, and what can be called in it.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/** All examples of a folder, each on a tab of its own. Throws when two of them cannot live in one flow file. */
export function mergeExamples(folder) {
  const nodes = [];
  const origin = new Map();
  const claim = (what, file) => {
    if (origin.has(what)) throw new Error(`examples: ${what} is in "${origin.get(what)}" and in "${file}"`);
    origin.set(what, file);
  };
  const files = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.json')) : [];
  for (const file of files.sort()) {
    const flow = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const containers = new Set(flow.filter(({ type }) => type === 'tab' || type === 'subflow').map(({ id }) => id));
    for (const node of flow) {
      claim(`id ${node.id}`, file);
      if (node.type === 'webhook in') claim(`${(node.method || 'post').toUpperCase()} ${node.url}`, file);
      // An example that was exported without its tab.
      if (node.z && !containers.has(node.z)) {
        containers.add(node.z);
        nodes.push({ id: node.z, type: 'tab', label: basename(file, '.json') });
      }
      nodes.push(node);
    }
  }
  return nodes;
}

/** The webhooks of a flow file that are switched on. */
export function webhooks(flow) {
  const off = new Set(flow.filter(({ type, disabled }) => type === 'tab' && disabled).map(({ id }) => id));
  return flow.filter(({ type, d, z, url }) => type === 'webhook in' && !d && !off.has(z) && url);
}

/**
 * The webhook to try first: one that takes any POST and comes to a verb and an answer, with as few
 * nodes on the way that may turn the message elsewhere as possible.
 */
export function easiest(flow, verbs) {
  const byId = new Map(flow.map((node) => [node.id, node]));
  const score = (start) => {
    const seen = new Set();
    const queue = [start.id];
    for (const id of queue) {
      const node = byId.get(id);
      if (!node || node.d || seen.has(id)) continue;
      seen.add(id);
      queue.push(...(node.wires ?? []).flat());
    }
    const types = [...seen].map((id) => byId.get(id).type);
    const answers = types.includes('webhook out') && types.some((type) => verbs.has(type));
    return answers ? types.filter((type) => !verbs.has(type)).length : Infinity;
  };
  // A path that another node names is called in the course of a call, not at its start.
  const later = new Set(flow.filter(({ type }) => type !== 'webhook in').flatMap((node) => Object.values(node)));
  const ranked = webhooks(flow)
    .filter(({ method, signed, url }) => (method || 'post') === 'post' && !signed && !/[:*?(]/.test(url))
    .filter(({ url }) => !later.has(url))
    .map((node) => ({ node, score: score(node) }))
    .sort((a, b) => a.score - b.score);
  return ranked[0]?.score < Infinity ? ranked[0].node : undefined;
}
