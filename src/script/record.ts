/** Makes a saved call of one that has been: the panel's "Save as test". Pure. */
import type {
  AnswerEvent,
  CallEvent,
  CallRecord,
  DoneEvent,
  HeardEvent,
  LegEvent,
  LegPlan,
  RequestEvent,
} from '../simulator';
import { ownPart, pathOf, transcriptOf, verbsOf } from './describe';
import { FORMAT, VERSION, type Pattern, type Placed, type SavedCall, type Step } from './format';

type Json = Record<string, unknown>;

/** How long a caller takes to react when nothing says otherwise; see play.ts. */
const REACTION_MS = 500;

/** What a hook says that is another one in every call: names of things, and what time or other callers decide. */
const NAMES = /(^|_)(sid|callid|call_id)$/i;
const VARIES = /(^|_)(id|time|seconds|milliseconds|offset_pos|duration|timestamp|date|position|size)$/i;
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i;
const TIME = /\d{4}-\d\d-\d\dT\d\d:\d\d/;
const KEYS = /^[0-9*#A-D]{1,100}$/i;

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** A text in which what varies may be anything. */
function steady(text: string): string | { matches: string } {
  const varies = new RegExp(`${UUID.source}|\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z?`, 'gi');
  const parts = text.split(varies);
  return parts.length === 1 ? text : { matches: `^${parts.map(escaped).join('.+')}$` };
}

/** A body without what is another one each time. */
function pattern(value: unknown, name = ''): Pattern {
  if (VARIES.test(name) && (typeof value === 'string' || typeof value === 'number')) return { any: true };
  if (typeof value === 'string') return UUID.test(value) || TIME.test(value) ? steady(value) : value;
  if (Array.isArray(value)) return value.map((entry) => pattern(entry));
  if (isObject(value))
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key]) => !NAMES.test(key))
        .map(([key, entry]) => [key, pattern(entry, key)]),
    );
  return value;
}

/** Of what was understood, what the test is to look at: not the vendor's details. */
function speech(own: Json): Json {
  const { speech: said, ...rest } = own;
  if (!isObject(said)) return own;
  const words = transcriptOf(said);
  return words === undefined ? rest : { ...rest, speech: { alternatives: [{ transcript: words }] } };
}

function requestStep({ method, url, body }: RequestEvent): Step {
  const own = pattern(speech(ownPart(body))) as Json;
  // One alternative stands for all: lists are compared whole.
  const said =
    isObject(body) &&
    isObject(body.speech) &&
    Array.isArray(body.speech.alternatives) &&
    body.speech.alternatives.length !== 1;
  if (said) delete own.speech;
  return {
    request: {
      ...(method !== 'POST' && { method: method }),
      path: steady(pathOf(url)),
      ...(Object.keys(own).length > 0 && { body: own }),
    },
  };
}

function answerStep({ status, body, error }: AnswerEvent): Step | undefined {
  const verbs = verbsOf(body);
  if (status === undefined) return error === undefined ? undefined : { answer: { error: { any: true } } };
  return { answer: { status, ...(verbs && { verbs }) } };
}

/** The legs that somebody has answered or refused for. */
function playedByHand(events: readonly CallEvent[]): Set<string> {
  return new Set(
    events.flatMap((event) =>
      event.type === 'done' && event.leg && /^(answer|reject)$/.test(event.did) ? [event.leg] : [],
    ),
  );
}

/** How the legs of a call behaved, so that they do it again. */
function plans(events: readonly CallEvent[]): Record<string, LegPlan> {
  const legs = new Map<string, LegEvent[]>();
  for (const event of events) {
    if (event.type === 'leg' && event.kind === 'dialled') legs.set(event.leg, [...(legs.get(event.leg) ?? []), event]);
  }
  const byHand = playedByHand(events);
  return Object.fromEntries(
    [...legs].map(([leg, states]) => {
      const [begun] = states;
      const at = (state: string): LegEvent | undefined => states.find((event) => event.state === state);
      return [begun!.name, byHand.has(leg) ? 'by hand' : planOf(begun!, at)];
    }),
  );
}

function planOf(begun: LegEvent, at: (state: LegEvent['state']) => LegEvent | undefined): LegPlan {
  const answered = at('answered') ?? at('bridged');
  if (answered) return { answer: Math.round((answered.at - begun.at) / 100) / 10 };
  const [, status] = /(\d{3})/.exec(at('failed')?.why ?? '') ?? [];
  if (status === '486' || status === '600') return 'busy';
  if (status === '603') return 'declined';
  return status === undefined || status === '487' ? 'no answer' : { status: Number(status) };
}

function actionOf(event: DoneEvent, legName: string | undefined): Step | undefined {
  const whose = legName === undefined ? {} : { leg: legName };
  switch (event.did) {
    case 'dtmf':
      return event.text && KEYS.test(event.text) ? { press: event.text, ...whose } : undefined;
    case 'speech':
      return event.text ? { say: event.text, ...whose } : undefined;
    case 'hangup':
    case 'cancel':
      return { hangup: true, ...whose };
    case 'answer':
      return legName === undefined ? undefined : { pickUp: true, leg: legName };
    case 'reject': {
      const [status] = /\d{3}/.exec(event.text ?? '') ?? ['486'];
      return legName === undefined ? undefined : { refuse: Number(status), leg: legName };
    }
    default:
      return undefined;
  }
}

