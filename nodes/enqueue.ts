import type { NodeAPI } from 'node-red';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'enqueue',
    verbNode(RED, async (read) => ({
      verb: 'enqueue',
      name: await read.value(read.named('queue', 'queuename')),
      priority: await read.value('priority'),
      actionHook: await read.value(read.named('actionHook', 'actionhook')),
      waitHook: await read.value(read.named('waitHook', 'waithook')),
    })),
  );
};
