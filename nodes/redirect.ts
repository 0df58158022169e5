import type { NodeAPI } from 'node-red';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'redirect',
    verbNode(RED, async (read) => ({
      verb: 'redirect',
      actionHook: await read.value('hook'),
    })),
  );
};
