import type { Node, NodeAPI, NodeDef } from 'node-red';
import { filled, jsonObject } from '../src/json-object';
import { mcpServers } from '../src/mcp';
import { platformOf } from '../src/platform';
import { Problem } from '../src/problem';
import { hasModel, s2sFault, s2sVerb, wordedFor } from '../src/s2s';
import { hidden, secret } from '../src/secret';
import { toPlatform, type Platform } from '../src/specification';
import { isBlank, type Reader } from '../src/typed-value';
import { verbNode, type Verb } from '../src/verb';

interface Credentials {
  apiKeySecret?: string;
}

/** Vendors whose agents are set up elsewhere and have an id. */
const WITH_AGENT = new Set(['elevenlabs', 'ultravox']);

export = (RED: NodeAPI): void => {
  RED.nodes.registerType<Node<Credentials>, NodeDef, object, Credentials>(
    'jambonz s2s',
    verbNode(RED, async (read, msg, node) => {
      const chosen = read.raw('platform');
      const platform = isBlank(chosen) ? platformOf(RED, node, msg) : toPlatform(chosen);
      return conversation(read, node, platform);
    }),
    { credentials: { apiKeySecret: { type: 'password' } } },
  );
};

async function conversation(read: Reader, node: Node, platform: Platform): Promise<Verb> {
  const vendor = await vendorOf(read);
  const model = await read.value('model');
  const name = s2sVerb(vendor, platform);
  const verb = {
    verb: name,
    vendor: name === `${vendor}_s2s` ? undefined : vendor,
    model: hasModel(vendor) ? model : undefined,
    auth: await auth(read, node, vendor),
    connectOptions: await connectOptions(read, vendor),
    llmOptions: wordedFor(
      vendor,
      platform,
      { ...(await jsonObject(read, 'llmOptions')) },
      {
        instructions: await read.render(read.raw('instructions'), 'instructions'),
        greeting: await read.value('greeting'),
        model,
      },
    ),
    mcpServers: await mcpServers(read),
    actionHook: await read.value('actionHook'),
    eventHook: await read.value('eventHook'),
    toolHook: await read.value('toolHook'),
    events: await read.list('events'),
  };
  const fault = s2sFault(verb, vendor, platform);
  if (fault) throw fault;
  return verb;
}

async function vendorOf(read: Reader): Promise<string> {
  const field = read.raw('vendor') === 'other' ? 'vendorName' : 'vendor';
  const vendor = field === 'vendor' ? read.raw(field) : await read.value(field);
  if (typeof vendor !== 'string' || vendor.trim() === '') {
    throw new Problem('jambonz-s2s.problem.no-vendor', { field, value: vendor ?? '' });
  }
  return vendor.trim();
}

async function auth(read: Reader, node: Node, vendor: string): Promise<object | undefined> {
  const further = await hidden(read, 'auth', () => jsonObject(read, 'auth'));
  return filled({
    ...further,
    ...filled({
      [vendor === 'elevenlabs' ? 'api_key' : 'apiKey']: await secret(read, node, 'apiKeySecret'),
      agent_id: WITH_AGENT.has(vendor) ? await read.value('agentId') : undefined,
    }),
  });
}

async function connectOptions(read: Reader, vendor: string): Promise<object | undefined> {
  const further = await jsonObject(read, 'connectOptions');
  const host = vendor === 'microsoft' ? await read.value('host') : undefined;
  return isBlank(host) ? further : { ...further, host };
}
