import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import { ask } from '../support/asked';

type Json = Record<string, unknown>;

/** A node that was dragged into a flow today. */
const lcc = (action: string, fields: Json = {}): Json & { type: string } => ({
  type: 'lcc',
  callSid: 'sid',
  callSidType: 'msg',
  action,
  vendor: 'default',
  tag: '{}',
  tagType: 'json',
  recordType: 'siprec',
  ...fields,
});

/** Actions beyond those of the recorded flows, and what jambonz is asked for. */
const changes: [name: string, node: Json & { type: string }, body: Json][] = [
  ['silence', lcc('silence'), { listen_status: 'silence' }],
  ['a member: the first of the list', lcc('participant'), { conferenceParticipantAction: { action: 'mute' } }],
  ...['mute', 'unmute', 'hold', 'unhold', 'untag', 'uncoach'].map((action): [string, Json & { type: string }, Json] => [
    `a member: ${action}`,
    lcc('participant', { participantAction: action, participantTag: 'of another action' }),
    { conferenceParticipantAction: { action } },
  ]),
  ...['tag', 'coach'].map((action): [string, Json & { type: string }, Json] => [
    `a member: ${action}`,
    lcc('participant', { participantAction: action, participantTag: 'who', participantTagType: 'msg' }),
    { conferenceParticipantAction: { action, tag: 'vip' } },
  ]),
  ['louder', lcc('boost', { boost: '+3 dB', boostType: 'str' }), { boostAudioSignal: '+3 dB' }],
  ['more quiet', lcc('boost', { boost: '-3', boostType: 'num' }), { boostAudioSignal: -3 }],
  ['the audio path: the first of the list', lcc('media_path'), { media_path: 'full-media' }],
  ['the audio path', lcc('media_path', { mediaPath: 'no-media' }), { media_path: 'no-media' }],
  [
    'recording by jambonz itself',
    lcc('start_call_recording', { recordType: 'cloud', recordingID: 'r1' }),
    { record: { action: 'startCallRecording', type: 'cloud', recordingID: 'r1' } },
  ],
  [
    'the end of it',
    lcc('stop_call_recording', { recordType: 'cloud' }),
    { record: { action: 'stopCallRecording', type: 'cloud' } },
  ],
  [
    'the end of recording by a SIPREC server',
    lcc('stop_call_recording', { siprecServerURL: 'sip:r@x', siprecServerURLType: 'str' }),
    { record: { action: 'stopCallRecording', siprecServerURL: 'sip:r@x' } },
  ],
  [
    'a pause of it, in a flow of the official palette',
    lcc('pause_call_recording', { recordType: undefined }),
    { record: { action: 'pauseCallRecording' } },
  ],
  [
    'the other side only',
    lcc('redirect', { childCallHook: '/other', childCallHookType: 'str' }),
    { child_call_hook: { url: '/other' } },
  ],
  [
    'events to another webhook',
    lcc('redirect', { callHook: '/x', callHookType: 'str', callStatusHook: '/events', callStatusHookType: 'str' }),
    { call_hook: { url: '/x' }, call_status_hook: { url: '/events' } },
  ],
  [
    'a webhook with a method and a user',
    lcc('redirect', { callHook: 'hook', callHookType: 'msg' }),
    { call_hook: { url: 'https://x', method: 'GET', username: 'u', password: 'p' } },
  ],
  [
    'a whisper beside another action',
    lcc('mute', { alsoWhisper: true, text: 'Hi {{who}}' }),
    { mute_status: 'mute', whisper: { verb: 'say', text: 'Hi vip' } },
  ],
  ['the end, without a whisper', lcc('hangup', { alsoWhisper: true, text: 'x' }), { call_status: 'completed' }],
  [
    'verbs as a whisper',
    lcc('whisper', { whisperKind: 'verbs', whisperVerbs: '[{"verb":"play","url":"u"}]', whisperVerbsType: 'json' }),
    { whisper: [{ verb: 'play', url: 'u' }] },
  ],
  [
    'a whisper in the voice of any vendor',
    lcc('whisper', { text: 'x', vendor: 'elevenlabs', lang: 'en', voice: 'v' }),
    { whisper: { verb: 'say', text: 'x', synthesizer: { vendor: 'elevenlabs', language: 'en', voice: 'v' } } },
  ],
  [
    'a gain with its unit',
    lcc('dubPlay', { dubTrack: 't', dubPlay: 'u', dubLoop: 'false', dubGain: '-5 dB', dubGainType: 'num' }),
    { dub: { action: 'playOnTrack', track: 't', play: 'u', loop: false, gain: '-5 dB' } },
  ],
  [
    'the key 0',
    lcc('send_dtmf', { dtmfDigit: 'zero', dtmfDigitType: 'msg' }),
    { dtmf: { digit: '0', duration: '250' } },
  ],
  ['a tag that is text', lcc('tag', { tag: 'text', tagType: 'msg' }), { tag: { a: 1 } }],
];

