import { startRestServer, type Answer, type RestServer, type Seen } from './rest-server';

export const ACCOUNT = '9351f46a-678c-43f5-b8a6-d4eb58d131af';
export const APPLICATION = '0dddaabf-0a30-43e3-84e8-426873b1a78b';
export const TOKEN = 'acct-token-0001';
/** What the account keeps to itself; no answer to the editor may hold it. */
export const SECRETS = [TOKEN, 'wh_secret_abc', 'status-password', 'speech-api-key', 'trunk-password'];

type Json = Record<string, unknown>;

/** An account as the recorded API describes it. */
const account = {
  account_sid: ACCOUNT,
  name: 'default account',
  webhook_secret: 'wh_secret_abc',
  registration_hook: { url: 'http://127.0.0.1:18800/auth', method: 'POST', username: null, password: null },
};
const application = {
  application_sid: APPLICATION,
  name: 'app one',
  account_sid: ACCOUNT,
  call_hook: { webhook_sid: 'wh-1', url: 'http://old.example.com/call', method: 'POST', username: 'u', password: 'x' },
  call_status_hook: {
    webhook_sid: 'wh-2',
    url: 'http://old.example.com/status',
    method: 'POST',
    username: 'u',
    password: 'status-password',
  },
  messaging_hook: null,
};

const RESOURCES: Readonly<Record<string, unknown>> = {
  [`Accounts/${ACCOUNT}`]: account,
  [`Accounts/${ACCOUNT}/Applications`]: [application],
  [`Applications/${APPLICATION}`]: application,
  [`Accounts/${ACCOUNT}/VoipCarriers`]: [
    { voip_carrier_sid: 'c-1', name: 'Carrier', register_password: 'trunk-password' },
  ],
  PhoneNumbers: [
    { number: '15551230001', account_sid: ACCOUNT },
    { number: '15551239999', account_sid: 'another' },
  ],
  [`Accounts/${ACCOUNT}/SpeechCredentials`]: [
    { vendor: 'google', use_for_tts: 1, use_for_stt: 1, service_key: 'speech-api-key' },
    { vendor: 'custom:parrot', label: 'eu', use_for_tts: 1, use_for_stt: 0, auth_token: 'speech-api-key' },
  ],
};

const VOICES: Readonly<Record<string, unknown>> = {
  'custom:parrot eu': {
    tts: [{ value: 'xx-XX', name: 'Parrotese', voices: [{ value: 'polly', name: 'Polly\n (loud)' }] }],
    models: [{ value: 'm1', name: 'Model' }],
  },
  'google ': { tts: [{ value: 'xx-YY', name: 'Own language', voices: [] }], stt: [{ code: 'xx-YY', name: 'Own' }] },
};

/** A jambonz REST API with one account. Some requests that change something do so nowhere but in `seen`. */
export function startAccountApi(): Promise<RestServer> {
  return startRestServer(answer);
}

function answer({ method, path, query = {}, headers, body }: Seen): Answer {
  const found = /^\/v1\/(.*)$/.exec(path)?.[1];
  if (found === undefined) return { status: 404, rawBody: '<!DOCTYPE html><pre>Cannot GET</pre>' };
  if (headers.authorization !== `Bearer ${TOKEN}`) return { status: 401, rawBody: 'Unauthorized' };
  const sid = /^Accounts\/([^/]+)/.exec(found)?.[1];
  if (sid === '00000000-0000-0000-0000-000000000404') return { status: 404, rawBody: 'Not Found' };
  if (sid !== undefined && !/^[\da-f-]{36}$/.test(sid)) return { status: 400, body: { msg: 'Bad request' } };
  if (sid !== undefined && sid !== ACCOUNT) return { status: 403, body: { msg: 'insufficient permissions' } };
  if (method === 'POST' && found === 'Applications') return created(body as Json);
  if (method === 'PUT' && found in RESOURCES) return { status: 204 };
  if (found.endsWith('/supportedLanguagesAndVoices')) {
    const voices = VOICES[`${query.vendor ?? ''} ${query.label ?? ''}`];
    return voices ? { body: voices } : { status: 404, rawBody: 'Not Found' };
  }
  return found in RESOURCES ? { body: RESOURCES[found] } : { status: 404, rawBody: 'Not Found' };
}

function created({ call_hook, call_status_hook }: Json): Answer {
  if (!call_hook || !call_status_hook) {
    return { status: 500, body: { msg: "Cannot read properties of undefined (reading 'url')" } };
  }
  return { status: 201, body: { sid: 'cca90aa1-cb60-4d72-b913-216952b850de' } };
}
