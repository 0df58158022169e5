import { randomUUID } from 'node:crypto';
import type { NodeAPI } from 'node-red';
import { refusal } from '../admin/fault';
import type { Outcome, Refusal } from '../admin/routes';
import { entranceOf, publicUrls, type Entrance } from '../results/demand';
import { realClock, Simulator, type Call, type CallOptions, type Route } from '../simulator';
import { traceOf, type Trace } from '../trace/trace';
import { asksForLogin, InnerDoor } from './inner-door';
import { OwnAddress } from './own-address';
import { statusWebhook, webhooksOf, type Webhook } from './webhooks';
import { deedIn, InputProblem, wishIn, type Deed } from './wish';

/** The setting `jambonzSimulator`: false for none. */
export interface PhoneSettings {
  /** More hosts that simulated calls may ask: `example.com`, `example.com:8443`. */
  hosts?: string[];
}

/** Calls at once. */
const MOST_CALLS = 20;
/** In a call that skips waits an announcement takes no longer than it must. */
const SKIPPED_MS = 1;

export type Speed = 'real' | 'skip';

/** Makes simulated calls to the webhooks of the Node-RED that it runs in. */
export class Phone {
  readonly isEnabled: boolean;
  /** REST nodes ask the simulator, whatever server they refer to. */
  takesRest = false;
  readonly account = randomUUID();
  private readonly hosts: ReadonlySet<string>;
  private readonly address: OwnAddress;
  private readonly trace: Trace;
  private readonly door: InnerDoor | undefined;
  private theSimulator: Simulator | undefined;
  private readonly calls = new Map<string, Call>();
  private readonly hurrying = new Set<Call>();
  /** Calls in which whoever is dialled needs nobody to play it. */
  private readonly planned = new Set<string>();
  /** Calls of the phone: how fast they are; those of the REST API take their time. */
  private readonly speeds = new Map<string, Speed>();
  /** Calls of the phone: signed with this, or not at all. */
  private readonly secrets = new Map<string, string | undefined>();

  constructor(private readonly RED: NodeAPI) {
    const { jambonzSimulator: setting } = RED.settings as { jambonzSimulator?: PhoneSettings | boolean | null };
    this.isEnabled = setting !== false;
    const hosts: unknown = typeof setting === 'object' ? setting?.hosts : undefined;
    this.hosts = new Set(Array.isArray(hosts) ? hosts.map((host) => String(host).toLowerCase()) : []);
    this.address = new OwnAddress(RED, publicUrls);
    this.trace = traceOf(RED);
    this.trace.route = (url) => this.address.route(url);
    this.door = this.isEnabled && asksForLogin(RED) ? new InnerDoor(RED) : undefined;
  }

  /** Where this Node-RED serves webhooks. */
  get origin(): string {
    return this.address.origin.origin;
  }

  /** Whether callers other than these have to give a login. */
  get hasLogin(): boolean {
    return this.door !== undefined;
  }

  get webhooks(): Webhook[] {
    return webhooksOf(this.RED, this.address);
  }

  /** Calls a webhook. */
  call(input: Record<string, unknown>): Outcome<{ call: string }> {
    if (!this.isEnabled) return refusal('phone-off');
    return this.tried(() => {
      const wish = wishIn(input);
      const { webhooks } = this;
      const webhook = webhooks.find(({ node }) => node === wish.node);
      if (!webhook) return refusal('node-not-deployed');
      if (this.live >= MOST_CALLS) return refusal('phone-busy', { most: MOST_CALLS });
      const secret = wish.signed ? entranceOf(webhook.node)?.secrets?.[0] : undefined;
      if (wish.signed && secret === undefined) return refusal('phone-no-secret');
      const id = randomUUID();
      this.secrets.set(id, secret);
      const { from, to, name, headers, legs, beside } = wish;
      if (legs?.['*'] !== undefined && !Object.values(legs).includes('by hand')) this.planned.add(id);
      const speed = beside === undefined ? wish.speed : (this.speeds.get(beside) ?? 'real');
      this.speeds.set(id, speed);
      this.simulator.call({
        ...this.application(webhook, webhooks),
        id,
        from,
        to,
        ...(name !== undefined && { name }),
        ...(headers && { headers }),
        ...(legs && { legs }),
      });
      return { ok: true, call: id };
    });
  }

  /** Somebody does something in a call. */
  act(id: string, input: Record<string, unknown>): Outcome {
    const found = this.calls.get(id);
    if (!found) return refusal('call-over');
    return this.tried(() => {
      perform(found, deedIn(input));
      return { ok: true };
    });
  }

  /** jambonz's REST API. @param path - below `/v1`, with or without a query */
  async rest(method: string, path: string, body: unknown): Promise<{ status: number; data: unknown }> {
    const [target = '', query = ''] = path.split('?', 2);
    const isNew = method === 'POST' && target.endsWith('/Calls');
    if (isNew && this.live >= MOST_CALLS) {
      return { status: 503, data: { msg: `the simulator plays ${MOST_CALLS} calls at once, not more` } };
    }
    return this.simulator.rest(method, `/${target}`, Object.fromEntries(new URLSearchParams(query)), body);
  }

  /** Ends every call. */
  close(): void {
    this.theSimulator?.close();
    this.theSimulator = undefined;
    this.calls.clear();
  }

