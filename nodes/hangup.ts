import type { NodeAPI } from 'node-red';
import { plainHeaders } from '../src/headers';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'hangup',
    verbNode(RED, (read) => ({
      verb: 'hangup',
      headers: plainHeaders(read.raw('headers')),
    })),
  );
};