/** What jambonz would refuse, and what the user is told instead. */
const refusals: [name: string, node: Json & { type: string }, told: RegExp][] = [
  ['a member without a label', lcc('participant', { participantAction: 'coach' }), /participantTag is needed/],
  [
    'an unknown member action',
    lcc('participant', { participantAction: 'kick' }),
    /participantAction .*mute, .*not kick/,
  ],
  ['an unknown audio path', lcc('media_path', { mediaPath: 'x' }), /mediaPath .*full-media.* not x/],
  ['a volume of 0', lcc('boost', { boost: '0', boostType: 'num' }), /boost must not be 0/],
  ['no volume', lcc('boost', { boost: 'nothing', boostType: 'msg' }), /boost is needed .*nothing/],
  ['recording to nowhere', lcc('start_call_recording'), /siprecServerURL is needed/],
  ['stopping to record to nowhere', lcc('stop_call_recording'), /siprecServerURL is needed/],
  ['a SIP request without content', lcc('sip_request', { sipRequestContentType: 'a/b' }), /sipRequestBody is needed/],
  ['no key', lcc('send_dtmf', { dtmfDigit: '' }), /dtmfDigit is needed/],
  ['a tag that is no object', lcc('tag', { tag: '[1]' }), /tag must be a JSON object, not \[1\]/],
  ['a tag that is not JSON', lcc('tag', { tag: 'who', tagType: 'msg' }), /tag must be a JSON object, not vip/],
  [
    'no verbs',
    lcc('whisper', { whisperKind: 'verbs', whisperVerbs: '[]', whisperVerbsType: 'json' }),
    /whisperVerbs must be/,
  ],
];

describe('live call control', () => {
  before(() => (helper.startServer as () => Promise<void>)());
  after(() => (helper.stopServer as () => Promise<void>)());

  const msg = {
    sid: 'c-1',
    who: 'vip',
    zero: 0,
    text: '{"a":1}',
    payload: 'before',
    hook: { url: 'https://x', method: 'GET', username: 'u', password: 'p' },
  };

  for (const [name, node, body] of changes) {
    it(`asks for ${name}`, async () => {
      const { request, caught, logged } = await ask(node, msg);
      assert.deepEqual([caught, logged], [[], []]);
      assert.equal(request?.path, '/v1/Accounts/acct-1/Calls/c-1');
      assert.deepEqual(request.body, body);
    });
  }

  for (const [name, node, told] of refusals) {
    it(`does not ask for ${name}`, async () => {
      const { request, caught, msg: sent } = await ask(node, msg);
      assert.equal(request, undefined);
      assert.equal(caught.length, 1);
      assert.match(caught[0]!, told);
      assert.match(String(sent?.errorMessage), /^Error sending LCC \w+ (has|is) /);
      assert.equal(sent?.payload, 'before');
    });
  }

  for (const action of ['fly', '', 'constructor']) {
    it(`reports the action "${action}"`, async () => {
      const { request, caught } = await ask(lcc(action), msg);
      assert.equal(request, undefined);
      assert.match(caught.join(), /there is no action/);
    });
  }

  it('says in the catchable error which call it lacks', async () => {
    const { caught } = await ask(lcc('hangup', { callSid: 'call.nothing' }), msg);
    assert.match(caught.join(), /callSid is needed and has no value \(call\.nothing\)/);
  });

  it('sends a redirect to nowhere, as ever, and reports it', async () => {
    const { request, logged } = await ask(lcc('redirect', { callHook: 'nothing', callHookType: 'msg' }), msg);
    assert.deepEqual(request?.body, { call_hook: {} });
    assert.match(logged.join(), /callHook is needed and has no value \(nothing\)/);
  });
});
