import { answeringMachineDetection } from './amd';
import { plainHeaders } from './headers';
import { hookOf } from './hook';
import { addMore } from './more';
import { Problem } from './problem';
import { Incomplete } from './server';
import { conform, isEmpty } from './specification';
import { isBlank, type Reader } from './typed-value';

/** The body of a request that starts a call; jambonz knows it as the verb `rest:dial`. */
export type NewCall = Record<string, unknown>;

const VERB = 'rest:dial';

/** Old flows hold the application's id, or this. */
const FROM_MESSAGE = /^msg\.(.+)$/;

/**
 * What create-call asks jambonz for, from the node's fields. Empty fields are left out, except those
 * that the official palette has always sent.
 *
 * @throws Incomplete when the kind of destination is unknown
 */
export async function newCall(read: Reader): Promise<NewCall> {
  const timeout = await read.integer('timeout');
  const amd = (await answeringMachineDetection(read)) as { actionHook?: unknown } | undefined;
  const call: NewCall = {
    from: textOf(await read.value('from')),
    to: await target(read),
    tag: await tag(read),
    headers: read.raw('headers') === undefined ? undefined : plainHeaders(read.raw('headers')),
    ...(await controller(read)),
    timeout: timeout === 0 ? undefined : timeout,
    dual_streams: read.raw('dualStreams') === true ? true : undefined,
    amd: isBlank(amd?.actionHook) ? undefined : amd,
  };
  for (const [property, field] of OPTIONAL) {
    const value = await read.value(field);
    if (!isBlank(value)) call[property] = value;
  }
  await addMore(read, call, VERB);
  return fitted(call, read.problems);
}

/** Gives values the types that jambonz wants; what is empty stays, unlike in a verb. */
function fitted(call: NewCall, problems: Problem[]): NewCall {
  const fit: NewCall = conform({ verb: VERB, ...call }, problems);
  return Object.fromEntries(
    Object.entries(call).map(([property, value]) => [property, isEmpty(value) ? value : fit[property]]),
  );
}

/** Fields that are sent as they are, when they hold something. */
const OPTIONAL = [
  ['callerName', 'callername'],
  ['fromHost', 'fromHost'],
  ['timeLimit', 'timelimit'],
  ['referHook', 'referHook'],
  ['sipRequestWithinDialogHook', 'sipRequestHook'],
] as const;

/** Whom to call. */
async function target(read: Reader): Promise<object> {
  const type = read.raw('dest');
  const value = textOf(await read.value('to'));
  const place = await placeOf(read, type, value);
  if (isBlank(value)) read.problems.push(new Problem('no-destination', { field: 'to', value: read.raw('to') }));
  const overrideTo = await read.value('overrideTo');
  return { ...place, ...(isBlank(overrideTo) ? {} : { overrideTo }) };
}

async function placeOf(read: Reader, type: unknown, value: unknown): Promise<object> {
  switch (type) {
    case 'phone':
      return { type, number: value, ...(await filled(read, { trunk: 'trunk' })) };
    case 'user':
      return { type, name: value, ...(await filled(read, { proxy: 'sip_proxy' })) };
    case 'sip':
      return { type, sipUri: value, ...(await filled(read, { proxy: 'sip_proxy' })), ...(await auth(read)) };
    case 'teams':
    case 'ms-teams':
      return {
        type: 'teams',
        number: value,
        ...(await filled(read, { tenant: 'tenant' })),
        ...(read.raw('vmail') === true ? { vmail: true } : {}),
      };
    default:
      throw new Incomplete('target-type', { field: 'dest', value: type ?? '' });
  }
}

async function auth(read: Reader): Promise<object> {
  const username = await read.value('sipauth_user');
  return isBlank(username) ? {} : { auth: { username, password: await read.value('sipauth_password') } };
}

/** Those properties whose fields hold something. */
async function filled(read: Reader, fields: Record<string, string>): Promise<object> {
  const result: Record<string, unknown> = {};
  for (const [property, field] of Object.entries(fields)) {
    const value = await read.value(field);
    if (!isBlank(value)) result[property] = value;
  }
  return result;
}

/** What handles the call: an application, or webhooks and a speech service. Flows of before 2.3 have no mode. */
async function controller(read: Reader): Promise<NewCall> {
  if ((read.raw('mode') ?? 'app') === 'app') {
    const application = read.raw('application');
    const path = typeof application === 'string' ? FROM_MESSAGE.exec(application)?.[1] : undefined;
    return { application_sid: path === undefined ? application : await read.typed(path, 'msg', 'application') };
  }
  const status = await read.value('call_status_url');
  return {
    call_hook: hookOf(await read.value('call_hook_url'), read.raw('call_hook_method')),
    // An empty address is refused, none is not.
    call_status_hook: isBlank(status) ? undefined : hookOf(status, read.raw('call_status_method')),
    speech_synthesis_vendor: chosen(read.raw('vendor')),
    speech_synthesis_language: chosen(read.raw('lang')),
    speech_synthesis_voice: chosen(read.raw('voice')),
    speech_recognizer_vendor: chosen(read.raw('transcriptionvendor')),
    speech_recognizer_language: chosen(read.raw('recognizerlang')),
  };
}

/** A speech setting; jambonz wants all five, and knows `default`. */
function chosen(setting: unknown): unknown {
  return isBlank(setting) ? 'default' : setting;
}

/** Facts for the call's events: jambonz refuses a whole call for a tag that is not an object. */
async function tag(read: Reader): Promise<unknown> {
  const value = await read.value('tag');
  if (isBlank(value)) return undefined;
  const object = asObject(value);
  if (object === undefined) read.problems.push(new Problem('object', { field: 'tag', value }));
  return object;
}

/** An object, also one that is written as JSON; undefined for anything else. */
export function asObject(value: unknown): object | undefined {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  if (typeof value !== 'string') return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === 'string' ? undefined : asObject(parsed);
  } catch {
    return undefined;
  }
}

/** Numbers of telephones are text: jambonz refuses a number. */
function textOf(value: unknown): unknown {
  return typeof value === 'number' ? String(value) : value;
}
