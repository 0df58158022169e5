import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const nodes = resolve(__dirname, '../../nodes');

/** The types whose dialog has a list of further properties, and the verbs whose properties it offers. */
export function verbsOfNodes(): { set: string; type: string; verbs: string[] }[] {
  return readdirSync(nodes)
    .filter((file) => file.endsWith('.html'))
    .flatMap((file) => {
      const page = readFileSync(join(nodes, file), 'utf8');
      const [, type] = /data-template-name="([^"]+)"/.exec(page) ?? [];
      const [, verbs] = /<!-- include more verbs="([^"]+)"/.exec(page) ?? [];
      return type && verbs ? [{ set: file.replace('.html', ''), type, verbs: verbs.split(' ') }] : [];
    });
}
