import { textOf, type Finding } from './flow';
import type { Graph } from './graph';

/** Beyond it the vendors of speech refuse a text. */
const LIMIT = 3000;

/** A text that is too long to be spoken, without counting what the placeholders bring. */
export function longSay(graph: Graph): Omit<Finding, 'check'>[] {
  return graph.nodes.flatMap((node) => {
    const isSpoken = node.type === 'say' || (node.type === 'gather' && node.prompttype !== 'play');
    const length = isSpoken ? shortest(textOf(node.text)) : 0;
    if (length <= LIMIT) return [];
    return [
      { node: node.id, field: 'text', beside: ['prompttype'], facts: { length: String(length), limit: String(LIMIT) } },
    ];
  });
}

function shortest(text: string): number {
  // A section may leave out everything that is in it.
  if (/\{\{\{?\s*[#^>]/.test(text)) return 0;
  return text.replace(/\{\{\{?[^{}]*\}\}\}?|\$\{[^}]*\}/g, '').length;
}
