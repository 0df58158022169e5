import { randomUUID } from 'node:crypto';
import type { Call, CallOptions, Listener, RestAnswer, SimulatorOptions } from './api';
import { SimulatedCall } from './call';
import type { Identity } from './call-info';
import { realClock, type Clock } from './clock';
import { Conferences } from './conferences';
import { readVerbs } from './document';
import type { CallEvent } from './events';
import type { JsonObject } from './json';
import { Queues } from './queues';
import { Rest } from './rest';
import { SessionSpeech } from './speech';
import { Transport } from './transport';
import type { World } from './world';

/** What an engine that traces nothing gives its calls. */
const NO_TRACE = '0'.repeat(32);
const PATIENCE = 50;
/** How many calls that are over can still be looked up. */
const REMEMBERED = 100;
const PLAYED_MS = 3000;
/** About fifteen characters a second: how fast a voice reads. */
const CHARACTER_MS = 65;

/** Plays calls against webhooks, as jambonz would. */
export class Simulator {
  /** What the clocks of its calls are made from; theirs as well, when it is virtual. */
  readonly clock: Clock;
  private readonly world: World;
  private readonly known = new Map<string, SimulatedCall>();
  private readonly over: SimulatedCall[] = [];
  private readonly live = new Set<SimulatedCall>();
  private readonly listeners = new Set<Listener>();
  private readonly api: Rest;
  private readonly limit: number;

  constructor(options: SimulatorOptions = {}) {
    this.clock = options.clock ?? realClock();
    this.limit = options.limit ?? Infinity;
    const { vendors, duration, fails, sipReply, connects, allow, realm, platform = '0.9' } = options;
    this.world = {
      clock: this.clock,
      transport: new Transport(options.route),
      secret: (call) => (typeof options.secret === 'function' ? options.secret(call) : options.secret),
      platform: (call) => (typeof platform === 'function' ? platform(call) : platform),
      patience: options.patience ?? PATIENCE,
      account: options.account ?? randomUUID(),
      address: '127.0.0.1:5060',
      domain: options.domain ?? 'sip.example.com',
      userName: (name) => (realm === undefined || name.includes('@') ? name : `${name}@${realm}`),
      queues: new Queues(),
      conferences: new Conferences(),
      allow: (url) => allow?.(url) ?? true,
      duration: (text, kind, call) => duration?.(text, kind, call) ?? usualDuration(text, kind),
      hindrance: (what, text) => fails?.(text, what) ?? false,
      hasVendor: (vendor) => vendors?.includes(vendor) ?? true,
      sipReply: (method) => (sipReply ? sipReply(method) : method === 'REFER' ? 202 : 200),
      canConnect: (url) => connects?.(url) ?? true,
      told: (call, event) => this.told(call, event),
      ended: (call) => this.forget(call),
    };
    this.api = new Rest(this.world, (options, identity) => this.create(options, identity), this.known);
  }

  /** The account that its calls belong to. */
  get account(): string {
    return this.world.account;
  }

  /** All calls that are up, and those that ended not long ago, by call_sid; dialled legs lead to the call they belong to. */
  get calls(): ReadonlyMap<string, Call> {
    return this.known;
  }

  /** Applications by application_sid, for calls of the REST API that name one; `from` and `to` do not matter. */
  get applications(): Map<string, CallOptions> {
    return this.api.applications;
  }

  /**
   * A call comes in.
   *
   * @throws Error when there are as many calls already as there may be
   */
  call(options: CallOptions): Call {
    const call = this.create(options, {
      direction: 'inbound',
      callSid: options.id ?? randomUUID(),
      from: options.from,
      to: options.to,
      callId: randomUUID(),
      accountSid: this.world.account,
      applicationSid: options.application ?? randomUUID(),
      traceId: NO_TRACE,
      callerName: options.name === undefined ? '' : `"${options.name}"`,
      address: this.world.address,
      originatingSipIp: '127.0.0.1',
      originatingSipTrunkName: options.trunk ?? 'simulator',
    });
    call.main.info.sbcCallid = `${randomUUID()}@sbc`;
    if (options.tag) call.main.info.customerData = options.tag;
    void call.keepOpen(answerCall(call, options));
    return call;
  }

  /**
   * jambonz's REST API for these calls.
   *
   * @param path - what follows `/v1`, for example `/Accounts/<sid>/Calls`
   */
  rest(method: string, path: string, query: Record<string, string>, body: unknown): Promise<RestAnswer> {
    return this.api.handle(method, path, query, body);
  }

