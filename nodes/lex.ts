import type { Node, NodeAPI } from 'node-red';
import { isBlank, type Reader } from '../src/typed-value';
import { verbNode } from '../src/verb';

interface AwsCredentials {
  accessKey?: string;
  secretAccessKey?: string;
}

/** The official palette had this node until 2.5.3; only jambonz 0.9 and older have the verb. */
export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'lex',
    verbNode(RED, async (read) => {
      const locale = await read.value('locale');
      return {
        verb: 'lex',
        botId: await read.value('bot'),
        botAlias: await read.value('alias'),
        region: read.raw('region'),
        locale: isBlank(locale) ? 'en_US' : locale,
        bargein: read.raw('bargein'),
        passDtmf: read.raw('passDtmf'),
        credentials: credentials(RED, read),
        ...(await opening(read)),
        metadata: await read.json('metadata'),
        eventHook: await read.value('eventHook'),
        actionHook: await read.value('actionHook'),
        noInputTimeout: await read.value('inputTimeout'),
        tts: read.raw('prompt') === 'tts' ? voice(read) : undefined,
      };
    }),
  );
};

/** Without any key none are sent, so that webhook out can say what is missing. */
function credentials(RED: NodeAPI, read: Reader): AwsCredentials | undefined {
  const aws = RED.nodes.getNode(String(read.raw('aws'))) as Node<AwsCredentials> | null;
  const { accessKey, secretAccessKey } = aws?.credentials ?? {};
  return accessKey || secretAccessKey ? { accessKey, secretAccessKey } : undefined;
}

/** With what the conversation starts: an intent of the bot, or a greeting. */
async function opening(read: Reader): Promise<object> {
  if (!read.raw('specifyIntent')) return { welcomeMessage: read.raw('welcomeMessage') };
  const name = await read.value('intent');
  if (isBlank(name)) return {};
  const slots = await read.json('slots');
  const isSet = typeof slots === 'object' && slots !== null && Object.keys(slots).length > 0;
  return { intent: { name, ...(isSet ? { slots } : {}) } };
}

function voice(read: Reader): object {
  return { vendor: read.raw('vendor'), language: read.raw('lang'), voice: read.raw('voice') };
}
