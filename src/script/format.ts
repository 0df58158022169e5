/**
 * A saved call: what a caller does and what must then be heard or sent. A file that is written by
 * the panel's "Save as test" or by hand, and played by `jambonz-call --script`.
 */
import type { LegPlan } from '../simulator';

export const FORMAT = 'jambonz-call';
export const VERSION = 1;

export interface SavedCall {
  format: typeof FORMAT;
  version: typeof VERSION;
  /** What the test is about, for reports. */
  name?: string;
  /** Absent: no call comes in; the steps are HTTP requests, or a call that the flow places. */
  call?: Placed;
  /** Whether everything that the caller hears must be named by a step (default), or only what is named is looked for. */
  heard?: 'all' | 'named';
  /** Real for flows that wait by themselves; otherwise the call's time jumps over every wait. */
  clock?: 'virtual' | 'real';
  steps: Step[];
}

/** The call under test. */
export interface Placed {
  /** `outbound`: the flow places it through the REST API. Inbound by default. */
  direction?: 'inbound' | 'outbound';
  /** The calling webhook: a path on the server that the command line names, or a full address. */
  url?: string;
  method?: 'GET' | 'POST';
  from?: string;
  to?: string;
  /** The caller's display name. */
  name?: string;
  /** Further SIP headers. */
  headers?: Record<string, string>;
  /** Where status events go: a path or a full address. */
  statusHook?: string;
  /** How those behave that get dialled, by the end of their number or name; `*` is everybody else. */
  legs?: Record<string, LegPlan>;
  /** Whose documents are accepted; 0.9 by default. */
  platform?: '0.9' | '10';
}

/** A text that must be so, or a pattern. */
export type Text = string | { matches: string } | { contains: string } | { any: true };

/** Anything that JSON holds; in it, an object with only `matches`, `contains`, `any` or `absent` is a pattern. */
export type Pattern = unknown;

interface Whose {
  /** Whose step it is: a number that was dialled, or a further caller's name; absent, it is the caller's. */
  leg?: string;
}

interface Act extends Whose {
  /** Seconds after the step before; absent: when nothing is being heard any more. */
  after?: number;
}

export interface Press extends Act {
  press: string;
}
export interface Say extends Act {
  say: string;
  confidence?: number;
  final?: boolean;
}
export interface HangUp extends Act {
  hangup: true | { headers: Record<string, string> };
}
export interface PickUp extends Act {
  pickUp: true;
  leg: string;
}
export interface Refuse extends Act {
  refuse: number;
  leg: string;
}
export interface Wait {
  /** Seconds of the call. */
  wait: number;
}
export interface Skip {
  skip: true;
}
export interface GoOn {
  goOn: true;
}
export interface Model extends Act {
  model: {
    say?: string;
    tool?: { name: string; args: unknown };
    end?: string;
    error?: unknown;
    event?: Record<string, unknown>;
  };
}
/** A further caller. */
export interface Join extends Act {
  call: Omit<Placed, 'direction' | 'legs' | 'platform'> & { as: string };
}
/** A request that does not come from the call: somebody presses a button. */
export interface Http extends Act {
  http: {
    method?: string;
    url: string;
    headers?: Record<string, string>;
    body?: unknown;
    /** What must be answered. */
    answer?: { status?: number; body?: Pattern };
  };
}
export type Action = Press | Say | HangUp | PickUp | Refuse | Wait | Skip | GoOn | Model | Join | Http;

export interface Hear extends Whose {
  hear: Text;
}
export interface Requested {
  /** jambonz has called a webhook. */
  request: { method?: string; path?: Text; body?: Pattern; hook?: string };
}
export interface Answered {
  /** How the request of the last `request` step, or the call's first one, was answered. */
  answer: { status?: number; verbs?: (string | Record<string, Pattern>)[]; body?: Pattern; error?: Text };
}
export interface Asked {
  /** The flow has sent a request to jambonz's REST API. */
  asked: { method?: string; path?: Text; body?: Pattern; status?: number };
}
export interface Becomes {
  becomes: string;
  leg: string;
}
export interface Alerted {
  alert: Text;
}
export interface End extends Whose {
  end: true | { by?: string; status?: number; reason?: Text };
}
export type Expectation = Hear | Requested | Answered | Asked | Becomes | Alerted | End;

/** Each may carry a comment. */
export type Step = (Action | Expectation) & { note?: string };

