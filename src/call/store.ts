import type { Later } from '../typed-value';

/** The variables of a call as they are stored: the JSON of each value, by its name. */
export type Stored = ReadonlyMap<string, string>;

/** What is written of one webhook's variables: names with their JSON, and names that are gone. */
export interface Changes {
  set: ReadonlyMap<string, string>;
  deleted: readonly string[];
}

/** A webhook of a call. */
export interface Arrival {
  /** The `call_sid` of the call, or of the call that it is a part of. */
  key: string;
  /** It says that the call is over: what is known of the call is kept for a minute more. */
  over: boolean;
  /** It is the status event that ends the call. */
  last: boolean;
}

/** A call that has ended, or that has not been heard of for too long. */
export interface Expired {
  key: string;
  stored: Stored;
}

/** What an arrival finds. */
export interface Found {
  stored: Stored;
  /** It is the one that ends the call: true once per call, on one instance. */
  ends: boolean;
}

/**
 * Where the variables of calls are. An answer comes at once where it can: a promise costs more
 * than the rest of a webhook.
 */
export interface CallStore {
  /** Notes that a webhook has come, which lengthens the call's life, and reads its variables. */
  arrive(arrival: Arrival): Later<Found>;
  /** Writes each changed variable on its own. */
  save(arrival: Arrival, changes: Changes): Later<void>;
  /**
   * Remembers every call from now on, also those without variables, and tells those that expire
   * without a last status event: each on one instance.
   *
   * @returns what ends it
   */
  watch(expired: (call: Expired) => void): () => void;
  close(): void;
}

export interface Lifetimes {
  /** How long a call is kept after its last webhook. */
  idleMs: number;
  /** How long it is kept after its end: hooks may follow the last status event. */
  overMs: number;
}

export const LIFETIMES: Lifetimes = { idleMs: 4 * 60 * 60 * 1000, overMs: 60 * 1000 };

/** How much the variables of one call may take, names and values together. */
export const MOST_BYTES = 64 * 1024;

export const NOTHING: Stored = new Map();
