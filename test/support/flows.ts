import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { FlowNode } from './node-red';

const root = resolve(__dirname, '../..');

/** The types whose pages are in `nodes/`, those of config nodes apart. */
export function types(): { nodes: string[]; config: string[] } {
  const nodes: string[] = [];
  const config: string[] = [];
  for (const page of readdirSync(join(root, 'nodes')).filter((file) => file.endsWith('.html'))) {
    const html = readFileSync(join(root, 'nodes', page), 'utf8');
    const type = /data-template-name="([^"]+)"/.exec(html)?.[1];
    if (type) (html.includes("category: 'config'") ? config : nodes).push(type);
  }
  return { nodes, config };
}

/** The flows of a folder by their names; none when the folder is not there. */
export function flowsOf(folder: string): { name: string; flow: FlowNode[] }[] {
  const path = resolve(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => ({
      name: file.replace('.json', ''),
      flow: JSON.parse(readFileSync(join(path, file), 'utf8')) as FlowNode[],
    }));
}
