import { randomUUID } from 'node:crypto';
import { Amd } from './amd';
import type { BasicAuth, CallOptions, RestAnswer } from './api';
import type { SimulatedCall } from './call';
import type { CallStatus, Identity } from './call-info';
import type { Written } from './document';
import { isObject, list, number, object, text, type JsonObject } from './json';
import { updateCall } from './live-control';
import { Outgoing } from './outgoing';
import type { Hook } from './requestor';
import { changeFault, messageFault, newCallFault } from './rest-check';
import { alerts, countCalls, describeApplication, describeCall, listCalls, recentCalls } from './rest-reports';
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
  'referHook',
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

const NOT_FOUND: RestAnswer = { status: 404, data: 'Not Found' };
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

function ok(data: unknown): RestAnswer {
  return { status: 200, data };
}

/** jambonz's REST API, as far as it is about calls. */
export class Rest {
  /** Applications by application_sid: what calls that name one are given. */
  readonly applications = new Map<string, CallOptions>();
  /** Calls that were deleted from what the API remembers. */
  private readonly forgotten = new Set<string>();

  constructor(
    private readonly world: World,
    private readonly create: (options: CallOptions, identity: Identity) => SimulatedCall,
    private readonly calls: ReadonlyMap<string, SimulatedCall>,
  ) {}

  /**
   * Answers a request; `path` is what follows `/v1`. There is one account, whichever the request names.
   *
   * @see recorded of api-server 0.9.6: statuses, texts and shapes
   */
  handle(method: string, path: string, query: Record<string, string>, body: unknown): Promise<RestAnswer> {
    return Promise.resolve(this.route(method, path.split('/').slice(1), query, object(body) ?? {}));
  }

  private route(
    method: string,
    parts: readonly string[],
    query: Record<string, string>,
    body: JsonObject,
  ): RestAnswer | Promise<RestAnswer> {
    const [top = '', ...below] = parts;
    const [what = '', sid, ...rest] = top === 'Accounts' ? below.slice(1) : [top, ...below];
    if (rest.length > 0) return this.unknown(method, parts);
    if (what === 'Applications' && method === 'GET') return this.application(sid, query);
    if (top !== 'Accounts') return this.unknown(method, parts);
    if (what === 'Calls') {
      if (sid !== undefined) return this.one(method, sid, body) ?? this.unknown(method, parts);
      if (method === 'POST') return this.createCall(body);
      if (method === 'GET') return ok(listCalls(this.calls.values(), query, (id) => this.forgotten.has(id)));
    }
    if (what === 'Messages' && method === 'POST') return this.message(body);
    if (method !== 'GET' || sid !== undefined) return this.unknown(method, parts);
    switch (what) {
      case 'CallCount':
        return ok(countCalls(this.calls.values()));
      case 'RecentCalls':
        return recentCalls(this.calls.values(), query);
      case 'Alerts':
        return alerts(this.calls.values(), query);
      case 'Queues':
        return ok(this.world.queues.names.map((name) => ({ name, length: this.world.queues.list(name).length })));
      case 'Conferences':
        return ok(this.world.conferences.names);
      case 'RegisteredSipUsers':
        return ok([]);
      default:
        return this.unknown(method, parts);
    }
  }

  /** What is done with one call; undefined for what is not done. */
  private one(method: string, sid: string, body: JsonObject): RestAnswer | Promise<RestAnswer> | undefined {
    if (!['GET', 'PUT', 'POST', 'DELETE'].includes(method)) return undefined;
    const call = this.calls.get(sid);
    const leg = call?.legs.get(sid);
    if (!call || !leg || this.forgotten.has(sid)) {
      return UUID.test(sid) ? NOT_FOUND : { status: 400, data: { msg: 'Bad request' } };
    }
    if (method === 'GET') return ok(describeCall(leg));
    if (method === 'DELETE') {
      // Only what is remembered of the call; the call goes on.
      for (const id of this.forgotten) if (!this.calls.has(id)) this.forgotten.delete(id);
      this.forgotten.add(sid);
      return { status: 204, data: '' };
    }
    const fault = changeFault(body);
    return fault === undefined ? updateCall(call, sid, body) : { status: 400, data: { msg: fault } };
  }

  private application(sid: string | undefined, query: Record<string, string>): RestAnswer {
    const describe = (id: string, options: CallOptions): JsonObject =>
      describeApplication(id, options, this.world.account);
    if (sid !== undefined) {
      const options = this.applications.get(sid);
      return options ? ok(describe(sid, options)) : { status: 404, data: '' };
    }
    const all = [...this.applications].map(([id, options]) => describe(id, options));
    const { page, page_size: size } = query;
    if (page === undefined || size === undefined) return ok(all);
    const first = (Number(page) - 1) * Number(size);
    const data = all.slice(first, first + Number(size));
    return ok({ total: all.length, page: Number(page), page_size: Number(size), data });
  }

