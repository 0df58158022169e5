import { path, type JambonzApi } from '../jambonz-api';
import { apiFault, refusal } from './fault';
import type { Outcome } from './routes';

/** The webhooks of an application; one of the account is beside them. */
const APPLICATION_HOOKS = ['call_hook', 'call_status_hook', 'messaging_hook'] as const;
const REGISTRATION_HOOK = 'registration_hook';

interface Hook {
  webhook_sid?: string;
  url?: string;
  method?: string;
  username?: string | null;
  password?: string | null;
}

type Row = Record<string, unknown>;

/** One hook before and after. `from` is absent where there is none. */
export interface Change {
  hook: string;
  from?: { url: string; method: string };
  to: { url: string; method: string };
}

/** What connecting would do, for the user to agree to. */
export interface Plan {
  /** Absent for a hook of the account. */
  application?: { name: string; isNew: boolean };
  changes: Change[];
  /** Whether everything is so already. */
  isDone: boolean;
}

export interface Wish {
  /** Which hook: one of an application, or `registration_hook`. */
  hook: string;
  /** The name of an application; one that does not exist is created. */
  name: string;
  url: string;
  method: string;
}

/** How a plan is carried out. */
interface Step {
  plan: Plan;
  send(): Promise<unknown>;
}

/** What {@link connect} would change. */
export async function planConnection(api: JambonzApi, wish: Wish): Promise<Outcome<{ plan: Plan }>> {
  try {
    const step = await prepare(api, wish);
    return 'send' in step ? { ok: true, plan: step.plan } : step;
  } catch (error) {
    return apiFault(error);
  }
}

/**
 * Points a hook to a node. Nothing is sent when the account has become another one than the user
 * has seen: then the new plan comes back.
 */
export async function connect(api: JambonzApi, wish: Wish, seen: unknown): Promise<Outcome<{ plan: Plan }>> {
  try {
    const step = await prepare(api, wish);
    if (!('send' in step)) return step;
    const { plan } = step;
    if (JSON.stringify(seen) !== JSON.stringify(plan.changes)) return { ...refusal('changed'), plan } as Outcome<never>;
    if (!plan.isDone) await step.send();
    return { ok: true, plan };
  } catch (error) {
    return apiFault(error);
  }
}

function prepare(api: JambonzApi, wish: Wish): Promise<Step | Outcome<never>> {
  if (wish.hook === REGISTRATION_HOOK) return registration(api, wish);
  if (!(APPLICATION_HOOKS as readonly string[]).includes(wish.hook)) return Promise.resolve(refusal('hook'));
  return application(api, wish);
}

async function registration(api: JambonzApi, { url, method }: Wish): Promise<Step> {
  const target = path`Accounts/${api.accountSid}`;
  const account = objectOf((await api.get(target)).data);
  const hook = account[REGISTRATION_HOOK] as Hook | null | undefined;
  return {
    plan: planOf([change(REGISTRATION_HOOK, hook, url, method)]),
    send: () => api.put(target, { [REGISTRATION_HOOK]: pointed(hook, url, method) }),
  };
}

async function application(api: JambonzApi, { hook, name, url, method }: Wish): Promise<Step | Outcome<never>> {
  if (name === '') return refusal('no-name');
  const { data } = await api.get(path`Accounts/${api.accountSid}/Applications`);
  const list = Array.isArray(data) ? (data as Row[]) : ((objectOf(data).data as Row[] | undefined) ?? []);
  const known = list.find((row) => row.name === name);
  if (!known) return newApplication(api, hook, name, url, method);

  const target = path`Applications/${known.application_sid}`;
  const current = objectOf((await api.get(target)).data);
  const hooks = Object.fromEntries(APPLICATION_HOOKS.map((one) => [one, current[one] as Hook | null | undefined]));
  const isShared = APPLICATION_HOOKS.some(
    (one) => one !== hook && hooks[one]?.webhook_sid && hooks[one].webhook_sid === hooks[hook]?.webhook_sid,
  );
  const changed = pointed(isShared ? { ...hooks[hook], webhook_sid: undefined } : hooks[hook], url, method);
  // jambonz drops the hooks that an update leaves out, and fails on one that is null.
  const others = Object.entries(hooks).filter(([one, value]) => one !== hook && value);
  return {
    plan: { ...planOf([change(hook, hooks[hook], url, method)]), application: { name, isNew: false } },
    send: () => api.put(target, { name, ...Object.fromEntries(others), [hook]: changed }),
  };
}

/** jambonz wants addresses for calls and for their status, whatever else there is. */
function newApplication(api: JambonzApi, hook: string, name: string, url: string, method: string): Step {
  const hooks = APPLICATION_HOOKS.filter((one) => one !== 'messaging_hook' || one === hook);
  const bodies = Object.fromEntries(hooks.map((one) => [one, { url, method }]));
  return {
    plan: { ...planOf(hooks.map((one) => change(one, undefined, url, method))), application: { name, isNew: true } },
    send: () => api.post('Applications', { name, account_sid: api.accountSid, ...bodies }),
  };
}

function planOf(changes: Change[]): Plan {
  return {
    changes,
    isDone: changes.every(({ from, to }) => from?.url === to.url && from.method === to.method),
  };
}

function change(hook: string, current: Hook | null | undefined, url: string, method: string): Change {
  const from = current?.url ? { url: withoutPassword(current.url), method: current.method ?? 'POST' } : undefined;
  return { hook, ...(from && { from }), to: { url, method } };
}

/** A hook that points to an address. Its password belongs to the server that it pointed to before. */
function pointed(current: Hook | null | undefined, url: string, method: string): Hook {
  const stays = originOf(current?.url) === originOf(url);
  return {
    ...(current?.webhook_sid && { webhook_sid: current.webhook_sid }),
    url,
    method,
    username: stays ? (current?.username ?? null) : null,
    password: stays ? (current?.password ?? null) : null,
  };
}

function originOf(address: string | undefined): string | undefined {
  try {
    return new URL(address ?? '').origin;
  } catch {
    return undefined;
  }
}

function withoutPassword(address: string): string {
  return address.replace(/\/\/[^/@]*@/, '//***@');
}

const objectOf = (value: unknown): Row =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Row) : {};
