import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import { ask } from '../support/asked';

type Json = Record<string, unknown>;

const call = { type: 'create-call', from: '1', to: '2', dest: 'phone', mode: 'app', application: 'app' };
const sip = { ...call, dest: 'sip', to: 'sip:a@b' };
const hooks = { ...call, mode: 'url', call_hook_url: 'https://x/answer', call_hook_method: 'POST' };

/** Fields, and the part of the request that they make. */
const cases: [name: string, fields: Json & { type: string }, part: Json, reported?: RegExp][] = [
  ['Teams', { ...call, dest: 'ms-teams' }, { to: { type: 'teams', number: '2' } }],
  [
    'Teams, with its tenant and voicemail',
    { ...call, dest: 'ms-teams', tenant: 't.example.com', vmail: true },
    { to: { type: 'teams', number: '2', tenant: 't.example.com', vmail: true } },
  ],
  ['a user', { ...call, dest: 'user', to: 'bob@x' }, { to: { type: 'user', name: 'bob@x' } }],
  [
    'a SIP address with another To',
    { ...sip, overrideTo: 'sip:c@d', overrideToType: 'str' },
    { to: { type: 'sip', sipUri: 'sip:a@b', overrideTo: 'sip:c@d' } },
  ],
  ['a number that is no text', { ...call, to: 'n', toType: 'msg' }, { to: { type: 'phone', number: '49' } }],
  ['a caller that is no text', { ...call, from: 'n', fromType: 'msg' }, { from: '49' }],
  ["the caller's host", { ...call, fromHost: 'h.example.com' }, { fromHost: 'h.example.com' }],
  ['a time limit', { ...call, timelimit: 'limit', timelimitType: 'msg' }, { timeLimit: 60 }],
  ['a time limit that is none', { ...call, timelimit: 'word' }, { timeLimit: undefined }, /timeLimit must be a number/],
  ['two streams', { ...call, dualStreams: true }, { dual_streams: true }],
  [
    'webhooks',
    { ...call, referHook: '/r', sipRequestHook: '/s' },
    { referHook: '/r', sipRequestWithinDialogHook: '/s' },
  ],
  ['a tag that is text', { ...call, tag: 'text', tagType: 'msg' }, { tag: { a: 1 } }],
  ['a tag that is no object', { ...call, tag: '7' }, { tag: undefined }, /tag must be a JSON object, not 7/],
  [
    'no destination',
    { ...call, to: 'nothing', toType: 'msg' },
    { to: { type: 'phone' } },
    /to has no value \(nothing\)/,
  ],
  ['no status webhook', { ...hooks, call_status_url: '' }, { call_status_hook: undefined }],
  [
    'no speech service',
    { ...hooks, vendor: null, lang: '' },
    { speech_synthesis_vendor: 'default', speech_synthesis_language: 'default' },
  ],
  [
    'a webhook with a user',
    { ...hooks, call_hook_url: 'hook', call_hook_urlType: 'msg' },
    { call_hook: { url: 'https://x', username: 'u', password: 'p' } },
  ],
  ['a flow of before 2.3', { ...call, mode: undefined }, { application_sid: 'app' }],
  ['an application of the message', { ...call, application: 'msg.application_sid' }, { application_sid: 'app-2' }],
  [
    'further properties',
    {
      ...call,
      more: [
        { path: ['to', 'confirmHook'], value: '/confirm', type: 'str' },
        { path: ['to', 'from', 'host'], value: 'h', type: 'str' },
        { path: ['timeLimit'], value: 'limit', type: 'msg' },
      ],
    },
    { to: { type: 'phone', number: '2', confirmHook: '/confirm', from: { host: 'h' } }, timeLimit: 60 },
  ],
];

describe('create call', () => {
  before(() => (helper.startServer as () => Promise<void>)());
  after(() => (helper.stopServer as () => Promise<void>)());

  const msg = {
    n: 49,
    limit: '60',
    text: '{"a":1}',
    application_sid: 'app-2',
    hook: { url: 'https://x', username: 'u', password: 'p' },
  };

  for (const [name, fields, part, reported] of cases) {
    it(`asks for ${name}`, async () => {
      const { request, caught, logged } = await ask(fields, msg, { status: 201, body: { sid: 'c', callId: 'i' } });
      const body = request?.body as Json;
      assert.deepEqual(Object.fromEntries(Object.keys(part).map((property) => [property, body[property]])), part);
      assert.deepEqual(caught, []);
      if (reported) assert.match(logged.join(), reported);
      else assert.deepEqual(logged, []);
    });
  }

  it('never logs the password of a SIP address, whatever is wrong', async () => {
    const secret = 'sip-pass-789';
    for (const response of [{ status: 500, rawBody: `no ${secret}`.slice(0, 2) }, { destroy: true }, { status: 201 }]) {
      const node = { ...sip, sipauth_user: 'u', sipauth_password: secret, tag: '{', timelimit: 'x' };
      const { caught, logged, request } = await ask(node, msg, response);
      assert.equal((request?.body as { to: { auth: Json } }).to.auth.password, secret);
      assert.ok(![...caught, ...logged].some((text) => text.includes(secret)));
    }
  });
});
