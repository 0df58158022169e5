import type { NodeAPI } from 'node-red';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'pause',
    verbNode(RED, async (read) => ({
      verb: 'pause',
      length: await read.value(read.named('len', 'length')),
    })),
  );
};
