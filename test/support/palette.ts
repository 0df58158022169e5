import { basename, join } from 'node:path';
import { readFileSync } from 'node:fs';
import type { NodeAPI } from 'node-red';
import { translate } from './translate';

type NodeSet = (RED: NodeAPI) => void;

const root = join(__dirname, '../..');
const { 'node-red': listed } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  'node-red': { nodes: Record<string, string> };
};

/** The names of the node sets, as listed in package.json. */
export const sets = Object.keys(listed.nodes);

/** Every node set of the palette from its source, with the texts of the en-US catalog. */
export function palette(): NodeSet[] {
  return Object.values(listed.nodes).map((built) => {
    // The sets are known at run time only.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const load = require(join(root, 'nodes', basename(built, '.js'))) as NodeSet;
    return (RED) => {
      (RED as { _: unknown })._ = translate;
      load(RED);
    };
  });
}
