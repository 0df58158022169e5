import type { NodeAPI } from 'node-red';
import { transcriptionRecognizer } from '../src/speech';
import { isBlank } from '../src/typed-value';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'jambonz transcribe',
    verbNode(RED, async (read) => {
      const enable = read.raw('enable');
      return {
        verb: 'transcribe',
        enable: isBlank(enable) ? undefined : String(enable) === 'true',
        transcriptionHook: await read.value('transcriptionhook'),
        translationHook: await read.value('translationhook'),
        recognizer: await transcriptionRecognizer(read, true),
        earlyMedia: read.raw('earlyMedia') === true ? true : undefined,
        channel: await read.integer('channel'),
      };
    }),
  );
};
