import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const nodes = resolve(__dirname, '../../nodes');

/** The types whose dialog has a list of further properties, and the verbs whose properties it offers. */
export function verbsOfNodes(): { type: string; verbs: string[] }[] {
  return readdirSync(nodes)
    .filter((file) => file.endsWith('.html'))
    .map((file) => readFileSync(join(nodes, file), 'utf8'))
    .flatMap((page) => {
      const [, type] = /data-template-name="([^"]+)"/.exec(page) ?? [];
      const [, verbs] = /<!-- include more verbs="([^"]+)"/.exec(page) ?? [];
      return type && verbs ? [{ type, verbs: verbs.split(' ') }] : [];
    });
}