/** What the caller did, out of what jambonz told the hooks: all that a real call shows. */
function guessed({ body }: RequestEvent): Step | undefined {
  if (!isObject(body)) return undefined;
  if (typeof body.digits === 'string' && KEYS.test(body.digits)) return { press: body.digits };
  const said = transcriptOf(body.speech);
  return said === undefined ? undefined : { say: said };
}

function placedOf(record: CallRecord, first: RequestEvent | undefined): Placed {
  const sip =
    isObject(first?.body) && isObject(first.body.sip) && isObject(first.body.sip.headers) ? first.body.sip.headers : {};
  const headers = Object.fromEntries(
    Object.entries(sip).filter(
      ([name, value]) =>
        /^x-/i.test(name) &&
        typeof value === 'string' &&
        !/^x-(account-sid|application-sid|cid|forwarded-|originating-|originating_|voip-|trace)/i.test(name),
    ),
  ) as Record<string, string>;
  const callerName =
    isObject(first?.body) && typeof first.body.caller_name === 'string'
      ? first.body.caller_name.replace(/^"|"$/g, '')
      : '';
  const status = record.events.find((event) => event.type === 'request' && event.hook === 'call:status') as
    RequestEvent | undefined;
  const legs = plans(record.events);
  return {
    ...(record.direction === 'outbound' && { direction: 'outbound' as const }),
    ...(first && { url: pathOf(first.url) }),
    ...(first?.method === 'GET' && { method: 'GET' as const }),
    ...(record.direction !== 'outbound' && { from: record.from || 'anonymous', to: record.to || 'anonymous' }),
    ...(callerName !== '' && { name: callerName }),
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(status && { statusHook: pathOf(status.url) }),
    ...(Object.keys(legs).length > 0 && { legs }),
  };
}

/** The saved call of a record: the same caller does the same, and the same must be heard, sent and answered. */
export function scriptOf(record: CallRecord): SavedCall {
  const { events } = record;
  const names = new Map(events.flatMap((event) => (event.type === 'leg' ? [[event.leg, event.name] as const] : [])));
  const byHand = playedByHand(events);
  const isReal = !events.some(({ type }) => type === 'heard' || type === 'done');
  const first = events.find((event) => event.type === 'request' && event.hook !== 'rest') as RequestEvent | undefined;
  const steps: Step[] = [];
  const playing = new Set<number>();
  const asked = new Map<number, RequestEvent>();
  /** The moment of the event that the step before stands for. */
  let before = 0;
  let lastAsked: number | undefined;
  const add = (step: Step | undefined, at: number): void => {
    if (!step) return;
    steps.push(step);
    before = at;
  };
  for (const event of events) {
    switch (event.type) {
      case 'request':
        if (event.hook === 'call:status' || event.hook === 'rest' || event.leg) break;
        asked.set(event.id, event);
        if (isReal) add(guessed(event), event.at);
        lastAsked = event.id;
        if (event !== first) add(requestStep(event), event.at);
        break;
      case 'answer':
        // An answer that comes after the next request would be taken for that one's.
        if (asked.has(event.request) && event.request === lastAsked) add(answerStep(event), event.at);
        break;
      case 'heard':
        heard(event);
        break;
      case 'done': {
        const step = actionOf(event, event.leg === undefined ? undefined : (names.get(event.leg) ?? event.leg));
        if (step) {
          // Into a prompt, and of another party, whom no prompt tells when it is time.
          const isInto = playing.size > 0 || event.leg !== undefined;
          add(isInto ? { ...step, after: Math.max(0, Math.round((event.at - before) / 100) / 10) } : step, event.at);
        }
        break;
      }
      case 'leg':
        if (
          event.kind === 'dialled' &&
          (event.state === 'bridged' || (event.state === 'ringing' && byHand.has(event.leg)))
        )
          add({ becomes: event.state, leg: event.name }, event.at);
        break;
      case 'end': {
        const { by, status } = event;
        const isKnown = by === 'caller' || by === 'jambonz' || by === 'callee';
        // A hangup that a real call does not show.
        if (isReal && by === 'caller')
          add({ hangup: true, after: Math.max(0, (event.at - before) / 1000) || REACTION_MS / 1000 }, event.at);
        add(
          {
            end:
              isKnown || status !== undefined
                ? { ...(isKnown && { by }), ...(status !== undefined && { status }) }
                : true,
          },
          event.at,
        );
        break;
      }
    }
  }
  function heard(event: HeardEvent): void {
    if (event.leg !== undefined) return;
    if (event.ended !== undefined) playing.delete(event.id);
    else {
      if (event.kind !== 'beep') playing.add(event.id);
      if (event.kind !== 'beep') add({ hear: steady(event.text) }, event.at);
    }
  }
  return {
    format: FORMAT,
    version: VERSION,
    name: `Call from ${record.from || 'anonymous'} to ${record.to || 'anonymous'}`,
    call: placedOf(record, first),
    ...(isReal && { heard: 'named' as const }),
    steps: joined(steps),
  };
}

/** Keys that were pressed one after another become one step. */
function joined(steps: Step[]): Step[] {
  const whole: Step[] = [];
  for (const step of steps) {
    const last = whole.at(-1);
    const isSame =
      last &&
      'press' in last &&
      'press' in step &&
      last.leg === step.leg &&
      step.after === undefined &&
      last.press.length + step.press.length <= 100;
    if (isSame) last.press += step.press;
    else whole.push({ ...step });
  }
  return whole;
}
