import type { NodeAPI } from 'node-red';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'dtmf',
    verbNode(RED, async (read) => ({
      verb: 'dtmf',
      dtmf: asText(await read.value('dtmf')),
      duration: await read.value('duration'),
    })),
  );
};

/** The engine refuses 5 in the place of "5". */
function asText(digits: unknown): unknown {
  return typeof digits === 'number' ? String(digits) : digits;
}
