import type { NodeAPI } from 'node-red';
import { verbNode } from '../src/verb';
import type { Reader } from '../src/typed-value';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'dialogflow',
    verbNode(RED, async (read) => {
      const welcomeEvent = await read.value('welcomeEvent');
      return {
        verb: 'dialogflow',
        credentials: await read.value('serviceAccountCredentials'),
        project: await read.value('project'),
        lang: agentLanguage(read),
        bargein: read.raw('bargein'),
        welcomeEvent,
        welcomeEventParams: welcomeEvent ? await read.value('welcomeEventParams') : undefined,
        environment: await read.value('environment'),
        eventHook: await read.value('eventHook'),
        actionHook: await read.value('actionHook'),
        noInputTimeout: await read.digits(read.named('inputTimeout', 'timeout')),
        noInputEvent: await read.value(read.named('noInputEvent', 'noinputEvent')),
        tts: read.raw('prompt') === 'tts' ? voice(read) : undefined,
      };
    }),
  );
};

/** Before 2.2.7 the agent's language was `lang`, which is the voice's today: a flow with a voice has a vendor. */
function agentLanguage(read: Reader): unknown {
  return read.raw('recognizerlang') ?? (read.raw('vendor') === undefined ? read.raw('lang') : undefined);
}

/** The voice for the agent's texts; `default` is sent as such. */
function voice(read: Reader): object {
  return { vendor: read.raw('vendor'), language: read.raw('lang'), voice: read.raw('voice') };
}