  private routeTo(url: URL): Route | undefined {
    const route = this.address.route(url);
    return this.door ? this.door.behind(url, route) : route;
  }

  private get live(): number {
    return this.calls.size;
  }

  private application(webhook: Webhook, webhooks: readonly Webhook[]): Omit<CallOptions, 'from' | 'to'> {
    const { origin } = this;
    const status = statusWebhook(webhooks, webhook);
    return { url: origin + webhook.url, method: webhook.method, ...(status && { statusHook: origin + status.url }) };
  }

  private get simulator(): Simulator {
    return (this.theSimulator ??= this.create());
  }

  private create(): Simulator {
    const simulator = new Simulator({
      // Signatures are valid for some minutes of the time that the clock on the wall shows.
      clock: realClock({ keepsDate: true }),
      account: this.account,
      secret: (call) => this.secretOf(call),
      platform: ({ url }) => this.entranceAt(url)?.platform ?? '0.9',
      allow: (url) => this.address.route(url) !== undefined || this.hosts.has(url.host) || this.hosts.has(url.hostname),
      route: (url) => this.routeTo(url),
      duration: (_what, _kind, { id = '' }) => (this.skips(id) ? SKIPPED_MS : undefined),
    });
    simulator.applications.get = (sid) => this.applicationOf(sid);
    simulator.on((call, event) => {
      if (!this.calls.has(call.id)) this.begin(call);
      this.trace.happened(call.summary, event);
      if (this.skips(call.id)) this.hurry(call);
    });
    return simulator;
  }

  private skips(id: string): boolean {
    return this.speeds.get(id) === 'skip';
  }

  /** Calls of the REST API have the secret of the webhook that they call. */
  private secretOf({ id = '', url }: CallOptions): string | undefined {
    if (this.secrets.has(id)) return this.secrets.get(id);
    return this.entranceAt(url)?.secrets?.[0];
  }

  /** How the webhook takes requests that a call comes in by. */
  private entranceAt(url: string): Entrance | undefined {
    const called = this.webhooks.find((webhook) => url === this.origin + webhook.url || pathOf(url) === webhook.url);
    return called && entranceOf(called.node);
  }

  /** The simulator has no applications: one stands for a webhook by its node's id or name, any other for the first. */
  private applicationOf(sid: string): CallOptions | undefined {
    const { webhooks } = this;
    const calling = webhooks.filter(({ status }) => !status);
    const webhook = calling.find(({ node, name }) => node === sid || name === sid) ?? calling[0];
    return sid && webhook ? { ...this.application(webhook, webhooks), from: '', to: '' } : undefined;
  }

  private begin(call: Call): void {
    const { id } = call;
    this.calls.set(id, call);
    this.trace.simulate(call.summary);
    void call.ended.then(() => {
      this.calls.delete(id);
      this.secrets.delete(id);
      this.speeds.delete(id);
      this.planned.delete(id);
      this.trace.finished(id);
    });
  }

  /** Does not wait for what comes by itself. */
  private hurry(call: Call): void {
    if (this.hurrying.has(call)) return;
    this.hurrying.add(call);
    setTimeout(() => {
      this.hurrying.delete(call);
      if (!this.calls.has(call.id)) return;
      if (waitsForItself(call, this.planned.has(call.id)) && call.skip()) this.hurry(call);
    }, 10);
  }

  private tried<T extends Outcome>(act: () => T | Refusal): T | Refusal {
    try {
      return act();
    } catch (error) {
      if (error instanceof InputProblem) return refusal('phone-input', { field: error.field });
      throw error;
    }
  }
}

/** What passes by itself: nobody can do anything meanwhile that matters. */
const PASSING = new Set(['pause', 'transfer', 'hook']);
const PLAYING = new Set(['say', 'play', 'pause']);

/** True when the last thing that a call waits for is over by itself. */
function waitsForItself({ events }: Call, answersItself: boolean): boolean {
  const last = events.findLast(({ type }) => type === 'wait' || type === 'verb' || type === 'ask' || type === 'end');
  if (last?.type === 'wait') return PASSING.has(last.for) || (last.for === 'ringing' && answersItself);
  return last?.type === 'verb' && last.state === 'begin' && PLAYING.has(last.verb);
}

function perform(call: Call, deed: Deed): void {
  switch (deed.did) {
    case 'press':
      call.press(deed.digits, deed.leg);
      break;
    case 'say':
      call.say(deed.text, {
        ...(deed.final === false && { final: false }),
        ...(deed.leg !== undefined && { leg: deed.leg }),
      });
      break;
    case 'hangup':
      call.hangup(deed.leg);
      break;
    case 'answer':
      call.answer(deed.leg);
      break;
    case 'reject':
      call.reject(deed.leg, deed.status);
      break;
    case 'model':
      call.model(deed.turn);
      break;
    case 'plan':
      call.plan(deed.legs);
      break;
    case 'go-on':
      call.goOn();
      break;
    case 'skip':
      call.skip();
  }
}

function pathOf(url: string): string {
  try {
    return new URL(url).pathname;
  } catch {
    return url;
  }
}

const phones = new WeakMap<object, Phone>();

/** The phone of the Node-RED that this is. */
export function phoneOf(RED: NodeAPI): Phone {
  let phone = phones.get(RED.events);
  if (!phone) phones.set(RED.events, (phone = new Phone(RED)));
  return phone;
}
