import { randomUUID } from 'node:crypto';
import { Amd } from './amd';
import type { BasicAuth, CallOptions, RestAnswer } from './api';
import type { SimulatedCall } from './call';
import type { CallStatus, Identity } from './call-info';
import { isObject, number, object, text, type JsonObject } from './json';
import { refusalOf, updateCall } from './live-control';
import { Outgoing } from './outgoing';
import { Gate } from './signal';
import { headersOf } from './verbs/small';
import type { World } from './world';

/** What jambonz knows of an application, for calls that name it. */
export type ApplicationOf = (sid: string) => CallOptions | undefined;

const CREATE_PROPERTIES = new Set([
  'from',
  'to',
  'application_sid',
  'call_hook',
  'call_status_hook',
  'tag',
  'headers',
  'timeout',
  'timeLimit',
  'amd',
  'callerName',
  'fromHost',
  'sipRequestWithinDialogHook',
  'speech_synthesis_vendor',
  'speech_synthesis_language',
  'speech_synthesis_voice',
  'speech_recognizer_vendor',
  'speech_recognizer_language',
  'app_json',
  'record_all_calls',
  'answerOnBridge',
  'dual_streams',
  'env_vars',
  'speech_synthesis_label',
  'speech_recognizer_label',
  'fallback_speech_synthesis_vendor',
  'fallback_speech_synthesis_language',
  'fallback_speech_synthesis_voice',
  'fallback_speech_synthesis_label',
  'fallback_speech_recognizer_vendor',
  'fallback_speech_recognizer_language',
  'fallback_speech_recognizer_label',
  'account_sid',
  'deepgramTts',
]);

/** Without an application all of these are wanted. */
const SPEECH_PROPERTIES = [
  'speech_synthesis_vendor',
  'speech_synthesis_language',
  'speech_synthesis_voice',
  'speech_recognizer_vendor',
  'speech_recognizer_language',
];

function isDestination({ type, number, name, sipUri }: JsonObject): boolean {
  const address = { phone: number, teams: number, user: name, sip: sipUri }[String(type)];
  return typeof address === 'string';
}

/** jambonz's REST API, as far as it is about calls. */
export class Rest {
  /** Applications by application_sid: what calls that name one are given. */
  readonly applications = new Map<string, CallOptions>();

  constructor(
    private readonly world: World,
    private readonly create: (options: CallOptions, identity: Identity) => SimulatedCall,
    private readonly calls: ReadonlyMap<string, SimulatedCall>,
  ) {}

  /** Answers a request; `path` is what follows `/v1`. */
  handle(method: string, path: string, _query: Record<string, string>, body: unknown): Promise<RestAnswer> {
    const [, accounts, , what, sid, rest] = path.split('/');
    if (accounts === 'Accounts' && what === 'Calls' && rest === undefined) {
      if (sid === undefined && method === 'POST') return Promise.resolve(this.createCall(object(body) ?? {}));
      if (sid !== undefined && (method === 'PUT' || method === 'POST')) return this.update(sid, body);
    }
    return Promise.resolve({ status: 404, data: 'Not Found' });
  }

  private async update(sid: string, body: unknown): Promise<RestAnswer> {
    const refusal = refusalOf(object(body) ?? {});
    if (refusal !== undefined) return { status: 400, data: { msg: refusal } };
    const call = this.calls.get(sid);
    if (!call) return { status: 404, data: 'Not Found' };
    return updateCall(call, sid, object(body) ?? {});
  }

  private createCall(body: JsonObject): RestAnswer {
    const from = text(body.from);
    if (!from) return { status: 400, data: { msg: 'missing from parameter' } };
    const to = object(body.to);
    if (!to || !isDestination(to)) {
      return { status: 400, data: { msg: `missing or invalid to property: ${JSON.stringify(body.to)}` } };
    }
    const refusal = this.refusalOf(body);
    if (refusal !== undefined) return { status: 400, data: { msg: refusal } };
    const timeout = body.timeout;
    const isOdd = Object.keys(body).some((name) => !CREATE_PROPERTIES.has(name));
    if (isOdd || (timeout !== undefined && typeof timeout !== 'number')) {
      return { status: 500, data: 'Internal Server Error' };
    }
    const options = this.optionsFor(body);
    if (!options) return { status: 400, data: { msg: 'either application_sid or call_hook and speech are wanted' } };
    const name = text(to.number) ?? text(to.name) ?? text(to.sipUri) ?? '';
    const call = this.create(
      { ...options, from, to: name },
      {
        direction: 'outbound',
        callSid: randomUUID(),
        callId: randomUUID(),
        from,
        to: name,
        accountSid: this.world.account,
        applicationSid: text(body.application_sid) ?? '',
        traceId: '0'.repeat(32),
        callerName: '',
        address: this.world.address,
      },
    );
    const tag = object(body.tag);
    if (tag) call.main.info.customerData = tag;
    void call.keepOpen(place(call, to, body));
    return { status: 201, data: { sid: call.id, callId: call.main.info.identity.callId } };
  }

