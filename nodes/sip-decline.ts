import type { NodeAPI } from 'node-red';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'sip:decline',
    verbNode(RED, async (read) => ({
      verb: 'sip:decline',
      status: await read.integer('status'),
      reason: await read.value('reason'),
      headers: await read.json('headers'),
    })),
  );
};