  /** A short message goes nowhere: it is taken, and shown in the call that is up, if one is. */
  private message(body: JsonObject): RestAnswer {
    const fault = messageFault(body);
    if (fault !== undefined) return { status: 400, data: { msg: fault } };
    const call = [...this.calls.values()].findLast(({ isOver }) => !isOver);
    const to = list(body.to).map(String).join(', ');
    const words = text(body.text) ?? list(body.media).map(String).join(' ');
    call?.emit({ type: 'done', did: 'rest', text: `SMS to ${to}: ${words}` });
    return { status: 201, data: { sid: randomUUID() } };
  }

  /** @see recorded: a page for people */
  private unknown(method: string, parts: readonly string[]): RestAnswer {
    const line = `Cannot ${method} /v1/${parts.join('/')}`;
    return {
      status: 404,
      data: `<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Error</title>\n</head>\n<body>\n<pre>${line}</pre>\n</body>\n</html>\n`,
    };
  }

  private createCall(body: JsonObject): RestAnswer {
    const fault = newCallFault(body, (sid) => this.applications.get(sid) !== undefined);
    if (fault !== undefined) return { status: 400, data: { msg: fault } };
    const to = object(body.to) ?? {};
    const from = String(body.from);
    const { timeout } = body;
    const isOdd = !this.takes(body);
    if (isOdd || (timeout !== undefined && typeof timeout !== 'number')) {
      return { status: 500, data: 'Internal Server Error' };
    }
    const options = this.optionsFor(body)!;
    const address = text(to.number) ?? text(to.name) ?? text(to.sipUri) ?? '';
    const name = to.type === 'user' ? this.world.userName(address) : address;
    let call: SimulatedCall;
    try {
      call = this.create(
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
    } catch {
      // As many calls are up as there may be.
      return { status: 480, data: { msg: 'no available feature servers at this time' } };
    }
    const tag = object(body.tag);
    if (tag) call.main.info.customerData = tag;
    void call.keepOpen(place(call, to, body));
    return { status: 201, data: { sid: call.id, callId: call.main.info.identity.callId } };
  }

  /** @see engine rule: the engine itself refuses what it does not know, and the API server says no more than that */
  private takes(body: JsonObject): boolean {
    return Object.keys(body).every((name) => CREATE_PROPERTIES.has(name));
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
  let watching: Amd | undefined;
  main.hungUp.on((hangup) => {
    // Who hangs up while it is still being found out who has answered: the hook is told before the status hook.
    if (hangup.by === 'far') watching?.giveUp();
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
  if (amd) session.background.watchForMachine((watching = new Amd(session, main, amd, { data: amd })));
  const { referHook, sipRequestWithinDialogHook: sipRequestHook } = body as Record<string, Hook | undefined>;
  if (referHook !== undefined) session.settings.referHook = { hook: referHook };
  if (sipRequestHook !== undefined) session.settings.sipRequestHook = { hook: sipRequestHook };
  const limit = number(body.timeLimit) ?? 0;
  if (limit > 0) {
    const over = call.clock.after(limit * 1000, () => {
      call.because('time-limit', { verb: 'create-call' });
      call.bye({ 'X-Reason': 'Max Call Duration' });
    });
    main.hungUp.on(() => over.cancel());
  }
  const { url, method } = call.options;
  const hook = method === 'GET' ? { url, method } : url;
  const facts = { ...main.info.toJSON(), defaults: session.speech.defaults(true) };
  try {
    const { verbs, request } = await applicationOf(call, hook, facts, body);
    // A reply that is no list leaves the call up, in silence.
    if (verbs) await session.run(verbs, request);
    else await session.idle();
  } catch (error) {
    call.because('no-application', { error: (error as Error).message });
  }
  call.bye();
  session.end('hangup');
}

/** The verbs that the request itself brings, where it names no application; those of the calling webhook otherwise. */
async function applicationOf(
  { session }: SimulatedCall,
  hook: Hook,
  facts: JsonObject,
  { application_sid: sid, app_json: own }: JsonObject,
): Promise<{ verbs: Written[] | undefined; request?: number }> {
  if (!sid && text(own)) return { verbs: session.read(JSON.parse(String(own))) };
  return session.requestor.ask({ hook: 'session:new', to: hook, body: facts }, (reply, id) => {
    const verbs = session.read(reply);
    return { effect: verbs && verbs.length > 0 ? 'application' : 'continue', value: { verbs, request: id } };
  });
}

/** @see engine rule: unlike for dialled legs, 603 is busy and 600 is not */
function placedStatus(status: number): CallStatus {
  if (status === 486 || status === 603) return 'busy';
  return status === 487 ? 'no-answer' : 'failed';
}
