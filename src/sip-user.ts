import { Problem } from './problem';
import { isBlank, type Fields, type Reader } from './typed-value';

/** Where a node keeps what its user must know. */
export interface SecretSource {
  isHa1: boolean;
  value: unknown;
  kind: unknown;
}

/** What the node stores apart from the flow. */
export interface SecretCredentials {
  passwordSecret?: string;
  ha1Secret?: string;
}

/** Kinds that look a user up by what the message says; nothing there means that nobody has that name. */
const LOOKUPS = new Set<unknown>(['msg', 'flow', 'global']);
const COMPUTED = new Set<unknown>(['jsonata', 'mustache']);

const RIGHTS = {
  allow_direct_user_calling: 'directUser',
  allow_direct_app_calling: 'directApp',
  allow_direct_queue_calling: 'directQueue',
} as const;
const ROUTES = {
  application_sid: 'application',
  // Saved by releases before 2.4.21 of the official palette; jambonz still knows them.
  call_hook: 'callHook',
  call_status_hook: 'callStatusHook',
} as const;

/**
 * The one place that holds a node's secret. A stored credential comes before a field of the flow,
 * and an HA1 before a password; there is no second try with another one.
 *
 * @returns undefined when none is set
 */
export function secretSource(fields: Fields, credentials: SecretCredentials = {}): SecretSource | undefined {
  const sources: SecretSource[] = [
    { isHa1: true, value: credentials.ha1Secret, kind: fields.ha1SecretType },
    { isHa1: false, value: credentials.passwordSecret, kind: fields.passwordSecretType },
    { isHa1: true, value: fields.ha1, kind: fields.ha1Type },
    { isHa1: false, value: fields.password, kind: fields.passwordType },
  ];
  return sources.find(({ value }) => !isBlank(value));
}

/**
 * The secret itself. What goes wrong is not passed on, because an evaluation's error text may hold
 * what was evaluated.
 *
 * @param read - a reader of its own, whose problems nobody reports
 * @returns no `text` when there is none, and then whether that is the fault of the node's settings
 */
export async function readSecret(read: Reader, source: SecretSource): Promise<{ text?: string; faulty: boolean }> {
  try {
    const value = await read.typed(source.value, source.kind, 'secret');
    if (typeof value === 'string' && value !== '') return { text: value, faulty: false };
    if (typeof value === 'number') return { text: String(value), faulty: false };
    const evaluated = COMPUTED.has(source.kind) && read.problems.length === 0;
    return { faulty: !LOOKUPS.has(source.kind) && !evaluated };
  } catch {
    return { faulty: true };
  }
}

/**
 * What jambonz is told about a user who is admitted. An option without a value is left out, as is
 * one that cannot be used; the reader notes the latter.
 *
 * @param asked - for how many seconds the client wants to be registered; absent for a call
 * @see https://docs.jambonz.org/webhooks/registration
 */
export async function grant(read: Reader, asked: unknown): Promise<Record<string, unknown>> {
  const answer: Record<string, unknown> = {};
  const expires = await expiry(read, asked);
  if (expires !== undefined) answer.expires = expires;
  for (const [property, field] of Object.entries(ROUTES)) {
    const value = await option(read, field);
    if (!isBlank(value)) answer[property] = value;
  }
  for (const [property, field] of Object.entries(RIGHTS)) {
    const value = await option(read, field);
    if (isBlank(value)) continue;
    const right = toBoolean(value);
    if (right === undefined) read.problems.push(new Problem('boolean', { field, value }));
    else answer[property] = right;
  }
  return answer;
}

/** The lesser of what the client asks for and what the node allows. */
async function expiry(read: Reader, asked: unknown): Promise<number | undefined> {
  const seconds = isBlank(asked) ? NaN : Number(asked);
  if (!Number.isFinite(seconds)) return undefined;
  // The dialog saves text. A number has never had an effect here, and flows may rely on it.
  const limit = typeof read.raw('expires') === 'string' ? await option(read, 'expires') : undefined;
  if (isBlank(limit)) return seconds;
  const most = Number(limit);
  if (Number.isFinite(most)) return Math.min(seconds, most);
  read.problems.push(new Problem('number', { field: 'expires', value: limit }));
  return seconds;
}

/** A field's value; a field that cannot be evaluated has none, and must not shut the user out. */
async function option(read: Reader, field: string): Promise<unknown> {
  try {
    return await read.value(field);
  } catch (error) {
    read.problems.push(error instanceof Problem ? error : new Problem('evaluate', { field }));
    return undefined;
  }
}

function toBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
  return text === 'true' ? true : text === 'false' ? false : undefined;
}
