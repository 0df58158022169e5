import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '../../locales/en-US');
const catalog = Object.assign(
  {},
  ...readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as object),
) as Record<string, unknown>;

/** `RED._` as a user meets it: the test helper's own returns the key. */
export function translate(key: string, facts: Record<string, string> = {}): string {
  const text = key
    .split('.')
    .reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], catalog);
  if (typeof text !== 'string') throw new Error(`no text for ${key}`);
  return text.replace(/__(\w+?)__/g, (_match, name: string) => facts[name] ?? '');
}
