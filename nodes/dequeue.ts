import type { NodeAPI } from 'node-red';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'dequeue',
    verbNode(RED, async (read) => ({
      verb: 'dequeue',
      name: await read.value(read.named('queue', 'queuename')),
      callSid: await read.value('callSid'),
      beep: read.raw('beep'),
      actionHook: await read.value(read.named('actionHook', 'actionhook')),
      confirmHook: await read.value('confirmHook'),
      timeout: await read.digits('timeout'),
    })),
  );
};