/** The file is not what it should be; the message names the place. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}

type Check = (value: unknown, at: string) => void;

const MAX_STEPS = 2000;
const MAX_TEXT = 100_000;

function fail(at: string, what: string): never {
  throw new FormatError(at === '' ? what : `${at}: ${what}`);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? 'nothing' : text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const text: Check = (value, at) => {
  if (typeof value !== 'string') fail(at, `a text is needed, not ${shown(value)}`);
  if (value.length > MAX_TEXT) fail(at, `is longer than ${MAX_TEXT} characters`);
};

const filled: Check = (value, at) => {
  text(value, at);
  if ((value as string).trim() === '') fail(at, 'is empty');
};

const flag: Check = (value, at) => {
  if (typeof value !== 'boolean') fail(at, `true or false is needed, not ${shown(value)}`);
};

const yes: Check = (value, at) => {
  if (value !== true) fail(at, `only true makes sense, not ${shown(value)}`);
};

const anything: Check = () => undefined;

function number(least: number, most: number, whole = false): Check {
  return (value, at) => {
    if (typeof value !== 'number' || !(value >= least && value <= most) || (whole && !Number.isInteger(value)))
      fail(at, `a${whole ? ' whole' : ''} number from ${least} to ${most} is needed, not ${shown(value)}`);
  };
}

function oneOf(...words: string[]): Check {
  return (value, at) => {
    if (!words.includes(value as string)) fail(at, `one of ${words.join(', ')} is needed, not ${shown(value)}`);
  };
}

function either(what: string, ...checks: Check[]): Check {
  return (value, at) => {
    const fits = checks.some((check) => {
      try {
        check(value, at);
        return true;
      } catch {
        return false;
      }
    });
    if (!fits) fail(at, `${what} is needed, not ${shown(value)}`);
  };
}

/** An object with these properties and no others; a name with `!` must be there. */
function object(properties: Record<string, Check>): Check {
  const required = Object.keys(properties).filter((name) => name.endsWith('!'));
  const known = new Map(Object.entries(properties).map(([name, check]) => [name.replace(/!$/, ''), check]));
  return (value, at) => {
    if (!isObject(value)) fail(at, `an object is needed, not ${shown(value)}`);
    for (const name of Object.keys(value)) {
      const check = known.get(name);
      if (!check) fail(at, `there is no property ${shown(name)} here; there are ${[...known.keys()].join(', ')}`);
      check(value[name], at === '' ? name : `${at}.${name}`);
    }
    for (const name of required) {
      if (!Object.hasOwn(value, name.slice(0, -1))) fail(at, `${name.slice(0, -1)} is missing`);
    }
  };
}

function list(check: Check, most = MAX_STEPS): Check {
  return (value, at) => {
    if (!Array.isArray(value)) fail(at, `a list is needed, not ${shown(value)}`);
    if (value.length > most) fail(at, `has more than ${most} entries`);
    value.forEach((entry, i) => check(entry, `${at}[${i}]`));
  };
}

function map(check: Check): Check {
  return (value, at) => {
    if (!isObject(value)) fail(at, `an object is needed, not ${shown(value)}`);
    for (const [name, entry] of Object.entries(value)) check(entry, `${at}[${shown(name)}]`);
  };
}

const regex: Check = (value, at) => {
  filled(value, at);
  try {
    new RegExp(value as string, 'u');
  } catch (error) {
    fail(at, (error as Error).message);
  }
};

const PATTERNS: Record<string, Check> = { matches: regex, contains: text, any: yes, absent: yes };

/** The kind of pattern that an object is, if it is one. */
export function patternOf(value: unknown): 'matches' | 'contains' | 'any' | 'absent' | undefined {
  if (!isObject(value)) return undefined;
  const [name, ...more] = Object.keys(value);
  if (more.length > 0 || name === undefined || !Object.hasOwn(PATTERNS, name)) return undefined;
  return name as 'matches';
}

const textPattern: Check = (value, at) => {
  if (typeof value === 'string') {
    text(value, at);
    return;
  }
  const kind = patternOf(value);
  if (!kind || kind === 'absent')
    fail(at, `a text is needed, or {"matches": ...}, {"contains": ...} or {"any": true}, not ${shown(value)}`);
  PATTERNS[kind]!((value as Record<string, unknown>)[kind], `${at}.${kind}`);
};

const pattern: Check = (value, at) => {
  const kind = patternOf(value);
  if (kind) PATTERNS[kind]!((value as Record<string, unknown>)[kind], `${at}.${kind}`);
  else if (Array.isArray(value)) value.forEach((entry, i) => pattern(entry, `${at}[${i}]`));
  else if (isObject(value)) for (const [name, entry] of Object.entries(value)) pattern(entry, `${at}.${name}`);
};

