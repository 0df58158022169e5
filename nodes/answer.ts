import type { NodeAPI } from 'node-red';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'answer',
    verbNode(RED, () => ({ verb: 'answer' })),
  );
};
