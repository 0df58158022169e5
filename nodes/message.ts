import type { NodeAPI } from 'node-red';
import { isBlank, type Message } from '../src/typed-value';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'message',
    verbNode(RED, async (read, msg) => {
      const provider = await read.value('provider');
      return {
        verb: 'message',
        from: await read.value('from'),
        to: await read.value('to'),
        text: await read.value('text'),
        actionHook: await read.value('actionHook'),
        provider: isBlank(provider) ? providerOf(msg) : provider,
      };
    }),
  );
};

/** The provider that brought the text message to answer, if it is one. */
function providerOf(msg: Message): unknown {
  return (msg.sms as { provider?: unknown } | null | undefined)?.provider;
}