const digits: Check = (value, at) => {
  if (typeof value !== 'string' || !/^[0-9*#A-Da-d]{1,100}$/.test(value))
    fail(at, `keys are needed, 0-9, * and #, not ${shown(value)}`);
};

const address: Check = (value, at) => {
  if (typeof value !== 'string' || !/^(\/|https?:\/\/\S)/.test(value))
    fail(at, `a path that begins with / or a full address is needed, not ${shown(value)}`);
};

const seconds = number(0, 86_400);
const sipStatus = number(100, 699, true);
const headers = map(text);

const plan = either(
  '"busy", "no answer", "declined", "machine", "by hand", {"answer": seconds, ...} or {"status": 404, ...}',
  oneOf('busy', 'no answer', 'declined', 'machine', 'by hand'),
  object({
    'answer!': seconds,
    before: oneOf('ringing', 'silence', 'early media'),
    hangup: seconds,
    greeting: text,
  }),
  object({ 'status!': sipStatus, ringing: flag, after: seconds }),
);

/** What may follow the number of a dialled leg; the same on the command line. */
export function checkPlan(value: unknown, at: string): LegPlan {
  plan(value, at);
  return value as LegPlan;
}

const placed = {
  url: address,
  method: oneOf('GET', 'POST'),
  from: filled,
  to: filled,
  name: text,
  headers,
  statusHook: address,
};

const turn = object({
  say: text,
  tool: object({ 'name!': filled, args: anything }),
  end: filled,
  error: anything,
  event: map(anything),
});

/** Every kind of step by the property that makes it one, with those that may stand beside it. */
const STEPS: Record<string, { value: Check; beside?: Record<string, Check> }> = {
  press: { value: digits, beside: { leg: filled, after: seconds } },
  say: { value: filled, beside: { leg: filled, after: seconds, confidence: number(0, 1), final: flag } },
  hangup: {
    value: either('true or {"headers": {...}}', yes, object({ 'headers!': headers })),
    beside: { leg: filled, after: seconds },
  },
  pickUp: { value: yes, beside: { 'leg!': filled, after: seconds } },
  refuse: { value: number(400, 699, true), beside: { 'leg!': filled, after: seconds } },
  wait: { value: seconds },
  skip: { value: yes },
  goOn: { value: yes },
  model: { value: turn, beside: { leg: filled, after: seconds } },
  call: { value: object({ ...placed, 'as!': filled }), beside: { after: seconds } },
  http: {
    value: object({
      method: oneOf('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
      'url!': address,
      headers,
      body: anything,
      answer: object({ status: number(100, 599, true), body: pattern }),
    }),
    beside: { after: seconds },
  },
  hear: { value: textPattern, beside: { leg: filled } },
  request: { value: object({ method: oneOf('GET', 'POST'), path: textPattern, body: pattern, hook: filled }) },
  answer: {
    value: object({
      status: number(100, 599, true),
      verbs: list(either('the name of a verb or an object', filled, map(pattern))),
      body: pattern,
      error: textPattern,
    }),
  },
  asked: {
    value: object({
      method: oneOf('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
      path: textPattern,
      body: pattern,
      status: number(100, 599, true),
    }),
  },
  becomes: {
    value: oneOf('ringing', 'early', 'answered', 'waiting', 'bridged', 'joined', 'failed', 'ended'),
    beside: { 'leg!': filled },
  },
  alert: { value: textPattern },
  end: {
    value: either(
      'true or {"by": ..., "status": ..., "reason": ...}',
      yes,
      object({ by: oneOf('caller', 'jambonz', 'callee'), status: sipStatus, reason: textPattern }),
    ),
    beside: { leg: filled },
  },
};

const EXPECTED = new Set(['hear', 'request', 'answer', 'asked', 'becomes', 'alert', 'end']);

/** The property that says what a step is. */
export function kindOf(step: Step): string {
  // `call` is the step for which `leg`, `after` and so on are no kinds.
  return Object.keys(step).find((name) => Object.hasOwn(STEPS, name))!;
}

/** Whether a step says what must happen, not what somebody does. */
export function isExpectation(step: Step): step is Expectation {
  return EXPECTED.has(kindOf(step));
}

const step: Check = (value, at) => {
  if (!isObject(value)) fail(at, `an object is needed, not ${shown(value)}`);
  const kinds = Object.keys(value).filter((name) => Object.hasOwn(STEPS, name));
  const [kind] = kinds;
  if (kind === undefined) fail(at, `is no step; steps are ${Object.keys(STEPS).join(', ')}`);
  if (kinds.length > 1) fail(at, `is ${kinds.join(' and ')} at once: make each a step of its own`);
  const { value: check, beside = {} } = STEPS[kind]!;
  object({ [`${kind}!`]: check, ...beside, note: text })(value, at);
};

const file = object({
  'format!': anything,
  'version!': anything,
  name: filled,
  call: object({
    ...placed,
    direction: oneOf('inbound', 'outbound'),
    legs: map(plan),
    platform: oneOf('0.9', '10'),
  }),
  heard: oneOf('all', 'named'),
  clock: oneOf('virtual', 'real'),
  'steps!': list(step),
});

/**
 * A saved call out of what JSON held.
 *
 * @throws FormatError with the place
 */
export function checkSavedCall(value: unknown): SavedCall {
  if (!isObject(value)) fail('', `a saved call is an object, not ${shown(value)}`);
  if (value.format !== FORMAT)
    fail('format', `${shown(value.format)} is no saved call; these have "format": "${FORMAT}"`);
  if (value.version !== VERSION)
    fail('version', `${shown(value.version)} is not known here; this release reads version ${VERSION}`);
  file(value, '');
  return value as unknown as SavedCall;
}

/**
 * Reads the text of a file.
 *
 * @throws FormatError with the place
 */
export function parseSavedCall(content: string): SavedCall {
  let value: unknown;
  try {
    value = JSON.parse(content.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new FormatError(`is not JSON: ${(error as Error).message}`);
  }
  return checkSavedCall(value);
}
