import type { NodeAPI } from 'node-red';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'play',
    verbNode(RED, async (read) => ({
      verb: 'play',
      url: await read.value('url'),
      earlyMedia: read.raw('early'),
      loop: read.raw('loop'),
      // A saved 0 means no limit and no offset: nothing is sent.
      timeoutSecs: read.raw('timeout') ? await read.value('timeout') : undefined,
      seekOffset: read.raw('offset') ? await read.value('offset') : undefined,
      actionHook: await read.value('hook'),
    })),
  );
};
