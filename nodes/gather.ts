import type { NodeAPI } from 'node-red';
import { gatherRecognizer, synthesizer } from '../src/speech';
import type { Reader } from '../src/typed-value';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'gather',
    verbNode(RED, async (read) => ({
      verb: 'gather',
      input: [...(read.raw('speechinput') ? ['speech'] : []), ...(read.raw('dtmfinput') ? ['digits'] : [])],
      actionHook: await read.value('actionhook'),
      partialResultHook: await read.value('partialresulthook'),
      ...(read.raw('speechinput') ? await speechInput(read) : {}),
      ...(read.raw('dtmfinput') ? { dtmfBargein: read.raw('dtmfbargein') } : {}),
      finishOnKey: read.raw('finishonkey'),
      numDigits: await read.digits('numdigits'),
      minDigits: await read.digits('mindigits'),
      maxDigits: await read.digits('maxdigits'),
      interDigitTimeout: await read.digits('interdigittimeout'),
      timeout: await read.digits('timeout'),
      ...(await prompt(read)),
    })),
  );
};

async function speechInput(read: Reader): Promise<object> {
  return {
    recognizer: await gatherRecognizer(read),
    bargein: read.raw('bargein') === true ? true : undefined,
    listenDuringPrompt: read.raw('listenduringprompt'),
  };
}

/** What the caller hears while we listen. A flow without a choice speaks its text. */
async function prompt(read: Reader): Promise<object> {
  const kind = read.raw('prompttype') ?? (read.raw('playurl') ? 'play' : 'say');
  if (kind !== 'say') return { play: { url: await read.value('playurl') } };
  return { say: { text: await read.render(read.raw('text'), 'text', 'prefixed'), synthesizer: synthesizer(read) } };
}
