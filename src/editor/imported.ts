import { hooksOf } from '../results/outcomes';

/**
 * Mends nodes that the editor has given the defaults of new ones: what an assistant suggests, or the
 * quick search inserts, may be a part of an older flow. Node-RED fills in all properties then, but
 * not the number of outputs.
 */
export function mendSuggestedNodes(): void {
  RED.events.on('nodes:add', (added) => {
    const node = added as EditorNode & { _config?: Record<string, string | undefined> };
    const given = node._config;
    if (!given || node.results !== 'ports' || given.results !== undefined || !Array.isArray(node.ports)) return;
    const hooks = hooksOf(node.type);
    if (hooks.length === 0 || node.outputs === node.ports.length) return;
    if (hooks.some(({ fields }) => fields.some((field) => given[field] !== undefined))) {
      // It knows of addresses, and not that there is a choice.
      node.results = undefined;
      node.ports = undefined;
      return;
    }
    node.outputs = node.ports.length;
  });
}
