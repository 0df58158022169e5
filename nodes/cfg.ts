import type { NodeAPI } from 'node-red';
import { configRecognizer, configSynthesizer } from '../src/speech';
import { isBlank, type Reader } from '../src/typed-value';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'cfg',
    verbNode(RED, async (read) => ({
      verb: 'config',
      synthesizer: read.raw('tts') ? configSynthesizer(read) : undefined,
      recognizer: read.raw('speechinput') ? await configRecognizer(read) : undefined,
      bargeIn: read.raw('bargeIn') ? await bargeIn(read) : undefined,
      amd: read.raw('amd') ? await answeringMachineDetection(read) : undefined,
      record: read.raw('record') ? await recording(read) : undefined,
      listen: read.raw('listenRequest') ? await streaming(read) : undefined,
      sipRequestWithinDialogHook: read.raw('sipRequest') ? await read.value('sipRequestWithinDialogHook') : undefined,
      referHook: read.raw('sipRequest') ? await read.value('referHook') : undefined,
      onHoldMusic: read.raw('onHold') ? await read.value('onHoldMusic') : undefined,
      boostAudioSignal: read.raw('boostAudioSignal') ? await read.value('boostAudioSignalLevel') : undefined,
    })),
  );
};

/** The ticked section of a node that was never opened means what its dialog shows: start. */
async function bargeIn(read: Reader): Promise<object> {
  return filled({
    enable: read.raw('bargeIn_enable') ?? true,
    actionHook: await read.value('bargeIn_actionHook'),
    input: choices(read.raw('bargeIn_input')),
    finishOnKey: await read.value('bargeIn_finishOnKey'),
    numDigits: await read.value('bargeIn_numDigits'),
    minDigits: await read.value('bargeIn_minDigits'),
    maxDigits: await read.value('bargeIn_maxDigits'),
    interDigitTimeout: await read.value('bargeIn_interDigitTimeout'),
  });
}

/** `digits,speech`, as the editor saves it, or a list. */
function choices(saved: unknown): unknown {
  return typeof saved === 'string' && saved !== '' ? saved.split(',').map((choice) => choice.trim()) : saved;
}

async function answeringMachineDetection(read: Reader): Promise<object> {
  return filled({
    actionHook: await read.value('amd_actionHook'),
    thresholdWordCount: await read.value('amd_thresholdWordCount'),
    timers: filled({
      noSpeechTimeoutMs: await read.value('amd_timers_noSpeechTimeoutMs'),
      decisionTimeoutMs: await read.value('amd_timers_decisionTimeoutMs'),
      toneTimeoutMs: await read.value('amd_timers_toneTimeoutMs'),
      greetingCompletionTimeoutMs: await read.value('amd_timers_greetingCompletionTimeoutMs'),
    }),
  });
}

async function recording(read: Reader): Promise<object> {
  return filled({
    action: read.raw('record_action') ?? 'startCallRecording',
    siprecServerURL: await read.value('record_siprecServerURL'),
    recordingID: await read.value('record_recordingID'),
  });
}

async function streaming(read: Reader): Promise<object> {
  const username = await read.value('listenAuthUser');
  const password = await read.value('listenAuthPass');
  const metadata = await read.json('listenMetadata');
  return {
    enable: Boolean(read.raw('listenEnabled')),
    url: await read.value('listenUrl'),
    sampleRate: read.raw('listenSampleRate'),
    mixType: read.raw('listenMixType'),
    wsAuth: username && password ? { username, password } : undefined,
    metadata: isBlank(metadata) || Object.keys(Object(metadata) as object).length === 0 ? undefined : metadata,
  };
}

/** The properties that have a value. */
function filled(properties: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => !isBlank(value)));
}
