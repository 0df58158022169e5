import type { NodeAPI } from 'node-red';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'dub',
    verbNode(RED, async (read) => ({
      verb: 'dub',
      action: read.raw('action'),
      track: await read.value('track'),
      play: await read.value('play'),
      say: await read.value('say'),
      loop: read.raw('loop'),
      gain: read.raw('gain'),
    })),
  );
};
