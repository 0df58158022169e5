import type { Arrived } from './arrived';

/** Why the answer was not the flow's own. */
export type Instead = 'time' | 'ended' | 'error';

/** A verb of an answer. */
export interface MadeVerb {
  /** Its name; undefined for what is no verb. */
  readonly verb: string | undefined;
  /** The id of the node that made it; null where that is not known. */
  readonly node: string | null;
}

/** What has been noted of one request: as it came, so with the secrets that are in it. */
export interface Note {
  /** Absent for a request of a simulated call, which tells request and answer itself. */
  readonly arrived?: Arrived;
  /** When it came, by the clock. */
  readonly since: number;
  /** Its place among all requests and answers; no two have the same. */
  readonly order: number;
  /** When it was answered, or given up, by the clock; 0 while it waits. */
  readonly answered: number;
  readonly answerOrder: number;
  /** The HTTP status of the answer; 0 for none. */
  readonly status: number;
  /** What was written as the answer. */
  readonly chunk: unknown;
  /** The caller of the webhook is gone, and has got no answer. */
  readonly lost: boolean;
  readonly instead?: Instead;
  /** The ids of the nodes that its message has passed. */
  readonly nodes: readonly string[];
  /** The verbs of the answer, once it is given. */
  readonly made?: readonly MadeVerb[];
  readonly errors?: readonly { node: string; text: string }[];
}
