import { strict as assert } from 'node:assert';
import type { CallEvent, ModelTurn } from '../../src/simulator';
import { Application, TestCall, type Answer } from '../support/webhooks';

const KEY = { apiKey: 'a-key' };
const openai = { vendor: 'openai', auth: KEY, llmOptions: { response_create: {} } };
const deepgram = {
  vendor: 'deepgram',
  auth: KEY,
  llmOptions: { Settings: { agent: { think: { provider: { type: 'open_ai', model: 'gpt-4o' } } } } },
};
const ultravox = { vendor: 'ultravox', auth: KEY, llmOptions: {} };
const elevenlabs = { vendor: 'elevenlabs', auth: { agent_id: 'an-agent' }, llmOptions: {} };
const google = { vendor: 'google', auth: KEY, llmOptions: { setup: {} } };

const hooks = { actionHook: '/done', toolHook: '/tool', eventHook: '/event' };

const waitsForModel = (event: CallEvent): boolean => event.type === 'wait' && event.for === 'model';
const isDone = (did: string) => (event: CallEvent) => event.type === 'done' && event.did === did;

describe('the simulator: models', () => {
  let application: Application;
  before(async () => (application = await Application.start()));
  after(() => application.stop());

  /** A call whose model says these things. */
  async function talk(
    verb: Record<string, unknown>,
    turns: ModelTurn[],
    answers: Record<string, Answer | Answer[]> = {},
    platform: '0.9' | '10' = '0.9',
    act: (test: TestCall) => void = () => undefined,
  ): Promise<TestCall> {
    application.answer({ '/': [verb], '/done': [], '/tool': { json: {} }, '/event': [], ...answers });
    const test = TestCall.begin(application, {}, { platform });
    test.on(waitsForModel, () => {
      for (const turn of turns) test.call.model(turn);
    });
    act(test);
    await test.end();
    return test;
  }

  describe('what jambonz 0.9 refuses', () => {
    const refused: [name: string, verb: Record<string, unknown>, words: RegExp][] = [
      ['another vendor', { verb: 'llm', vendor: 'acme', llmOptions: {} }, /^Unsupported vendor acme for LLM$/],
      ['no vendor', { verb: 'llm', llmOptions: {} }, /vendor/],
      ['no options', { verb: 'llm', vendor: 'openai', auth: KEY }, /llmOptions/],
      ['openai without a key', { verb: 'llm', ...openai, auth: {} }, /auth\.apiKey/],
      ['openai without response_create', { verb: 'llm', ...openai, llmOptions: {} }, /response\.create/],
      ['microsoft without a host', { verb: 'llm', ...openai, vendor: 'microsoft' }, /host/],
      ['deepgram without a key', { verb: 'llm', ...deepgram, auth: undefined }, /auth\.apiKey/],
      ['deepgram without Settings', { verb: 'llm', ...deepgram, llmOptions: {} }, /Settings/],
      ['deepgram without an agent', { verb: 'llm', ...deepgram, llmOptions: { Settings: {} } }, /Settings\.agent /],
      [
        'deepgram without a model',
        { verb: 'llm', ...deepgram, llmOptions: { Settings: { agent: { think: { provider: { type: 'x' } } } } } },
        /provider\.model/,
      ],
      [
        'deepgram without a type',
        { verb: 'llm', ...deepgram, llmOptions: { Settings: { agent: { think: { provider: { model: 'x' } } } } } },
        /provider\.type/,
      ],
      ['voiceagent without Settings', { verb: 'llm', ...deepgram, vendor: 'voiceagent', llmOptions: {} }, /Settings/],
      ['ultravox without a key', { verb: 'llm', ...ultravox, auth: undefined }, /auth\.apiKey/],
      ['elevenlabs without an agent', { verb: 'llm', ...elevenlabs, auth: KEY }, /auth\.agent_id/],
      ['google without setup', { verb: 'llm', ...google, llmOptions: {} }, /setup/],
      ['google without a key', { verb: 'llm', ...google, auth: {} }, /auth\.apiKey/],
      ['openai_s2s without a key', { verb: 'openai_s2s', llmOptions: { response_create: {} } }, /auth\.apiKey/],
      ['google_s2s without setup', { verb: 'google_s2s', auth: KEY, llmOptions: {} }, /setup/],
      [
        'microsoft_s2s without a host',
        { verb: 'microsoft_s2s', auth: KEY, llmOptions: { response_create: {} } },
        /host/,
      ],
      ['qwen_s2s', { verb: 'qwen_s2s', auth: KEY, llmOptions: {} }, /qwen_s2s/],
      ['gptlive_s2s', { verb: 'gptlive_s2s', auth: KEY, llmOptions: {} }, /gptlive_s2s/],
      ['agent', { verb: 'agent', llm: { vendor: 'openai', llmOptions: {} } }, /agent/],
      ['transfer', { verb: 'transfer', mode: 'blind', target: [{ type: 'phone', number: '1' }] }, /transfer/],
      ['room', { verb: 'room', name: 'a' }, /room/],
      ['pipeline', { verb: 'pipeline', llm: {} }, /pipeline|llm/],
      ['a property of newer releases', { verb: 'llm', ...openai, responseTimeoutMs: 5 }, /responseTimeoutMs/],
    ];
    for (const [name, verb, words] of refused) {
      it(name, async () => {
        application.answer({ '/': [verb] });
        const test = TestCall.begin(application);
        const { status } = await test.end();
        const refusal = test.all('sip').find(({ text }) => text.startsWith('480'));
        assert.equal(status, 480);
        assert.match(refusal?.headers?.['X-Reason'] ?? '', words);
        assert.equal(test.all('alert').at(-1)?.alert, 'invalid-app-payload');
        assert.deepEqual(application.got('/status'), [], 'no status event');
      });
    }
  });

  describe('what newer releases take', () => {
    const taken: Record<string, unknown>[] = [
      { verb: 'llm', vendor: 'qwen', auth: KEY, llmOptions: {} },
      { verb: 's2s', ...openai },
      { verb: 'qwen_s2s', auth: KEY, llmOptions: {} },
      { verb: 'gptlive_s2s', auth: KEY, llmOptions: { session_update: { instructions: 'x' } } },
      { verb: 'openai_s2s', auth: KEY, llmOptions: {}, responseTimeoutMs: 5 },
      { verb: 'agent', llm: { vendor: 'openai', llmOptions: { systemPrompt: 'x' } } },
    ];
    for (const verb of taken) {
      it(`${String(verb.verb)} ${String(verb.vendor ?? '')}`, async () => {
        const test = await talk(
          { ...verb, actionHook: '/done' },
          [{ say: 'Hello' }, { end: 'normal conversation end' }],
          {},
          '10',
        );
        assert.equal(application.got('/done')[0]?.completion_reason, 'normal conversation end');
        assert.deepEqual(
          test
            .all('heard')
            .filter(({ ended }) => ended)
            .map(({ text, ended }) => [text, ended]),
          [['Hello', 'done']],
        );
      });
    }
  });

  describe('completion reasons', () => {
    const reasons = [
      'normal conversation end',
      'connection failure',
      'disconnect from remote end',
      'server failure',
      'server error',
      'client error calling function',
      'client error calling mcp function',
    ];
    for (const reason of reasons) {
      it(reason, async () => {
        await talk({ verb: 'llm', ...openai, ...hooks }, [{ end: reason, error: { code: 'x' } }]);
        const [body] = application.got('/done');
        assert.deepEqual(
          { reason: body?.completion_reason, error: body?.error, status: body?.call_status },
          { reason, error: { code: 'x' }, status: 'in-progress' },
        );
      });
    }

    it('the answer brings new verbs', async () => {
      const test = await talk({ verb: 'llm', ...openai, ...hooks }, [{ end: 'normal conversation end' }], {
        '/done': [{ verb: 'say', text: 'Goodbye' }],
      });
      assert.deepEqual(
        test
          .all('heard')
          .map(({ text }) => text)
          .at(-1),
        'Goodbye',
      );
    });

    it('a hook that fails ends the call', async () => {
      application.answer({
        '/': [
          { verb: 'llm', ...openai, ...hooks },
          { verb: 'say', text: 'unheard' },
        ],
        '/done': { status: 500 },
      });
      const test = TestCall.begin(application).on(waitsForModel, () => test.call.model({ end: 'server error' }));
      await test.end();
      assert.deepEqual(test.all('heard'), []);
    });

    it('a caller who hangs up', async () => {
      const test = await talk(
        { verb: 'llm', ...openai, ...hooks },
        [],
        { '/done': [{ verb: 'say', text: 'unheard' }] },
        '0.9',
        (test) => test.on(waitsForModel, () => test.call.hangup()),
      );
      const [body] = application.got('/done');
      assert.deepEqual([body?.completion_reason, body?.call_status], ['normal conversation end', 'completed']);
      assert.equal(test.all('answer').find(({ effect }) => effect === 'ignored') !== undefined, true);
      assert.deepEqual(test.all('heard'), []);
    });
  });

  describe('a tool call', () => {
    const args = { orderId: 7, nested: { camelCase: true } };
    const use: ModelTurn[] = [{ tool: { name: 'lookup', args } }, { end: 'normal conversation end' }];
    const outputs: [name: string, verb: Record<string, unknown>, answer: Answer, facts: Record<string, unknown>][] = [
      [
        'openai',
        openai,
        { json: { type: 'conversation.item.create', item: { output: '7' } } },
        { output: { type: 'conversation.item.create', item: { output: '7' } } },
      ],
      [
        'openai, in another form',
        openai,
        { json: { result: 7 } },
        {
          output: { result: 7, type: 'client_tool_result', invocation_id: '<id>' },
          refused: 'the answer needs "type": "conversation.item.create"',
        },
      ],
      [
        'ultravox without a type',
        ultravox,
        { json: { result: 'blue' } },
        { output: { result: 'blue', type: 'client_tool_result', invocation_id: '<id>' } },
      ],
      [
        'ultravox with a type',
        ultravox,
        { json: { type: 'client_tool_result', invocation_id: 'own', result: 'blue' } },
        { output: { type: 'client_tool_result', invocation_id: 'own', result: 'blue' } },
      ],
      [
        'deepgram',
        deepgram,
        { json: { type: 'FunctionCallResponse', content: '7' } },
        { output: { type: 'FunctionCallResponse', content: '7' } },
      ],
      [
        'elevenlabs',
        elevenlabs,
        { json: { type: 'client_tool_result', result: 1 } },
        { output: { type: 'client_tool_result', result: 1 } },
      ],
      ['no JSON', ultravox, { text: 'blue' }, { refused: 'the tool hook answered nothing' }],
      ['204', ultravox, { status: 204 }, { refused: 'the tool hook answered nothing' }],
    ];
    for (const [name, verb, answer, expected] of outputs) {
      it(name, async () => {
        const test = await talk({ verb: 'llm', ...verb, ...hooks }, use, { '/tool': answer });
        const [asked] = application.got('/tool');
        assert.deepEqual(
          { ...asked, tool_call_id: typeof asked?.tool_call_id },
          { tool_call_id: 'string', name: 'lookup', args },
        );
        const output = test.all('media').find(({ what }) => what === 'tool output');
        const facts = JSON.parse(
          JSON.stringify(output?.facts ?? {}).replaceAll(String(asked?.tool_call_id), '<id>'),
        ) as unknown;
        assert.deepEqual(facts, { id: '<id>', name: 'lookup', ...expected });
        assert.equal(application.got('/done')[0]?.completion_reason, 'normal conversation end');
        assert.deepEqual(
          test.all('done').map(({ did }) => did),
          ['tool-call', 'model'],
        );
      });
    }

    it('google calls by a list', async () => {
      await talk({ verb: 'llm', ...google, ...hooks }, use, {
        '/tool': { json: { toolResponse: { functionResponses: [] } } },
      });
      const [asked] = application.got('/tool') as [{ function_calls: { id: string; name: string; args: unknown }[] }];
      assert.deepEqual(
        asked.function_calls.map(({ name, args }) => ({ name, args })),
        [{ name: 'lookup', args }],
      );
    });

    for (const [name, answer] of [
      ['a refusal', { status: 500 }],
      ['a status that the engine does not take', { status: 201, json: {} }],
      ['broken JSON', { json: 'a text' }],
    ] as [string, Answer][]) {
      it(`${name} ends the conversation`, async () => {
        await talk({ verb: 'llm', ...ultravox, ...hooks }, [use[0]!], { '/tool': answer });
        assert.equal(application.got('/done')[0]?.completion_reason, 'client error calling function');
      });
    }

    it('without a hook the model waits in vain', async () => {
      const test = await talk({ verb: 'llm', ...ultravox, actionHook: '/done' }, use);
      assert.deepEqual(application.got('/tool'), []);
      assert.equal(test.all('media').at(-1)?.facts.refused, 'the verb has no toolHook');
    });

    it('of an agent', async () => {
      const test = await talk(
        { verb: 'agent', llm: { vendor: 'openai', llmOptions: { systemPrompt: 'x' } }, ...hooks },
        [{ tool: { name: 'lookup', args: { order: 7 } } }, { end: 'normal conversation end' }],
        { '/tool': { json: { status: 'sent' } } },
        '10',
      );
      const [asked] = application.got('/tool');
      assert.deepEqual([asked?.name, asked?.arguments], ['lookup', { order: 7 }]);
      assert.deepEqual(test.all('media').find(({ what }) => what === 'tool output')?.facts.output, { status: 'sent' });
    });
  });

  describe('events', () => {
    const told: [name: string, verb: Record<string, unknown>, turns: ModelTurn[], types: unknown[]][] = [
      ['openai: what is said', openai, [{ say: 'Hi' }], ['response.audio_transcript.done']],
      ['openai: a tool', openai, [{ tool: { name: 'a', args: {} } }], ['response.output_item.done']],
      [
        'openai: only some',
        { ...openai, events: ['response.done'] },
        [{ say: 'Hi' }, { event: { type: 'response.done' } }],
        ['response.done'],
      ],
      [
        'openai: by a pattern',
        { ...openai, events: ['session.*'] },
        [{ say: 'Hi' }, { event: { type: 'session.updated' } }],
        ['session.updated'],
      ],
      [
        'openai: all but some',
        { ...openai, events: ['all', '-response.*'] },
        [{ say: 'Hi' }, { event: { type: 'x' } }],
        ['x'],
      ],
      ['deepgram', deepgram, [{ say: 'Hi' }], ['ConversationText']],
      ['ultravox', ultravox, [{ say: 'Hi' }], ['transcript']],
      ['elevenlabs', elevenlabs, [{ say: 'Hi' }], ['agent_response']],
    ];
    for (const [name, verb, turns, types] of told) {
      it(name, async () => {
        await talk({ verb: 'llm', ...verb, ...hooks }, [...turns, { end: 'normal conversation end' }]);
        assert.deepEqual(
          application.got('/event').map(({ type }) => type),
          types,
        );
        assert.equal(application.got('/event')[0]?.call_sid, undefined, 'nothing of the call');
      });
    }

    it('the answer to an event does not matter', async () => {
      const test = await talk(
        { verb: 'llm', ...openai, ...hooks },
        [{ say: 'Hi' }, { end: 'normal conversation end' }],
        { '/event': [{ verb: 'say', text: 'unheard' }] },
      );
      assert.deepEqual([...new Set(test.all('heard').map(({ text }) => text))], ['Hi']);
    });

    it('of an agent, with a caller who interrupts', async () => {
      const test = await talk(
        { verb: 'agent', llm: { vendor: 'openai', llmOptions: { systemPrompt: 'x' } }, ...hooks },
        [{ say: 'Welcome to the shop, what can I do for you?' }],
        {},
        '10',
        (test) => {
          test.on(
            (event) => event.type === 'heard',
            () => test.call.say('I want a book'),
          );
          test.on(
            (event) => event.type === 'heard' && event.ended === 'interrupted',
            () => test.call.model({ end: 'normal conversation end' }),
          );
        },
      );
      assert.deepEqual(
        application
          .got('/event')
          .map(({ type, transcript, response, interrupted }) => [type, transcript ?? response, interrupted]),
        [
          ['llm_response', 'Welcome to the shop, what can I do for you?', undefined],
          ['user_interruption', undefined, undefined],
          ['user_transcript', 'I want a book', undefined],
          ['turn_end', 'I want a book', true],
        ],
      );
      assert.deepEqual(
        test.all('leg').map(({ kind, state, name }) => [kind, state, name]),
        [
          ['model', 'new', 'agent openai'],
          ['model', 'answered', 'agent openai'],
          ['model', 'ended', 'agent openai'],
        ],
      );
    });
  });

  describe('bots of jambonz 0.9', () => {
    const lex = {
      verb: 'lex',
      botId: 'b',
      botAlias: 'a',
      region: 'us-east-1',
      locale: 'en_US',
      credentials: {},
      actionHook: '/done',
      eventHook: '/event',
    };
    const dialogflow = {
      verb: 'dialogflow',
      credentials: '{}',
      project: 'p',
      lang: 'en-US',
      actionHook: '/done',
      eventHook: '/event',
    };
    const rasa = { verb: 'rasa', url: 'http://127.0.0.1:1/rasa', actionHook: '/done', eventHook: '/event' };

    it('rasa: nobody says anything', async () => {
      application.answer({ '/': [{ ...rasa, prompt: 'Hello' }] });
      const test = TestCall.begin(application);
      await test.end();
      assert.equal(application.got('/done')[0]?.rasa_result, 'timeout');
      assert.equal(test.all('verb').find(({ state, verb }) => state === 'end' && verb === 'rasa')?.why, 'timeout');
    });

    it('rasa: both sides are told of', async () => {
      application.answer({ '/': [rasa], '/event': [] });
      const test = TestCall.begin(application);
      test.on(
        (event) => event.type === 'wait' && event.for === 'speech',
        () => test.call.say('hello'),
      );
      test.on(waitsForModel, () => undefined);
      test.on(
        (event) => event.type === 'done' && event.did === 'speech',
        () => {
          test.call.model({ say: 'How are you?' });
          test.call.model({ end: 'webhookError' });
        },
      );
      await test.end();
      assert.deepEqual(
        application.got('/event').map(({ event }) => event),
        ['userMessage', 'botMessage'],
      );
      assert.equal(application.got('/done')[0]?.rasa_result, 'webhookError');
    });

    for (const [verb, property] of [
      [lex, 'lex_result'],
      [dialogflow, 'dialogflow_result'],
      [rasa, 'rasa_result'],
    ] as const) {
      it(`${verb.verb}: the event hook brings another application`, async () => {
        application.answer({
          '/': [verb],
          '/event': [{ verb: 'say', text: 'Instead' }],
          '/done': [{ verb: 'say', text: 'unheard' }],
        });
        const test = TestCall.begin(application);
        test.on(
          (event) => event.type === 'wait',
          () => test.call.say('help'),
        );
        await test.end();
        assert.equal(application.got('/done')[0]?.[property], 'redirect');
        assert.deepEqual([...new Set(test.all('heard').map(({ text }) => text))], ['Instead']);
      });

      it(`${verb.verb}: the caller hangs up`, async () => {
        application.answer({ '/': [verb] });
        const test = TestCall.begin(application).on(
          (event) => event.type === 'wait',
          () => test.call.hangup(),
        );
        await test.end();
        assert.equal(application.got('/done')[0]?.[property], 'caller hungup');
      });
    }

    it('dialogflow: silence is told, and does not end it', async () => {
      application.answer({ '/': [dialogflow], '/event': [] });
      const test = TestCall.begin(application);
      test.on(waitsForModel, () => test.call.model({ say: 'Yes?' }));
      test.on(
        (event) =>
          event.type === 'request' &&
          event.property === 'eventHook' &&
          (event.body as { event: string }).event === 'no-input',
        () => test.call.model({ end: 'completed' }),
      );
      await test.end();
      assert.deepEqual(
        application.got('/event').map(({ event }) => event),
        ['intent', 'start-play', 'stop-play', 'no-input'],
      );
      assert.equal(application.got('/done')[0]?.dialogflow_result, 'completed');
    });

    for (const verb of ['lex', 'rasa', 'microsoft_s2s', 'voiceagent_s2s']) {
      it(`${verb} is unknown to newer releases`, async () => {
        application.answer({ '/': [{ verb, url: 'x', auth: KEY, llmOptions: {} }] });
        const test = TestCall.begin(application, {}, { platform: '10' });
        assert.equal((await test.end()).status, 480);
      });
    }
  });

  describe('transfer', () => {
    const target = [{ type: 'phone', number: '4711' }];
    const results: [
      name: string,
      verb: Record<string, unknown>,
      plan: 'busy' | 'no answer' | 'declined' | { answer: number; hangup: number },
      expected: unknown[],
    ][] = [
      ['blind, by the phone itself', { mode: 'blind' }, 'busy', ['bridged', 'completed', 202]],
      ['warm', { mode: 'warm' }, { answer: 1, hangup: 5 }, ['bridged', 'completed', 200]],
      ['busy', { mode: 'warm' }, 'busy', ['returned', 'busy', 486]],
      ['declined', { mode: 'warm' }, 'declined', ['returned', 'declined', 603]],
      ['no answer', { mode: 'blind', blindMethod: 'dial' }, 'no answer', ['returned', 'no-answer', 487]],
      ['hangup instead', { mode: 'warm', disposition: { onBusy: 'hangup' } }, 'busy', ['failed', 'busy', 486]],
      [
        'voicemail instead',
        { mode: 'warm', disposition: { onBusy: 'voicemail', voicemailUrl: 'http://127.0.0.1/vm.mp3' } },
        'busy',
        ['voicemail', 'busy', 486],
      ],
    ];
    for (const [name, verb, plan, expected] of results) {
      it(name, async () => {
        application.answer({ '/': [{ verb: 'transfer', target, actionHook: '/done', ...verb }] });
        const test = TestCall.begin(application, { legs: { 4711: plan } }, { platform: '10' });
        await test.end();
        const [body] = application.got('/done');
        assert.deepEqual([body?.transfer_result, body?.transfer_reason, body?.sip_status], expected);
      });
    }
  });

  it('a room is played as a conference', async () => {
    application.answer({ '/': [{ verb: 'room', name: 'a', actionHook: '/done' }] });
    const test = TestCall.begin(application, {}, { platform: '10' });
    test.on(
      (event) => event.type === 'leg' && event.state === 'joined',
      () => test.call.hangup(),
    );
    await test.end();
    assert.equal(application.got('/done').length, 1);
    assert.deepEqual(test.all('media')[0]?.facts, { text: 'room is played as conference' });
  });

  it('hears of the model what was done', async () => {
    const test = await talk({ verb: 'llm', ...openai, ...hooks }, [{ say: 'Hi' }, { end: 'normal conversation end' }]);
    assert.equal(test.all('done').filter(isDone('model')).length, 2);
  });
});
