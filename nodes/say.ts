import type { NodeAPI } from 'node-red';
import { synthesizer } from '../src/speech';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'say',
    verbNode(RED, async (read) => ({
      verb: 'say',
      text: await read.render(read.raw('text'), 'text'),
      loop: read.raw('loop') === 'forever' ? 'forever' : await read.integer('loop'),
      earlyMedia: read.raw('early'),
      synthesizer: synthesizer(read),
    })),
  );
};
