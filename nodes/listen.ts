import type { NodeAPI } from 'node-red';
import { transcribe } from '../src/speech';
import type { Reader } from '../src/typed-value';
import { verbNode } from '../src/verb';

/** What jambonz sends without being told, in Hz. */
const DEFAULT_SAMPLE_RATE = 8000;

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'listen',
    verbNode(RED, async (read) => ({
      verb: read.raw('verb') === 'stream' ? 'stream' : 'listen',
      url: await read.value('url'),
      actionHook: await read.value('actionhook'),
      finishOnKey: read.raw('finishonkey'),
      mixType: read.raw('mixtype'),
      playBeep: read.raw('beep'),
      passDtmf: read.raw('passDtmf'),
      disableBidirectionalAudio: read.raw('disableBidirectionalAudio'),
      wsAuth: await basicAuth(read),
      sampleRate: sampleRate(read),
      transcribe: await transcribe(read, read.raw('mixtype') === 'stereo'),
      timeout: await read.digits('timeout'),
      maxLength: await read.digits('maxlength'),
      metadata: await read.value('metadata'),
    })),
  );
};

async function basicAuth(read: Reader): Promise<object | undefined> {
  const username = await read.value('authuser');
  const password = await read.value('authpass');
  return username && password ? { username, password } : undefined;
}

/** The dialog saves `samplerate`; flows written by hand say `sampleRate`. */
function sampleRate(read: Reader): unknown {
  const saved = read.raw('samplerate');
  return read.raw('sampleRate') ?? (Number(saved) === DEFAULT_SAMPLE_RATE ? undefined : saved);
}
