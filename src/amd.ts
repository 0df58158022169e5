import { amdRecognizer } from './speech';
import { isBlank, type Reader } from './typed-value';

/**
 * How to tell a person from an answering machine, from the fields `amd_*` of dial and create-call.
 * @returns undefined without a webhook that gets the result: then nobody listens
 */
export async function answeringMachineDetection(read: Reader): Promise<object | undefined> {
  if (isBlank(read.raw('amd_actionHook'))) return undefined;
  const timers = {
    decisionTimeoutMs: await read.digits('amd_timers_decisionTimeoutMs'),
    greetingCompletionTimeoutMs: await read.digits('amd_timers_greetingCompletionTimeoutMs'),
    noSpeechTimeoutMs: await read.digits('amd_timers_noSpeechTimeoutMs'),
    toneTimeoutMs: await read.digits('amd_timers_toneTimeoutMs'),
  };
  return {
    actionHook: await read.value('amd_actionHook'),
    thresholdWordCount: await read.digits('amd_thresholdWordCount'),
    digitCount: await read.digits('amd_digitCount'),
    timers: Object.values(timers).some((timer) => timer !== undefined) ? timers : undefined,
    recognizer: amdRecognizer(read),
  };
}
