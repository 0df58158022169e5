import type { NodeAPI } from 'node-red';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'sip:request',
    verbNode(RED, async (read) => ({
      verb: 'sip:request',
      method: read.raw('method'),
      headers: await read.json('headers'),
      body: await read.value('body'),
      actionHook: await read.value('actionHook'),
    })),
  );
};
