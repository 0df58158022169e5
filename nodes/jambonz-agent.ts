import type { Node, NodeAPI, NodeDef } from 'node-red';
import { filled, jsonObject } from '../src/json-object';
import { mcpServers } from '../src/mcp';
import { secret } from '../src/secret';
import { chosenSpeech } from '../src/speech';
import { isBlank, type Reader } from '../src/typed-value';
import { verbNode } from '../src/verb';

interface Credentials {
  apiKeySecret?: string;
}

export = (RED: NodeAPI): void => {
  RED.nodes.registerType<Node<Credentials>, NodeDef, object, Credentials>(
    'jambonz agent',
    verbNode(RED, async (read, _msg, node) => ({
      verb: 'agent',
      stt: chosenSpeech(read, { vendor: 'sttvendor', language: 'sttlang' }),
      tts: chosenSpeech(read, { vendor: 'ttsvendor', language: 'ttslang', voice: 'ttsvoice' }),
      llm: await model(read, node),
      greeting: read.raw('greeting') === false ? false : undefined,
      turnDetection: await turnDetection(read),
      bargeIn: await bargeIn(read),
      noResponseTimeout: await read.value('noResponseTimeout'),
      earlyGeneration: read.raw('earlyGeneration') === true ? true : undefined,
      noiseIsolation: read.raw('noiseIsolation'),
      mcpServers: await mcpServers(read),
      actionHook: await read.value('actionHook'),
      eventHook: await read.value('eventHook'),
      toolHook: await read.value('toolHook'),
    })),
    { credentials: { apiKeySecret: { type: 'password' } } },
  );
};

/** What thinks; what is left open is as the jambonz application has it. */
async function model(read: Reader, node: Node): Promise<object | undefined> {
  const systemPrompt = await read.render(read.raw('systemPrompt'), 'systemPrompt');
  const apiKey = await secret(read, node, 'apiKeySecret');
  return filled({
    vendor: await read.value('llmVendor'),
    model: await read.value('llmModel'),
    label: await read.value('llmLabel'),
    auth: filled({ apiKey }),
    llmOptions: filled({ ...(await jsonObject(read, 'llmOptions')), ...filled({ systemPrompt }) }),
  });
}

async function turnDetection(read: Reader): Promise<unknown> {
  const mode = read.raw('turnDetection');
  const threshold = mode === 'krisp' ? await read.value('turnThreshold') : undefined;
  return isBlank(threshold) ? mode : { mode, threshold };
}

async function bargeIn(read: Reader): Promise<object | undefined> {
  if (read.raw('bargeIn') === false) return { enable: false };
  return filled({
    strategy: read.raw('bargeInStrategy'),
    minSpeechDuration: await read.value('minSpeechDuration'),
    sticky: read.raw('sticky') === true ? true : undefined,
  });
}
