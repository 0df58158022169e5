/**
 * What happens in a call, in the order in which it happens: the simulator emits these, the trace of
 * real calls keeps them, the timeline shows them. Plain data that survives JSON; no code.
 */

/** What every event says. */
interface Happened {
  /** Counts up within a call, from 1. */
  seq: number;
  /** Milliseconds since the call began: of the call's own clock, which may be virtual. */
  at: number;
  /** Of calls that were simulated in the same place, whose clocks may differ: what happened earlier has a lower one. */
  order?: number;
}

/** A webhook that was sent. */
export interface RequestEvent extends Happened {
  type: 'request';
  /** Answers refer to it. */
  id: number;
  /** As it went over the wire, in jambonz's terms; `rest` is a request to the REST API. */
  hook: 'session:new' | 'session:redirect' | 'session:adulting' | 'call:status' | 'verb:hook' | 'rest';
  method: string;
  url: string;
  /** Absent when the request has no body. */
  body?: unknown;
  /** The verb whose hook it is. */
  verb?: number;
  /** `actionHook`, `partialResultHook`, ...: the property that named the hook. */
  property?: string;
  /** The leg that it is about; absent for the call itself. */
  leg?: string;
}

/** How a webhook was answered. */
export interface AnswerEvent extends Happened {
  type: 'answer';
  /** The request's id. */
  request: number;
  /** Absent when no answer came. */
  status?: number;
  /** The parsed JSON; text otherwise; absent for an empty body. */
  body?: unknown;
  /** Milliseconds between the request and the answer, in real time. */
  took: number;
  /** Why it cannot be used, in the engine's words: `Unexpected HTTP Response`, `say: unknown property foo`. */
  error?: string;
  /** What the engine does with it. Absent when it is not known (a real call). */
  effect?: 'application' | 'continue' | 'ignored' | 'failed';
  /** What the checks say about a document of verbs: reasons and their facts, for the timeline only. */
  faults?: { reason: string; facts?: Record<string, unknown> }[];
}

/** A verb begins, ends, or is not carried out. */
export interface VerbEvent extends Happened {
  type: 'verb';
  /** Counts up within a call; the same number begins and ends it. */
  id: number;
  verb: string;
  /** The verb's properties, with its name; only where it begins or is skipped. */
  data?: unknown;
  state: 'begin' | 'end' | 'skip';
  /** Which of the application's verbs it is: the id of the request whose answer brought it, and its place there. */
  from?: { request: number; index: number };
  /** For a nested verb: that of its parent. */
  parent?: number;
  /** Why it ended or was skipped, when that is worth a word: `timeout`, `dtmfDetected`, `replaced`, `unanswered`. */
  why?: string;
  leg?: string;
}

/** Something that a leg hears. */
export interface HeardEvent extends Happened {
  type: 'heard';
  kind: 'say' | 'play' | 'dtmf' | 'beep';
  /** The text spoken, the URL played, or the digits. */
  text: string;
  /** Milliseconds that each of the digits sounds. */
  toneMs?: number;
  /** How it ended; absent while it plays. A second event with the same `id` says so. */
  id: number;
  ended?: 'done' | 'interrupted' | 'failed';
  verb?: number;
  leg?: string;
  /** Vendor, language and voice, where they are not the application's. */
  voice?: { vendor?: string; language?: string; voice?: string };
}

/** Something that a party does. */
export interface DoneEvent extends Happened {
  type: 'done';
  did: 'dtmf' | 'speech' | 'hangup' | 'cancel' | 'answer' | 'reject' | 'sip' | 'rest' | 'model' | 'tool-call' | 'event';
  /** The digits, the words, the method, ... */
  text?: string;
  leg?: string;
}

/** The call waits for something, until then if nothing happens. */
export interface WaitEvent extends Happened {
  type: 'wait';
  /** What it waits for: `digits`, `speech`, `digits or speech`, `ringing`, `bridge`, `queue`, `hook`, `tool output`, ... */
  for: string;
  /** When it is over by itself, as `at`; absent for never. */
  until?: number;
  verb?: number;
  leg?: string;
}

