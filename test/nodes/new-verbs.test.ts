import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { validate as acceptedBy10 } from '@jambonz/schema';
import { validate as acceptedBy09 } from '@jambonz/verb-specifications';
import type { Response } from 'express';
import type { Node, NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import { open } from '../../src/http/exchange';
import { platformOf } from '../../src/platform';
import { s2sVerb } from '../../src/s2s';
import { check, type Platform } from '../../src/specification';
import { runVector, type Result } from '../compat/run-vector';
import { dropped } from '../support/dropped';

type Json = Record<string, unknown>;

interface Case {
  name: string;
  set: string;
  /** What the user has changed in a new node. */
  config?: Json;
  key?: string;
  /** The versions that must accept it; the first is the flow's. */
  platforms: Platform[];
  verb: Json;
  reported?: string[];
}

const KEY = 'sk-very-secret';
const quiet = { info: () => undefined };
const accepts: Record<Platform, (document: unknown) => void> = {
  '0.9': (document) => acceptedBy09(quiet, document),
  '10': (document) => acceptedBy10(quiet, document),
};

function run(set: string, config: Json = {}, options: { platform?: Platform; key?: string; msg?: Json } = {}) {
  const { platform = '0.9', key, msg = { call: { from: '+15550001' } } } = options;
  return runVector({
    id: set,
    config: { ...dropped(set), results: 'url', ...config },
    credentials: key === undefined ? {} : { apiKeySecret: key },
    flowEnv: [{ name: 'JAMBONZ_VERSION', value: platform, type: 'str' }],
    msg,
    expect: { sent: true },
  });
}

function verbOf({ msg, caught }: Result): unknown {
  assert.deepEqual(caught, []);
  return ((msg?.jambonz ?? []) as unknown[]).at(-1);
}

const phone = { type: 'phone', dest: '+15551230000', varType: 'str' };
const recognizer = {
  vendor: 'default',
  language: 'default',
  interim: false,
  separateRecognitionPerChannel: false,
  diarization: false,
};

const cases: Case[] = [
  {
    name: 'a new transcribe with its webhook',
    set: 'jambonz-transcribe',
    config: { transcriptionhook: '/text' },
    platforms: ['0.9', '10'],
    verb: { verb: 'transcribe', transcriptionHook: '/text', recognizer },
  },
  {
    name: 'a transcribe with everything',
    set: 'jambonz-transcribe',
    config: {
      transcriptionhook: '/text',
      translationhook: '/other',
      transcriptionvendor: 'aws',
      recognizerlang: 'de-DE',
      interim: true,
      separaterecog: true,
      vocabularyname: 'mine',
      vocabularynameType: 'str',
      channel: '2',
      earlyMedia: true,
      enable: 'false',
    },
    platforms: ['10'],
    verb: {
      verb: 'transcribe',
      enable: false,
      transcriptionHook: '/text',
      translationHook: '/other',
      recognizer: {
        ...recognizer,
        vendor: 'aws',
        language: 'de-DE',
        interim: true,
        separateRecognitionPerChannel: true,
        vocabularyName: 'mine',
      },
      earlyMedia: true,
      channel: 2,
    },
  },
  {
    name: 'a new transfer with a destination',
    set: 'jambonz-transfer',
    config: { targets: [phone] },
    platforms: ['10'],
    verb: { verb: 'transfer', mode: 'blind', target: [{ type: 'phone', number: '+15551230000' }] },
  },
  {
    name: 'a blind transfer, for which what a warm one says is left out',
    set: 'jambonz-transfer',
    config: { targets: [phone], blindMethod: 'dial', brief: 'hello', callerPresent: true, timeout: '20' },
    platforms: ['10'],
    verb: {
      verb: 'transfer',
      mode: 'blind',
      blindMethod: 'dial',
      target: [{ type: 'phone', number: '+15551230000' }],
      timeout: 20,
    },
  },
  {
    name: 'a warm transfer with everything',
    set: 'jambonz-transfer',
    config: {
      mode: 'warm',
      targets: [phone, { type: 'user', dest: 'bob@sip.example.com', varType: 'str' }],
      brief: 'A call from {{call.from}}.',
      callerId: 'call.from',
      callerIdType: 'msg',
      onHoldHook: '/hold',
      confirmPrompt: 'Press 1.',
      confirmDigit: '1',
      onNoAnswer: 'voicemail',
      onBusy: 'return',
      voicemailUrl: 'sip:vm@example.com',
      actionHook: '/done',
      eventHook: '/event',
    },
    platforms: ['10'],
    verb: {
      verb: 'transfer',
      mode: 'warm',
      target: [
        { type: 'phone', number: '+15551230000' },
        { type: 'user', name: 'bob@sip.example.com' },
      ],
      callerId: '+15550001',
      callerPresent: false,
      onHoldHook: '/hold',
      brief: { text: 'A call from +15550001.' },
      confirm: { prompt: 'Press 1.', digit: '1' },
      disposition: { onNoAnswer: 'voicemail', onBusy: 'return', voicemailUrl: 'sip:vm@example.com' },
      actionHook: '/done',
      eventHook: '/event',
    },
  },
  {
    name: 'a transfer whose callee has no key to press',
    set: 'jambonz-transfer',
    config: { targets: [phone], confirmPrompt: 'Press 1.' },
    platforms: ['10'],
    verb: { verb: 'transfer', mode: 'blind', target: [{ type: 'phone', number: '+15551230000' }] },
    reported: ['jambonz transfer: the callee is not asked, because the field confirmDigit has no value ()'],
  },
  {
    name: 'a new room with its name',
    set: 'jambonz-room',
    config: { room: 'lobby' },
    platforms: ['10'],
    verb: {
      verb: 'room',
      name: 'lobby',
      beep: false,
      startConferenceOnEnter: true,
      endConferenceOnExit: false,
      joinMuted: false,
    },
  },
  {
    name: 'a room with everything',
    set: 'jambonz-room',
    config: {
      room: 'room-{{call.from}}',
      roomType: 'mustache',
      memberTag: 'caller',
      statusHook: '/status',
      statusEvents: 'join',
      waitHook: '/wait',
      enterHook: '/enter',
      actionHook: '/left',
      maxParticipants: '4',
      endConferenceDuration: '600',
      distributeDtmf: true,
      beep: true,
    },
    platforms: ['10'],
    verb: {
      verb: 'room',
      name: 'room-+15550001',
      beep: true,
      memberTag: 'caller',
      startConferenceOnEnter: true,
      endConferenceOnExit: false,
      endConferenceDuration: 600,
      maxParticipants: 4,
      joinMuted: false,
      actionHook: '/left',
      waitHook: '/wait',
      enterHook: '/enter',
      statusHook: '/status',
      statusEvents: ['join'],
      distributeDtmf: true,
    },
  },
  { name: 'a new agent', set: 'jambonz-agent', platforms: ['10'], verb: { verb: 'agent' } },
  {
    name: 'an agent with everything',
    set: 'jambonz-agent',
    key: KEY,
    config: {
      systemPrompt: 'You serve {{call.from}}.',
      greeting: false,
      llmVendor: 'openai',
      llmModel: 'gpt-4.1',
      llmLabel: 'mine',
      llmOptions: '{"temperature":0.7}',
      sttvendor: 'deepgram',
      sttlang: 'en-US',
      ttsvendor: 'cartesia',
      ttsvoice: 'some-id',
      turnDetection: 'krisp',
      turnThreshold: '0.3',
      earlyGeneration: true,
      bargeInStrategy: 'vad',
      minSpeechDuration: '0.4',
      sticky: true,
      noResponseTimeout: '8',
      noiseIsolation: 'krisp',
      mcpServers: [
        {
          url: 'https://mcp.example.com/sse',
          urlType: 'str',
          auth: '{"apiKey":"x"}',
          authType: 'json',
          roots: '[{"uri":"file:///x"}]',
          rootsType: 'json',
        },
      ],
      toolHook: '/tool',
      eventHook: '/event',
      actionHook: '/done',
    },
    platforms: ['10'],
    verb: {
      verb: 'agent',
      stt: { vendor: 'deepgram', language: 'en-US' },
      tts: { vendor: 'cartesia', voice: 'some-id' },
      llm: {
        vendor: 'openai',
        model: 'gpt-4.1',
        label: 'mine',
        auth: { apiKey: KEY },
        llmOptions: { temperature: 0.7, systemPrompt: 'You serve +15550001.' },
      },
      greeting: false,
      turnDetection: { mode: 'krisp', threshold: 0.3 },
      bargeIn: { strategy: 'vad', minSpeechDuration: 0.4, sticky: true },
      noResponseTimeout: 8,
      earlyGeneration: true,
      noiseIsolation: 'krisp',
      mcpServers: [{ url: 'https://mcp.example.com/sse', auth: { apiKey: 'x' }, roots: [{ uri: 'file:///x' }] }],
      actionHook: '/done',
      eventHook: '/event',
      toolHook: '/tool',
    },
  },
  {
    name: 'an agent that is not to be interrupted, with the language of the application’s recognizer',
    set: 'jambonz-agent',
    config: { bargeIn: false, sttlang: 'de-DE', turnDetection: 'stt' },
    platforms: ['10'],
    verb: {
      verb: 'agent',
      stt: { vendor: 'default', language: 'de-DE' },
      turnDetection: 'stt',
      bargeIn: { enable: false },
    },
  },
  {
    name: 'a new s2s with key and instructions, on 0.9',
    set: 'jambonz-s2s',
    key: KEY,
    config: { instructions: 'Serve {{call.from}}.' },
    platforms: ['0.9', '10'],
    verb: {
      verb: 'openai_s2s',
      auth: { apiKey: KEY },
      llmOptions: {
        session_update: { instructions: 'Serve +15550001.' },
        response_create: { instructions: 'Serve +15550001.' },
      },
    },
  },
  {
    name: 'OpenAI on 10, whose protocol has a type',
    set: 'jambonz-s2s',
    key: KEY,
    config: { instructions: 'Serve.', greeting: 'Greet.', model: 'gpt-realtime' },
    platforms: ['10'],
    verb: {
      verb: 'openai_s2s',
      model: 'gpt-realtime',
      auth: { apiKey: KEY },
      llmOptions: {
        session_update: { instructions: 'Serve.', type: 'realtime' },
        response_create: { instructions: 'Greet.' },
      },
    },
  },
  {
    name: 'Google, with hooks, events, tools and options of its own',
    set: 'jambonz-s2s',
    key: 'GOOGLE_KEY',
    config: {
      vendor: 'google',
      apiKeySecretType: 'env',
      instructions: 'Serve.',
      greeting: 'Greet.',
      llmOptions: '{"setup":{"tools":[{"name":"a"}]}}',
      mcpServers: [{ url: 'server', urlType: 'msg' }],
      toolHook: '/tool',
      eventHook: '/event',
      actionHook: '/done',
      events: 'all, -error',
      connectOptions: '{"host":"x"}',
    },
    platforms: ['0.9', '10'],
    verb: {
      verb: 'google_s2s',
      auth: { apiKey: KEY },
      connectOptions: { host: 'x' },
      llmOptions: {
        setup: { tools: [{ name: 'a' }], systemInstruction: { parts: [{ text: 'Serve.' }] } },
        greeting: 'Greet.',
      },
      mcpServers: [{ url: 'https://mcp.example.com' }],
      actionHook: '/done',
      eventHook: '/event',
      toolHook: '/tool',
      events: ['all', '-error'],
    },
  },
  {
    name: 'Deepgram, with the model that thinks',
    set: 'jambonz-s2s',
    key: KEY,
    config: { vendor: 'deepgram', instructions: 'Serve.', model: 'gpt-4o' },
    platforms: ['0.9', '10'],
    verb: {
      verb: 'deepgram_s2s',
      auth: { apiKey: KEY },
      llmOptions: {
        Settings: {
          agent: {
            think: { prompt: 'Serve.', provider: { model: 'gpt-4o', type: 'open_ai' } },
            speak: { provider: { type: 'deepgram', model: 'aura-2-thalia-en' } },
          },
        },
      },
    },
  },
  {
    name: 'ElevenLabs, which needs no options and has another name for the key',
    set: 'jambonz-s2s',
    key: KEY,
    config: { vendor: 'elevenlabs', agentId: 'agent-1', instructions: 'not used', model: 'not used' },
    platforms: ['0.9', '10'],
    verb: { verb: 'elevenlabs_s2s', auth: { api_key: KEY, agent_id: 'agent-1' }, llmOptions: {} },
  },
  {
    name: 'Ultravox',
    set: 'jambonz-s2s',
    key: KEY,
    config: { vendor: 'ultravox', instructions: 'Serve.' },
    platforms: ['0.9', '10'],
    verb: { verb: 'ultravox_s2s', auth: { apiKey: KEY }, llmOptions: { systemPrompt: 'Serve.' } },
  },
  {
    name: 'Microsoft on 0.9',
    set: 'jambonz-s2s',
    key: KEY,
    config: { vendor: 'microsoft', host: 'my.openai.azure.com', instructions: 'Serve.' },
    platforms: ['0.9'],
    verb: {
      verb: 'microsoft_s2s',
      auth: { apiKey: KEY },
      connectOptions: { host: 'my.openai.azure.com' },
      llmOptions: {
        session_update: { instructions: 'Serve.' },
        response_create: { instructions: 'Serve.' },
      },
    },
  },
  {
    name: 'GPT Live on 10',
    set: 'jambonz-s2s',
    key: KEY,
    config: {
      vendor: 'gptlive',
      instructions: 'Serve.',
      llmOptions: '{"session_update":{"delegation":{"type":"client"}}}',
    },
    platforms: ['10'],
    verb: {
      verb: 'gptlive_s2s',
      auth: { apiKey: KEY },
      llmOptions: { session_update: { delegation: { type: 'client' }, instructions: 'Serve.' } },
    },
  },
  {
    name: 'another vendor on 10, with authentication of its own',
    set: 'jambonz-s2s',
    config: {
      vendor: 'other',
      vendorName: 'xai',
      auth: '{"apiKey": $env("GOOGLE_KEY")}',
      authType: 'jsonata',
      llmOptions: '{"session_update":{"instructions":"{{call.from}}"}}',
      llmOptionsType: 'mustache',
    },
    platforms: ['10'],
    verb: {
      verb: 's2s',
      vendor: 'xai',
      auth: { apiKey: KEY },
      llmOptions: { session_update: { instructions: '+15550001' } },
    },
  },
  {
    name: 'a version that the node itself says',
    set: 'jambonz-s2s',
    key: KEY,
    config: { vendor: 'qwen', platform: '10', instructions: 'Serve.' },
    platforms: ['10'],
    verb: { verb: 'qwen_s2s', auth: { apiKey: KEY }, llmOptions: { session_update: { instructions: 'Serve.' } } },
  },
  {
    name: 'an MCP server without an address',
    set: 'jambonz-s2s',
    key: KEY,
    config: { vendor: 'ultravox', instructions: 'Serve.', mcpServers: [{ url: 'nowhere', urlType: 'msg' }] },
    platforms: ['0.9'],
    verb: { verb: 'ultravox_s2s', auth: { apiKey: KEY }, llmOptions: { systemPrompt: 'Serve.' } },
    reported: ['jambonz s2s: mcpServers[0].url has no value (nowhere); this MCP server was left out'],
  },
  {
    name: 'listen as it was saved before it had a choice',
    set: 'listen',
    config: { url: 'wss://x' },
    platforms: ['0.9', '10'],
    verb: { verb: 'listen', url: 'wss://x', mixType: 'mono', ...quietListen() },
  },
  {
    name: 'listen under its newer name',
    set: 'listen',
    config: { url: 'wss://x', verb: 'stream' },
    platforms: ['0.9', '10'],
    verb: { verb: 'stream', url: 'wss://x', mixType: 'mono', ...quietListen() },
  },
];

function quietListen(): Json {
  return { playBeep: false, passDtmf: false, disableBidirectionalAudio: false };
}

interface Refusal {
  name: string;
  set?: string;
  config?: Json;
  key?: string;
  platform?: Platform;
  caught: string;
}

const provider = { type: 'open_ai', model: 'gpt-4o' };
const settings = (think: Json): string => JSON.stringify({ Settings: { agent: { think } } });
const refused = (platform: string, vendor: string, field: string): string =>
  `jambonz s2s: jambonz ${platform} refuses a call to ${vendor} without ${field}, which`;

const refusals: Refusal[] = [
  ...['openai', 'microsoft', 'google', 'deepgram', 'voiceagent', 'ultravox'].map((vendor) => ({
    name: `${vendor} without a key`,
    config: { vendor, instructions: 'Serve.', host: 'h', model: 'm' },
    caught: `${refused('0.9', vendor, 'auth.apiKey')} has no value`,
  })),
  {
    name: 'a key that an environment variable does not hold',
    key: 'NOT_SET_ANYWHERE',
    config: { apiKeySecretType: 'env', instructions: 'Serve.' },
    caught: `${refused('0.9', 'openai', 'auth.apiKey')} has no value`,
  },
  ...(['0.9', '10'] as const).map((platform) => ({
    name: `elevenlabs without an agent on ${platform}`,
    platform,
    config: { vendor: 'elevenlabs' },
    key: KEY,
    caught: `${refused(platform, 'elevenlabs', 'auth.agent_id')} has no value`,
  })),
  {
    name: 'openai without instructions',
    key: KEY,
    caught: `${refused('0.9', 'openai', 'llmOptions.response_create')} is ""`,
  },
  {
    name: 'openai with a response that is no object',
    key: KEY,
    config: { llmOptions: '{"response_create":"hello"}' },
    caught: `${refused('0.9', 'openai', 'llmOptions.response_create')} is "hello"`,
  },
  {
    name: 'microsoft without a host',
    key: KEY,
    config: { vendor: 'microsoft', instructions: 'Serve.' },
    caught: `${refused('0.9', 'microsoft', 'connectOptions.host')} is ""`,
  },
  {
    name: 'google without a setup',
    key: KEY,
    config: { vendor: 'google', llmOptions: '{"setup":7}' },
    caught: `${refused('0.9', 'google', 'llmOptions.setup')} is "7"`,
  },
  ...['deepgram', 'voiceagent'].flatMap((vendor) => [
    {
      name: `${vendor} without a provider`,
      key: KEY,
      config: { vendor, instructions: 'Serve.' },
      caught: `${refused('0.9', vendor, 'llmOptions.Settings.agent.think.provider.type')} is ""`,
    },
    {
      name: `${vendor} without a model`,
      key: KEY,
      config: { vendor, llmOptions: settings({ provider: { type: provider.type } }) },
      caught: `${refused('0.9', vendor, 'llmOptions.Settings.agent.think.provider.model')} is ""`,
    },
  ]),
  {
    name: 'a vendor that 0.9 does not know',
    key: KEY,
    config: { vendor: 'qwen', instructions: 'Serve.' },
    caught: 'jambonz s2s: jambonz 0.9 cannot talk to the vendor "qwen" (field vendor) and would refuse the call.',
  },
  {
    name: 'qwen without a key on 10',
    platform: '10',
    config: { vendor: 'qwen', instructions: 'Serve.' },
    caught: `${refused('10', 'qwen', 'auth.apiKey')} has no value`,
  },
  {
    name: 'gptlive without a session on 10',
    platform: '10',
    key: KEY,
    config: { vendor: 'gptlive' },
    caught: `${refused('10', 'gptlive', 'llmOptions.session_update')} is ""`,
  },
  {
    name: 'a vendor without a name',
    config: { vendor: 'other' },
    caught: 'jambonz s2s: the field vendorName names no vendor ()',
  },
  {
    name: 'options that are a list',
    key: KEY,
    config: { llmOptions: '[1]' },
    caught: 'jambonz s2s: the field llmOptions must be a JSON object, not [1]',
  },
  {
    name: 'a voicemail without an address',
    set: 'jambonz-transfer',
    platform: '10',
    config: { targets: [phone], onBusy: 'voicemail' },
    caught: 'jambonz transfer: voicemail is chosen, but the field voicemailUrl has no value ()',
  },
];

describe('the verbs that the official palette never had', () => {
  before(() => {
    process.env.GOOGLE_KEY = KEY;
    return (helper.startServer as () => Promise<void>)();
  });
  after(() => {
    delete process.env.GOOGLE_KEY;
    return (helper.stopServer as () => Promise<void>)();
  });

  for (const { name, set, config, key, platforms, verb, reported } of cases) {
    it(name, async () => {
      const msg = { call: { from: '+15550001' }, server: 'https://mcp.example.com' };
      const result = await run(set, config, { platform: platforms[0], key, msg });
      assert.deepEqual(verbOf(result), verb);
      assert.deepEqual(result.logged, reported ?? []);
      for (const platform of platforms) {
        accepts[platform]([verb]);
        assert.deepEqual(check([verb], platform).problems, [], `webhook out complains for ${platform}`);
      }
    });
  }

  for (const { name, set = 'jambonz-s2s', config, key, platform, caught } of refusals) {
    it(`refuses ${name}`, async () => {
      const result = await run(set, config, { platform, key });
      assert.equal(result.sent, false);
      assert.equal(result.caught.length, 1);
      assert.ok(result.caught[0]!.startsWith(caught), result.caught[0]);
    });
  }

  const leaks: { name: string; config: Json; key?: string }[] = [
    { name: 'authentication that is not JSON', config: { auth: `{"apiKey":"${KEY}"`, authType: 'json' } },
    { name: 'authentication that is not an object', config: { auth: `"${KEY}"`, authType: 'json' } },
    { name: 'a key that is no expression', key: `${KEY}(`, config: { apiKeySecretType: 'jsonata' } },
    { name: 'a key that is no text', key: `{"k":"${KEY}"}`, config: { apiKeySecretType: 'jsonata' } },
    { name: 'a template that does not end', key: `{{#${KEY}`, config: { apiKeySecretType: 'mustache' } },
    {
      name: 'an MCP server’s authentication',
      key: KEY,
      config: { mcpServers: [{ url: 'https://x', urlType: 'str', auth: `{"token":"${KEY}"`, authType: 'json' }] },
    },
  ];
  for (const { name, config, key } of leaks) {
    it(`does not show a secret: ${name}`, async () => {
      const { sent, caught, logged } = await run('jambonz-s2s', { instructions: 'Serve.', ...config }, { key });
      assert.equal(sent, false);
      assert.match(caught.join(), /the field \S+ cannot be read/);
      assert.ok(![...caught, ...logged].join().includes(KEY), caught.join());
    });
  }
});

describe('the verb of a speech-to-speech vendor', () => {
  const names = [
    ['openai', 'openai_s2s', 'openai_s2s'],
    ['google', 'google_s2s', 'google_s2s'],
    ['deepgram', 'deepgram_s2s', 'deepgram_s2s'],
    ['elevenlabs', 'elevenlabs_s2s', 'elevenlabs_s2s'],
    ['ultravox', 'ultravox_s2s', 'ultravox_s2s'],
    ['microsoft', 'microsoft_s2s', 's2s'],
    ['voiceagent', 'voiceagent_s2s', 's2s'],
    ['qwen', 'llm', 'qwen_s2s'],
    ['gptlive', 'llm', 'gptlive_s2s'],
    ['xai', 'llm', 's2s'],
    ['constructor', 'llm', 's2s'],
  ] as const;
  for (const [vendor, on09, on10] of names) {
    it(`${vendor}: ${on09} on 0.9, ${on10} on 10`, () => {
      assert.deepEqual([s2sVerb(vendor, '0.9'), s2sVerb(vendor, '10')], [on09, on10]);
    });
  }
});

describe('the jambonz version that a node writes for', () => {
  const runtime = (version?: string) => ({ util: { evaluateNodeProperty: () => version } }) as unknown as NodeAPI;
  const node = {} as unknown as Node;
  const request = (id: string, platform: Platform) => open(id, new EventEmitter() as unknown as Response, { platform });

  it('is that of the request, even of one whose msg.res was lost', () => {
    const carried = request('a', '10');
    assert.equal(platformOf(runtime('0.9'), node, { _msgid: 'b', res: carried }), '10');
    assert.equal(platformOf(runtime('0.9'), node, { _msgid: 'a' }), '10');
  });

  it('is the flow’s for a message without a request, else 0.9', () => {
    assert.equal(platformOf(runtime('11.1'), node, { _msgid: 'c' }), '10');
    assert.equal(platformOf(runtime(), node, { _msgid: 'c', res: { _res: {} } }), '0.9');
  });
});
