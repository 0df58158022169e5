/**
 * What verbs report to their webhooks, and the output port that each report leaves by. Plain data
 * and pure functions, for the runtime and the editor alike.
 *
 * Names of ports are saved in flows: they are never changed, only added to.
 */

/** What a flow finds in `msg.result`: the outcome in a word, and the facts that come with it. */
export interface Result {
  outcome: string;
  [fact: string]: unknown;
}

/** Where a hook's message goes, and what it says. */
export interface Outcome {
  port: string;
  result: Result;
}

/** The body of a hook. */
export type Body = Readonly<Record<string, unknown>>;

export interface Port {
  name: string;
  /** Off until it is wanted, although its hook is in use. */
  optional?: true;
}

/**
 * What becomes of the answer to a hook:
 * - `verbs`: the engine reads it, so the flow must answer
 * - `ignored`: the engine throws it away, so it is given at once, before the flow runs
 * - `tool`: it is a tool's output, an object
 */
export type AnswerKind = 'verbs' | 'ignored' | 'tool';

/** One webhook of a verb. */
export interface ResultHook {
  /** Part of the hook's private path: never changed. */
  key: string;
  /** Where the verb has the webhook's address. */
  path: readonly string[];
  /** The node's properties that hold a typed address; the first is the one of today's dialog. */
  fields: readonly string[];
  ports: readonly Port[];
  /** The verb behaves differently with this webhook, or the network has more to do: only on demand. */
  optional?: true;
  /** The node's property that switches on the part of the verb that the hook belongs to. */
  within?: string;
  /** The node's property that lists names, each with a port of its own: `<port>:<name>`. */
  named?: { field: string; port: string };
  answer: AnswerKind;
  classify(body: Body): Outcome;
}

/** The port by which the call's document goes on; always the first. */
export const NEXT = 'next';

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function outcome(port: string, facts: Record<string, unknown> = {}, word = port): Outcome {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined && value !== null);
  return { port, result: { outcome: word, ...Object.fromEntries(known) } };
}

