import type { Platform } from '../specification';
import type { Clock } from './clock';
import type { CallEvent, CallSummary } from './events';
import type { LegPlan } from './leg-plan';

export type { LegPlan };

/** How a simulator works. */
export interface SimulatorOptions {
  /** Real by default. */
  clock?: Clock;
  /** The webhook secret that requests are signed with, of each call or of all; absent: they are not signed. */
  secret?: string | ((call: CallOptions) => string | undefined);
  /** Whose documents are accepted, of each call or of all; 0.9 by default. */
  platform?: Platform | ((call: CallOptions) => Platform);
  /** Whether a URL may be called; every one by default. */
  allow?: (url: URL) => boolean;
  /** Where requests to a URL really go, if somewhere else. */
  route?: (url: URL) => Route | undefined;
  /** How many verbs may pass without anybody's doing anything before the simulator asks; 50 by default. */
  patience?: number;
  /** How many calls may be up at the same time; any number by default. */
  limit?: number;
  /**
   * How long something that is said or played in a call lasts, in milliseconds; by default, and for undefined, about
   * as long as to read it aloud.
   */
  duration?: (what: string, kind: 'say' | 'play', call: CallOptions) => number | undefined;
  /** The account that requests and hooks name. */
  account?: string;
  /** The host in SIP addresses of callers; `sip.example.com` by default. */
  domain?: string;
  /** The account's SIP realm: the host of users who are dialled by their name alone; by default they have none. */
  realm?: string;
  /** Vendors of speech that there are credentials for; all by default. */
  vendors?: readonly string[];
  /** Whether something cannot be spoken or played: a text that the vendor refuses, a file that is not there. */
  fails?: (what: string, kind: 'say' | 'play') => boolean;
  /** Whether a web socket for audio can be opened; every one by default. */
  connects?: (url: string) => boolean;
  /** How parties answer a SIP request of the engine's; undefined for not at all. By default 200, and 202 for REFER. */
  sipReply?: (method: string) => number | undefined;
}

/** A detour: to another address of the same server, without the proxy that is in front of it. */
export interface Route {
  /** Scheme, host and port. */
  to: URL;
  /** The beginning of the path that the proxy would take away. */
  prefix?: string;
  /** Its certificate need not be one that others trust. */
  trusted?: boolean;
  /** What it asks for besides the headers that the platform sends. */
  headers?: Record<string, string>;
}

/** Basic auth of a webhook. */
export interface BasicAuth {
  username: string;
  password: string;
}

/** What the application of a call is, and who calls. */
export interface CallOptions {
  /** The calling webhook. */
  url: string;
  method?: 'GET' | 'POST';
  auth?: BasicAuth;
  /** Where status events go; absent: nowhere. */
  statusHook?: string | { url: string; method?: 'GET' | 'POST'; auth?: BasicAuth };
  from: string;
  to: string;
  /** The caller's display name. */
  name?: string;
  /** Further SIP headers of the INVITE. */
  headers?: Record<string, string>;
  /** call_sid; made up when absent. */
  id?: string;
  /** application_sid; made up when absent. */
  application?: string;
  /** The application's speech; google's English by default. */
  speech?: ApplicationSpeech;
  /** How parties that get dialled behave, by the end of their number or name; see `Call.plan`. */
  legs?: Record<string, LegPlan>;
  /** The tag that the call begins with, for hooks and status events: `customerData`. */
  tag?: Record<string, unknown>;
  /** Values that the application is set up with, as `env_vars`. */
  environment?: Record<string, unknown>;
  /** The name of the trunk that the call comes in by. */
  trunk?: string;
}

/** The defaults for speech that an application is set up with. */
export interface ApplicationSpeech {
  synthesizer?: { vendor: string; language: string; voice: string; label?: string | null };
  recognizer?: { vendor: string; language: string; label?: string | null };
}

/** A turn of a model that is played by hand (llm, s2s, agent). */
export interface ModelTurn {
  say?: string;
  tool?: { name: string; args: unknown };
  /** Ends the conversation with a completion reason; what `error` holds goes along. */
  end?: string;
  error?: unknown;
  /** Tells the event hook something. */
  event?: Record<string, unknown>;
}

/** How something is said. */
export interface Speech {
  /** Whether it is understood as complete; it is, by default. */
  final?: boolean;
  /** How sure the recognizer is, from 0 to 1; 0.92 by default. */
  confidence?: number;
  /** call_sid of the party who says it; the caller by default. */
  leg?: string;
  /** The language that it is recognized as; the recognizer's by default. */
  language?: string;
  /** Heard only by the recognition that looks for answering machines (true), or only by others (false); by all, when absent. */
  machine?: boolean;
}

/** A SIP request that a party sends within its call. */
export interface SipRequest {
  method: string;
  headers?: Record<string, string>;
  body?: string;
}

/** A simulated call, and what its parties can do. `leg` is the call_sid of another party; absent, it is the caller. */
export interface Call {
  readonly id: string;
  readonly summary: CallSummary;
  readonly events: readonly CallEvent[];
  /** Settles when the call and everything that followed from it is over. Never fails. */
  readonly ended: Promise<void>;

  /** Presses keys, one after another. */
  press(digits: string, leg?: string): void;
  /** Says something; without `final: false` it is understood as complete. */
  say(text: string, options?: Speech): void;
  /** Hangs up, or gives up while it still rings. */
  hangup(leg?: string, headers?: Record<string, string>): void;
  /** A dialled party that is played by hand answers. */
  answer(leg: string): void;
  /** A dialled party that is played by hand refuses. */
  reject(leg: string, status: number): void;
  /** A party sends a SIP request within the call (INFO, REFER, ...), and gets a status for an answer. Never fails. */
  sip(request: SipRequest, leg?: string): Promise<number>;
  /** The media server tells something: `avmd::beep`, `mod_audio_fork::disconnect`, ... */
  fire(event: string, headers?: Record<string, string>, leg?: string): void;
  /** How parties that get dialled from now on behave, by the end of their number or name. `*` is everybody else. */
  plan(legs: Record<string, LegPlan>): void;
  /** A model's turn, while llm, s2s or agent runs. */
  model(turn: ModelTurn): void;
  /**
   * Jumps to the next thing that happens in this call by itself.
   *
   * @returns false when there is none, or when an answer is waited for
   */
  skip(): boolean;
  /** Goes on after the simulator has asked whether to (event `ask`). */
  goOn(): void;
}

/** An answer of jambonz's REST API. */
export interface RestAnswer {
  status: number;
  data: unknown;
}

/** Hears all that happens in all calls. */
export type Listener = (call: Call, event: CallEvent) => void;
