import type { NodeAPI } from 'node-red';
import { answeringMachineDetection } from '../src/amd';
import { dialTargets } from '../src/dial-target';
import { typedHeaders } from '../src/headers';
import { transcribe } from '../src/speech';
import { isBlank, type Reader } from '../src/typed-value';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'dial',
    verbNode(RED, async (read) => ({
      verb: 'dial',
      target: await dialTargets(read),
      answerOnBridge: read.raw('answeronbridge'),
      timeLimit: await read.value('timelimit'),
      timeout: await read.value('timeout'),
      callerId: await read.value('callerid'),
      callerName: await read.value('callername'),
      actionHook: await read.value('actionhook'),
      confirmHook: await read.value('confirmhook'),
      referHook: await read.value('referhook'),
      onHoldHook: await read.value('onholdhook'),
      dialMusic: await read.value('dialmusic'),
      dtmfCapture: await read.list('dtmfcapture'),
      dtmfHook: await read.value('dtmfhook'),
      anchorMedia: read.raw('anchormedia'),
      exitMediaPath: read.raw('exitmediapath'),
      boostAudioSignal: await read.value('boostaudiosignal'),
      tag: await read.value('tag'),
      forwardPAI: forwardPai(read.raw('forwardPAI')),
      headers: await typedHeaders(read, 'headers'),
      listen: await listen(read),
      transcribe: await transcribe(read, false),
      amd: await answeringMachineDetection(read),
    })),
  );
};

/** `default` leaves the choice to jambonz. */
function forwardPai(value: unknown): unknown {
  return value === 'default' ? undefined : value;
}

async function listen(read: Reader): Promise<object | undefined> {
  if (isBlank(read.raw('listenurl'))) return undefined;
  return { url: await read.value('listenurl'), mixType: 'stereo' };
}
