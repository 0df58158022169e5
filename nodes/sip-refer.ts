import type { NodeAPI } from 'node-red';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'sip:refer',
    verbNode(RED, async (read) => ({
      verb: 'sip:refer',
      referTo: await read.value('referTo'),
      headers: await read.json('headers'),
      referredBy: await read.value('referredBy'),
      actionHook: await read.value('actionHook'),
      eventHook: await read.value('eventHook'),
    })),
  );
};