  /**
   * Hears all that happens, at the moment it happens.
   *
   * @returns stops it
   */
  on(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Ends all calls at once, without another request. */
  close(): void {
    for (const call of [...this.live]) call.abort();
    this.clock.close();
    this.world.transport.close();
  }

  private create(options: CallOptions, identity: Identity): SimulatedCall {
    if (this.live.size >= this.limit) throw new Error(`the simulator plays ${this.limit} calls at once, not more`);
    const call = new SimulatedCall(this.world, options, identity);
    this.live.add(call);
    this.known.set(call.id, call);
    return call;
  }

  private told(call: SimulatedCall, event: CallEvent): void {
    // A model is no party that can be called, and its id leads nowhere.
    if (event.type === 'leg' && event.kind !== 'model' && !this.known.has(event.leg)) this.known.set(event.leg, call);
    for (const listener of [...this.listeners]) listener(call, event);
  }

  private forget(call: SimulatedCall): void {
    this.live.delete(call);
    this.over.push(call);
    if (this.over.length <= REMEMBERED) return;
    const oldest = this.over.shift()!;
    for (const leg of oldest.legs.keys()) if (this.known.get(leg) === oldest) this.known.delete(leg);
  }
}

/** The application of a call that has come in. @see engine rule: what cannot be carried out is refused with 480 */
async function answerCall(call: SimulatedCall, options: CallOptions): Promise<void> {
  const { session, main } = call;
  call.emit({
    type: 'sip',
    direction: 'received',
    text: 'INVITE',
    ...(options.headers ? { headers: options.headers } : {}),
  });
  let verbs;
  let request: number;
  try {
    ({ verbs, request } = await session.requestor.ask(
      {
        hook: 'session:new',
        to: options.method === 'GET' ? { url: options.url, method: 'GET' } : options.url,
        body: newSession(call, options),
      },
      (body, id) => {
        const read = readVerbs(body, call.platform);
        if (read.length === 0) throw new Error('no application provided');
        return { effect: 'application', value: { verbs: read, request: id } };
      },
    ));
  } catch (error) {
    const { message } = error as Error;
    call.alert('invalid-app-payload', message);
    call.because('no-application', { error: message });
    call.fail('jambonz', 480, undefined, { headers: { 'X-Reason': message } });
    session.end('hangup');
    return;
  }
  if (main.isOver) return;
  call.notify(main, {});
  await session.run(verbs, request);
  // Either does nothing once the call is over.
  if (main.isAnswered) call.bye();
  else call.fail('jambonz', 603);
  session.end('hangup');
}

/** What the calling webhook is told. */
function newSession(call: SimulatedCall, options: CallOptions): JsonObject {
  const { info } = call.main;
  const { identity } = info;
  const raw = info.raw();
  delete raw.customerdata;
  return {
    ...(options.method === 'GET' ? {} : { sip: invite(identity, options, call.domain) }),
    ...raw,
    serviceProviderSid: call.world.account,
    defaults: new SessionSpeech(options.speech).defaults(false),
    ...(options.environment ? { env_vars: options.environment } : {}),
  };
}

/** The INVITE as the engine takes it apart: usual names in small letters, others as they came. */
function invite({ from, to, callId, callerName, callSid }: Identity, options: CallOptions, host: string): JsonObject {
  const uri = `sip:${to}@${host}`;
  const headers: Record<string, string> = {
    via: `SIP/2.0/UDP ${host};branch=z9hG4bK${callSid.slice(0, 8)}`,
    'max-forwards': '70',
    from: `${callerName === '' ? '' : `${callerName} `}<sip:${from}@${host}>;tag=${callSid.slice(0, 8)}`,
    to: `<${uri}>`,
    'call-id': callId,
    cseq: '1 INVITE',
    contact: `<sip:${from}@${host}>`,
    'content-type': 'application/sdp',
    'content-length': '0',
    ...Object.fromEntries(
      Object.entries(options.headers ?? {}).map(([name, value]) => [
        /^x-/i.test(name) ? name : name.toLowerCase(),
        value,
      ]),
    ),
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return {
    headers,
    raw: [`INVITE ${uri} SIP/2.0`, ...lines, '', ''].join('\r\n'),
    body: '',
    method: 'INVITE',
    version: '2.0',
    uri,
    payload: [],
  };
}

function usualDuration(text: string, kind: 'say' | 'play'): number {
  return kind === 'play' ? PLAYED_MS : Math.max(300, text.length * CHARACTER_MS);
}
