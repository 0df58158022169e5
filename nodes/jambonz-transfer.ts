import type { NodeAPI } from 'node-red';
import { dialTargets } from '../src/dial-target';
import { filled } from '../src/json-object';
import { Problem } from '../src/problem';
import { isBlank, type Reader } from '../src/typed-value';
import { verbNode } from '../src/verb';

const OUTCOMES = ['onNoAnswer', 'onBusy', 'onDecline', 'onFailure'];

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'jambonz transfer',
    verbNode(RED, async (read) => ({
      verb: 'transfer',
      mode: read.raw('mode'),
      target: await dialTargets(read),
      callerId: await read.value('callerId'),
      timeout: await read.value('timeout'),
      ...(read.raw('mode') === 'warm' ? await warm(read) : { blindMethod: read.raw('blindMethod') }),
      confirm: await confirm(read),
      disposition: await disposition(read),
      actionHook: await read.value('actionHook'),
      eventHook: await read.value('eventHook'),
    })),
  );
};

/** Somebody talks to the callee before the caller does. */
async function warm(read: Reader): Promise<object> {
  const text = await read.render(read.raw('brief'), 'brief');
  return {
    callerPresent: read.raw('callerPresent'),
    onHoldHook: read.raw('callerPresent') === true ? undefined : await read.value('onHoldHook'),
    brief: text === '' ? undefined : { text },
  };
}

/** Both the question and the key, or neither. */
async function confirm(read: Reader): Promise<object | undefined> {
  const prompt = await read.value('confirmPrompt');
  const digit = await read.value('confirmDigit');
  if (isBlank(prompt) && isBlank(digit)) return undefined;
  const field = isBlank(prompt) ? 'confirmPrompt' : isBlank(digit) ? 'confirmDigit' : undefined;
  if (field) {
    read.problems.push(new Problem('jambonz-transfer.problem.confirm', { field, value: '' }));
    return undefined;
  }
  return { prompt, digit: String(digit) };
}

/** What becomes of the caller when nobody takes the call. @throws Problem for a voicemail without an address */
async function disposition(read: Reader): Promise<object | undefined> {
  const chosen = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, read.raw(outcome)]));
  if (!Object.values(chosen).includes('voicemail')) return filled(chosen);
  const voicemailUrl = await read.value('voicemailUrl');
  if (isBlank(voicemailUrl)) {
    throw new Problem('jambonz-transfer.problem.voicemail', {
      field: 'voicemailUrl',
      value: read.raw('voicemailUrl') ?? '',
    });
  }
  return filled({ ...chosen, voicemailUrl });
}
