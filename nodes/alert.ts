import type { NodeAPI } from 'node-red';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'alert',
    verbNode(RED, async (read) => ({
      verb: 'alert',
      message: await read.value('message'),
    })),
  );
};