  private refusalOf(body: JsonObject): string | undefined {
    if (body.application_sid) {
      return this.applications.has(String(body.application_sid))
        ? undefined
        : `application_sid not found ${String(body.application_sid)}`;
    }
    if (SPEECH_PROPERTIES.some((name) => !body[name])) {
      return `either application_sid or set of ${SPEECH_PROPERTIES.join(', ')} required`;
    }
    if (!body.call_hook) return 'either call_hook or application_sid required';
    for (const name of ['call_hook', 'call_status_hook']) {
      const hook = body[name];
      if (!hook) continue;
      const url = isObject(hook) ? text(hook.url) : text(hook);
      if (url === undefined) return `${name} must be string or an object containing a url property`;
      if (!/^(?:https?|wss?):/.test(url)) return `${name} url be an absolute url`;
    }
    return undefined;
  }

  private optionsFor(body: JsonObject): Omit<CallOptions, 'from' | 'to'> | undefined {
    const application = this.applications.get(String(body.application_sid));
    if (application) return application;
    const hook = body.call_hook;
    const url = isObject(hook) ? text(hook.url) : text(hook);
    if (url === undefined) return undefined;
    const status = body.call_status_hook;
    const statusUrl = isObject(status) ? text(status.url) : text(status);
    return {
      url,
      ...(isObject(hook) ? { ...methodOf(hook), ...authOf(hook) } : {}),
      ...(statusUrl === undefined
        ? {}
        : { statusHook: isObject(status) ? { url: statusUrl, ...methodOf(status), ...authOf(status) } : statusUrl }),
      speech: {
        synthesizer: {
          vendor: text(body.speech_synthesis_vendor) ?? 'google',
          language: text(body.speech_synthesis_language) ?? 'en-US',
          voice: text(body.speech_synthesis_voice) ?? 'en-US-Standard-C',
        },
        recognizer: {
          vendor: text(body.speech_recognizer_vendor) ?? 'google',
          language: text(body.speech_recognizer_language) ?? 'en-US',
        },
      },
    };
  }
}

function methodOf({ method }: JsonObject): { method?: 'GET' } {
  return method === 'GET' ? { method } : {};
}

function authOf({ username, password }: JsonObject): { auth?: BasicAuth } {
  return text(username) === undefined ? {} : { auth: { username: String(username), password: String(password) } };
}

/** Calls somebody, and runs the application when the call is answered. */
async function place(call: SimulatedCall, to: JsonObject, body: JsonObject): Promise<void> {
  const { main, session } = call;
  const { identity } = main.info;
  const name = text(body.callerName);
  const who = new Outgoing(call, {
    leg: main,
    name: identity.to,
    uri:
      to.type === 'sip'
        ? identity.to
        : identity.to.includes('@')
          ? `sip:${identity.to}`
          : `sip:${identity.to}@${call.world.address}`,
    headers: {
      From: `${name === undefined ? '' : `"${name}" `}<sip:${identity.from}@${call.domain}>`,
      ...headersOf(body.headers),
    },
    statusOf: placedStatus,
    hasReasons: false,
  });
  const timer = call.clock.after(((number(body.timeout) ?? 0) || 60) * 1000, () => who.cancel());
  const cancelled = new Gate();
  main.hungUp.on((hangup) => {
    if (main.answeredAt !== undefined) call.finish(hangup.by === 'near' ? 'jambonz' : 'callee', hangup);
    else if (hangup.by === 'near') cancelled.open();
  });
  who.start();
  const hasAnswered = await who.answered.passed;
  timer.cancel();
  if (!hasAnswered) {
    call.because('not-answered', { status: main.info.sipStatus });
    call.failed(cancelled.isOpen() ? 'jambonz' : 'callee', main.info.sipStatus);
    return;
  }
  const amd = object(body.amd);
  if (amd) session.background.watchForMachine(new Amd(session, main, amd, { data: amd }));
  const { url, method } = call.options;
  const hook = method === 'GET' ? { url, method } : url;
  const facts = { ...main.info.toJSON(), defaults: session.speech.defaults(true) };
  try {
    const { verbs, request } = await session.requestor.ask(
      { hook: 'session:new', to: hook, body: facts },
      (reply, id) => {
        const read = session.read(reply);
        return { effect: read && read.length > 0 ? 'application' : 'continue', value: { verbs: read, request: id } };
      },
    );
    // A reply that is no list leaves the call up, in silence.
    if (verbs) await session.run(verbs, request);
    else await session.idle();
  } catch (error) {
    call.because('no-application', { error: (error as Error).message });
  }
  call.bye();
  session.end('hangup');
}

/** @see engine rule: unlike for dialled legs, 603 is busy and 600 is not */
function placedStatus(status: number): CallStatus {
  if (status === 486 || status === 603) return 'busy';
  return status === 487 ? 'no-answer' : 'failed';
}