/** Another party: a dialled leg, a caller in the queue, a member of the conference. */
export interface LegEvent extends Happened {
  type: 'leg';
  /** Its call_sid. */
  leg: string;
  kind: 'dialled' | 'queue' | 'conference' | 'caller' | 'model';
  name: string;
  state: 'new' | 'ringing' | 'early' | 'answered' | 'waiting' | 'bridged' | 'joined' | 'failed' | 'ended';
  /** The SIP status that it ended with, or its reason. */
  why?: string;
  /** The final SIP status, and who ended it, once it has ended. */
  status?: number;
  by?: 'caller' | 'jambonz' | 'callee' | 'simulator';
}

/** What the platform tells the account's owner. */
export interface AlertEvent extends Happened {
  type: 'alert';
  /** `webhook-connection-failure`, `invalid-app-payload`, `tts-failure`, ... */
  alert: string;
  text: string;
}

/** What passes over SIP that is worth a row: 200, 183, BYE, INFO, REFER. */
export interface SipEvent extends Happened {
  type: 'sip';
  direction: 'sent' | 'received';
  /** `INVITE`, `BYE`, ... or a status, `200 OK`. */
  text: string;
  headers?: Record<string, string>;
  body?: string;
  /** Of an INVITE that is sent: whom it calls. */
  uri?: string;
  leg?: string;
}

/**
 * What the media server is told, and nobody hears: recognition and audio streams that begin and end
 * (`stt start`, `stt stop`, `listen`, `listenPause`, `listenResume`, `listenStop`), a track of `dub`,
 * `join` and others of a conference, `gain` and `media path` of live call control. `not known` is what nobody has
 * recorded of a real engine, `not played` what the simulator leaves out; both have a `text`.
 */
export interface MediaEvent extends Happened {
  type: 'media';
  what: string;
  facts: Record<string, unknown>;
  verb?: number;
  leg?: string;
}

/** The nodes that the message of a request has passed, in order: only what this Node-RED can see. */
export interface PathEvent extends Happened {
  type: 'path';
  request: number;
  /** Ids of nodes; of a subflow's inner node, and that of its instance before it. */
  nodes: string[];
  /** For each verb of the answer, the node that made it; null when it is not known. */
  verbs: (string | null)[];
  /** What a node on the way complained about. */
  errors?: { node: string; text: string }[];
}

/** More than 50 verbs went by without the caller's doing anything: the simulator asks before it goes on. */
export interface AskEvent extends Happened {
  type: 'ask';
  verbs: number;
}

/** The call is over. */
export interface EndEvent extends Happened {
  type: 'end';
  /** Who ended it; `simulator` for a limit of the simulator's own. */
  by: 'caller' | 'jambonz' | 'callee' | 'simulator' | 'unknown';
  /** The final SIP status of the call, for example 200, 480, 603. */
  status?: number;
  reason?: string;
  /** What ended it and why, in parts that the catalog makes sentences of: first what led there, last the end. */
  because: Cause[];
}

/** A clause of the sentence that says why a call has ended: a key of the catalog (`simulator.because.<what>`) and its facts. */
export interface Cause {
  what: string;
  facts?: Record<string, string | number>;
}

export type CallEvent =
  | RequestEvent
  | AnswerEvent
  | VerbEvent
  | HeardEvent
  | DoneEvent
  | WaitEvent
  | LegEvent
  | AlertEvent
  | SipEvent
  | MediaEvent
  | PathEvent
  | AskEvent
  | EndEvent;

/** One call, as the list of calls shows it. */
export interface CallSummary {
  /** call_sid. */
  id: string;
  source: 'simulator' | 'jambonz' | 'import';
  direction: 'inbound' | 'outbound';
  from: string;
  to: string;
  /** When it began, in milliseconds since 1970. */
  started: number;
  /** jambonz's word: `trying`, `in-progress`, `completed`, ... */
  status: string;
  /** Seconds, once it is over. */
  duration?: number;
  over: boolean;
  /** The last event's number: the panel asks for those after the ones that it has. */
  seq: number;
}

/** A call and all that happened in it. */
export interface CallRecord extends CallSummary {
  events: CallEvent[];
}