function objectAt(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** The best transcript: `{speech, confidence, language}`. */
function spoken(body: Body): Record<string, unknown> {
  const speech = objectAt(body.speech);
  const alternatives: unknown[] = Array.isArray(speech.alternatives) ? speech.alternatives : [];
  const best = objectAt(alternatives[0]);
  return {
    speech: textOf(best.transcript),
    confidence: typeof best.confidence === 'number' ? best.confidence : undefined,
    language: textOf(speech.language_code),
  };
}

/** What a caller has entered or said. */
function input(body: Body): Outcome {
  switch (body.reason) {
    case 'dtmfDetected':
      return outcome('digits', { digits: String(body.digits ?? '') });
    case 'speechDetected':
      return outcome('speech', spoken(body));
    case 'timeout':
      return outcome('noinput');
    case 'stt-low-confidence':
      return outcome('lowconfidence', spoken(body));
    case 'error':
      return outcome('error', { reason: body.details });
    default:
      // A reason that is newer than this palette: what was entered counts.
      if (body.digits !== undefined) return outcome('digits', { digits: String(body.digits), reason: body.reason });
      if (body.speech !== undefined) return outcome('speech', { ...spoken(body), reason: body.reason });
      return outcome('error', { reason: body.reason });
  }
}

const AMD_PORTS: Readonly<Record<string, string>> = {
  amd_human_detected: 'human',
  amd_machine_detected: 'machine',
  amd_no_speech_detected: 'nospeech',
  amd_decision_timeout: 'undecided',
  amd_machine_stopped_speaking: 'greetingend',
  amd_tone_detected: 'beep',
  amd_tone_timeout: 'nobeep',
  amd_stopped: 'amdstopped',
  amd_error: 'amderror',
};

/** A person, or an answering machine. */
const amd: ResultHook = {
  key: 'amd',
  path: ['amd', 'actionHook'],
  fields: ['amd_actionHook'],
  ports: [
    { name: 'human' },
    { name: 'machine' },
    { name: 'nospeech', optional: true },
    { name: 'undecided', optional: true },
    { name: 'greetingend', optional: true },
    { name: 'beep', optional: true },
    { name: 'nobeep', optional: true },
    { name: 'amdstopped', optional: true },
    { name: 'amderror', optional: true },
  ],
  optional: true,
  answer: 'verbs',
  classify: ({ type, reason, error, greeting, hint, language, frequency, variance }) =>
    outcome(AMD_PORTS[String(type)] ?? 'amderror', {
      type,
      reason: reason ?? error,
      greeting,
      hint,
      language,
      frequency,
      variance,
    }),
};

/** The result of a verb, reported when it has ended. */
function action(fields: readonly string[], ports: readonly string[], classify: ResultHook['classify']): ResultHook {
  return {
    key: 'action',
    path: ['actionHook'],
    fields,
    ports: ports.map((name) => ({ name })),
    answer: 'verbs',
    classify,
  };
}

/** A webhook with a single port, which is there on demand. */
function single(
  port: string,
  property: string,
  answer: AnswerKind,
  facts: (body: Body) => Record<string, unknown> = () => ({}),
  fields: readonly string[] = [property],
): ResultHook {
  return {
    key: port,
    path: [property],
    fields,
    ports: [{ name: port }],
    optional: true,
    answer,
    classify: (body) => outcome(port, facts(body)),
  };
}

function dialled(body: Body): Outcome {
  const { dial_call_status: status, dial_sip_status: sipStatus, dial_call_sid: callSid } = body;
  const facts = { status, sipStatus, callSid };
  switch (status) {
    case 'completed':
      // Without a SIP status the callee hung up while being asked whether to take the call.
      return sipStatus === undefined
        ? outcome('failed', { ...facts, reason: 'unconfirmed' })
        : outcome('answered', facts);
    case 'busy':
      return outcome('busy', facts);
    case 'no-answer':
    case 'trying':
    case 'ringing':
    case 'early-media':
      return outcome('noanswer', facts);
    case 'in-progress':
      // The callee was asked whether to take the call, and did not.
      return outcome('failed', { ...facts, reason: 'unconfirmed' });
    default:
      return outcome('failed', facts);
  }
}

const QUEUE_PORTS: Readonly<Record<string, string>> = { bridged: 'bridged', leave: 'left', hangup: 'hungup' };
const DEQUEUE_PORTS: Readonly<Record<string, string>> = { complete: 'complete', timeout: 'timeout' };

/** A conversation with a machine that has come to its end. */
function conversation({ completion_reason: reason, error }: Body): Outcome {
  const isEnd = reason === undefined || reason === 'normal conversation end' || reason === 'disconnect from remote end';
  return outcome(isEnd && !error ? 'ended' : 'error', { reason, error });
}

/** A tool that the model wants to be used; its arguments come as an object or as JSON. */
function tool(body: Body): Outcome {
  const { name, tool_call_id: toolCallId, args } = body;
  const facts = { tool: name, toolCallId, args: parsed(args ?? body.arguments) };
  const port = typeof name === 'string' && name !== '' ? `tool:${name}` : 'tool';
  return outcome(port, facts, 'tool');
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

const toolHook: ResultHook = {
  key: 'tool',
  path: ['toolHook'],
  fields: ['toolHook'],
  ports: [{ name: 'tool' }],
  optional: true,
  named: { field: 'tools', port: 'tool' },
  answer: 'tool',
  classify: tool,
};

/** An event of a verb that is still running. */
const event = (answer: AnswerKind): ResultHook =>
  single('event', 'eventHook', answer, (body) => ({ type: body.type ?? body.event ?? body.event_type }));

const talk: readonly ResultHook[] = [
  action(['actionHook'], ['ended', 'error'], conversation),
  toolHook,
  event('ignored'),
];

/** The older bots say in one word how they ended. */
function bot(property: string, ports: Readonly<Record<string, string>>): ResultHook['classify'] {
  return (body) => {
    const reason = textOf(body[property]);
    return outcome(ports[reason ?? ''] ?? 'ended', { reason, error: body.error });
  };
}

const meeting: readonly ResultHook[] = [
  action(['actionHook'], ['left'], () => outcome('left')),
  single('wait', 'waitHook', 'verbs'),
  single('enter', 'enterHook', 'verbs'),
  single('status', 'statusHook', 'ignored', ({ event: type, members, duration, conference_sid: conferenceSid }) => ({
    event: type,
    members,
    duration,
    conferenceSid,
  })),
];

function transcribed(body: Body): Record<string, unknown> {
  return { ...spoken(body), isFinal: objectAt(body.speech).is_final, event: objectAt(body.speech_event).type };
}

/** What is said while another verb runs. */
const transcript: ResultHook = {
  ...single('transcript', 'transcriptionHook', 'ignored', transcribed, ['transcriptionhook', 'transcribeurl']),
  path: ['transcribe', 'transcriptionHook'],
};

/** What the other side's telephone sends during the call: INFO, MESSAGE, NOTIFY. */
const request = (field: string): ResultHook =>
  single(
    'request',
    'sipRequestWithinDialogHook',
    'verbs',
    ({ sip_method: method, sip_body: text, sip_headers: headers, event: type }) => ({
      method,
      body: text,
      contentType: objectAt(headers).content_type,
      event: type,
    }),
    [field],
  );

/** The webhooks of each type of node that can have result ports. */
export const RESULT_HOOKS: Readonly<Record<string, readonly ResultHook[]>> = {
  gather: [
    action(['actionhook'], ['digits', 'speech', 'noinput', 'lowconfidence', 'error'], input),
    single('partial', 'partialResultHook', 'ignored', spoken, ['partialresulthook']),
  ],
  dial: [
    action(['actionhook'], ['answered', 'busy', 'noanswer', 'failed'], dialled),
    single(
      'confirm',
      'confirmHook',
      'verbs',
      ({ call_sid: callSid, parent_call_sid: parentCallSid, to }) => ({ callSid, parentCallSid, to }),
      ['confirmhook'],
    ),
    single('dtmf', 'dtmfHook', 'ignored', ({ dtmf }) => ({ digits: dtmf === undefined ? undefined : String(dtmf) }), [
      'dtmfhook',
    ]),
    single('refer', 'referHook', 'verbs', refer, ['referhook']),
    single('hold', 'onHoldHook', 'verbs', ({ hold_detail }) => ({ ...objectAt(hold_detail) }), ['onholdhook']),
    amd,
    transcript,
  ],
  enqueue: [
    action(['actionHook', 'actionhook'], ['bridged', 'left', 'hungup', 'error'], (body) =>
      outcome(QUEUE_PORTS[String(body.queue_result)] ?? 'error', queued(body)),
    ),
    single('wait', 'waitHook', 'verbs', queued, ['waitHook', 'waithook']),
  ],
  dequeue: [
    action(['actionHook', 'actionhook'], ['complete', 'timeout', 'hungup'], ({ dequeue_result: result }) =>
      outcome(DEQUEUE_PORTS[String(result)] ?? 'hungup'),
    ),
  ],
  conference: meeting,
  'jambonz room': meeting,
  play: [
    action(['hook'], ['played', 'failed'], (body) =>
      outcome(body.reason === 'playCompleted' ? 'played' : 'failed', {
        seconds: body.playback_seconds,
        milliseconds: body.playback_milliseconds,
        offset: body.playback_last_offset_pos,
      }),
    ),
  ],
  listen: [
    action(['actionhook'], ['ended', 'failed'], ({ dial_call_duration: duration, digits }) =>
      // No time at all passes when the connection cannot be made.
      outcome(duration === undefined && digits === undefined ? 'failed' : 'ended', { duration, digits }),
    ),
    transcript,
  ],
  'jambonz transcribe': [
    {
      key: 'transcription',
      path: ['transcriptionHook'],
      fields: ['transcriptionhook'],
      ports: [{ name: 'speech' }],
      answer: 'verbs',
      classify: (body) => outcome('speech', transcribed(body)),
    },
    single(
      'translation',
      'translationHook',
      'verbs',
      ({ translation }) => {
        const { translation: text, language, channel } = objectAt(translation);
        return { text, language, channel };
      },
      ['translationhook'],
    ),
  ],
  message: [
    action(['actionHook'], ['sent', 'failed'], (body) =>
      outcome(body.message_status === 'success' ? 'sent' : 'failed', {
        status: body.message_status,
        reason: body.message_failure_reason,
        messageSid: body.message_sid,
        carrier: body.carrier,
      }),
    ),
  ],
  'sip:refer': [
    action(
      ['actionHook'],
      ['transferred', 'failed'],
      ({ refer_status: sipStatus, final_referred_call_status: final }) => {
        const isTaken = Number(sipStatus) === 202 && (final === undefined || isSuccess(final));
        return outcome(isTaken ? 'transferred' : 'failed', { sipStatus, finalStatus: final });
      },
    ),
    single('event', 'eventHook', 'ignored', ({ event: type, call_status: sipStatus }) => ({ type, sipStatus })),
  ],
  'sip:request': [
    action(['actionHook'], ['success', 'failed'], ({ result, sip_status: sipStatus, err }) =>
      // "success" only says that there was a response.
      outcome(result === 'success' && isSuccess(sipStatus) ? 'success' : 'failed', { sipStatus, reason: err }),
    ),
  ],
  'jambonz transfer': [
    action(['actionHook'], ['bridged', 'returned', 'voicemail', 'failed'], (body) => {
      const result = String(body.transfer_result);
      return outcome(['bridged', 'returned', 'voicemail'].includes(result) ? result : 'failed', {
        reason: body.transfer_reason,
        callSid: body.dial_call_sid,
        sipStatus: body.sip_status,
      });
    }),
    single('hold', 'onHoldHook', 'verbs', ({ hold_detail }) => ({ ...objectAt(hold_detail) })),
    event('ignored'),
  ],
  dialogflow: [
    action(['actionHook'], ['ended', 'error'], bot('dialogflow_result', { error: 'error' })),
    event('verbs'),
  ],
  lex: [action(['actionHook'], ['ended', 'error'], bot('lex_result', { error: 'error' })), event('verbs')],
  rasa: [
    action(
      ['actionHook'],
      ['ended', 'timeout', 'error'],
      bot('rasa_result', { timeout: 'timeout', webhookError: 'error' }),
    ),
    event('verbs'),
  ],
  'jambonz s2s': talk,
  'jambonz agent': talk,
  cfg: [
    {
      key: 'bargein',
      path: ['bargeIn', 'actionHook'],
      fields: ['bargeIn_actionHook'],
      ports: [
        { name: 'digits' },
        { name: 'speech' },
        { name: 'lowconfidence', optional: true },
        { name: 'error', optional: true },
      ],
      optional: true,
      within: 'bargeIn',
      answer: 'verbs',
      classify: input,
    },
    { ...amd, within: 'amd' },
    { ...request('sipRequestWithinDialogHook'), within: 'sipRequest' },
    {
      ...single('refer', 'referHook', 'verbs', refer),
      ports: [{ name: 'refer', optional: true }],
      within: 'sipRequest',
    },
  ],
  'create-call': [amd, single('refer', 'referHook', 'verbs', refer), request('sipRequestHook')],
};

function refer({ refer_details }: Body): Record<string, unknown> {
  const details = objectAt(refer_details);
  return {
    referTo: details.sip_refer_to,
    user: details.refer_to_user,
    referredBy: details.sip_referred_by,
    referringCallSid: details.referring_call_sid,
    referredCallSid: details.referred_call_sid,
  };
}

function queued(body: Body): Record<string, unknown> {
  return {
    seconds: body.queue_time,
    queueSid: body.queue_sid,
    size: body.queue_size,
    position: body.queue_position,
  };
}

function isSuccess(sipStatus: unknown): boolean {
  return Number(sipStatus) >= 200 && Number(sipStatus) < 300;
}

/** The webhooks of a type of node; none for a type without result ports. */
export function hooksOf(type: string): readonly ResultHook[] {
  return Object.hasOwn(RESULT_HOOKS, type) ? RESULT_HOOKS[type]! : [];
}

/** True when a port belongs to a webhook: one of its ports, or one that the user has named. */
export function isPortOf(hook: ResultHook, port: string): boolean {
  return (
    hook.ports.some(({ name }) => name === port) || (hook.named !== undefined && port.startsWith(`${hook.named.port}:`))
  );
}

/** The webhooks that a node with these ports needs. */
export function hooksFor(type: string, ports: readonly string[]): ResultHook[] {
  return hooksOf(type).filter((hook) => ports.some((port) => isPortOf(hook, port)));
}

/** The webhook that a port gets its messages from; none for {@link NEXT}. */
export function hookOf(type: string, port: string): ResultHook | undefined {
  return hooksOf(type).find((hook) => isPortOf(hook, port));
}

/** The ports of a node that was just dragged into a flow. */
export function defaultPorts(type: string): string[] {
  const always = hooksOf(type).filter(({ optional }) => !optional);
  return [NEXT, ...always.flatMap(({ ports }) => ports.filter(({ optional }) => !optional).map(({ name }) => name))];
}

/**
 * The port, of those that a node has, by which an outcome leaves: a tool without a port of its own
 * takes the one for all others. -1 when there is none.
 */
export function portIndex(hook: ResultHook, ports: readonly string[], { port }: Outcome): number {
  const own = ports.indexOf(port);
  return own < 0 && hook.named && port.startsWith(`${hook.named.port}:`) ? ports.indexOf(hook.named.port) : own;
}

/** The key of a port's label in the catalog; a port that the user has named has none, its name is its label. */
export function labelKey(port: string): string | undefined {
  return port.includes(':') ? undefined : `common.port.${port}`;
}
