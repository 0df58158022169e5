import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import vm from 'node:vm';

/** The properties of a node that was just dragged from the palette. */
export function dropped(set: string): { type: string } & Record<string, unknown> {
  const page = readFileSync(join(__dirname, '../../nodes', `${set}.html`), 'utf8');
  const [, code = ''] = /<script type="text\/javascript">([\s\S]*?)<\/script>/.exec(page) ?? [];
  let node = { type: '' };
  const registerType = (type: string, { defaults }: { defaults: Record<string, { value?: unknown }> }): void => {
    const saved = Object.entries(defaults).map(([property, { value }]) => [property, value]);
    node = { type, ...(JSON.parse(JSON.stringify(Object.fromEntries(saved))) as object) };
  };
  vm.runInNewContext(code, { RED: { nodes: { registerType } } });
  return node;
}
