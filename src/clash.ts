import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeAPI } from 'node-red';

const OFFICIAL = '@jambonz/node-red-contrib-jambonz';

/**
 * Says in the log when the official palette is installed beside this one: both have the same node
 * types, and Node-RED keeps those of whichever it loads first. (The editor says it for any palette.)
 */
export function warnOfOfficialPalette(RED: NodeAPI): void {
  const { userDir } = RED.settings as { userDir?: string };
  if (userDir && existsSync(join(userDir, 'node_modules', OFFICIAL, 'package.json'))) {
    // The catalog of a set is there only after the set has been loaded.
    setImmediate(() =>
      RED.log.warn(RED._('webhook-in.errors.official-palette', { palette: OFFICIAL, folder: userDir })),
    );
  }
}
