import type { NodeAPI } from 'node-red';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'rasa',
    verbNode(RED, async (read) => ({
      verb: 'rasa',
      url: await read.value('url'),
      prompt: await read.value('prompt'),
      eventHook: await read.value('eventHook'),
      actionHook: await read.value('actionHook'),
    })),
  );
};
