import { messageOf } from '../problem';
import { DEFAULT_SECONDS, type Fallback } from './guard';

/** What a node saves about requests that its flow does not answer. */
export interface FallbackFields {
  /** Seconds; absent means 9, 0 or `off` never. */
  answerWithin?: string | number;
  /** Absent means what suits the request. */
  otherwise?: 'suitable' | 'document' | 'status';
  /** JSON. */
  otherwiseDocument?: string;
  otherwiseStatus?: string | number;
}

/** The longest time that a timer of Node.js can wait. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * Reads the fields once, when the node starts.
 *
 * @param warn - gets what cannot be used; the default is taken then
 * @returns null when the flow has to answer alone
 */
export function fallbackOf(
  { answerWithin, otherwise, otherwiseDocument, otherwiseStatus }: FallbackFields,
  warn: (reason: string, facts: Record<string, string>) => void,
): Fallback | null {
  const given = String(answerWithin ?? '').trim();
  if (given === 'off') return null;
  let seconds = given === '' ? DEFAULT_SECONDS : Number(given);
  if (!(seconds >= 0)) {
    warn('within', { value: given });
    seconds = DEFAULT_SECONDS;
  }
  if (seconds === 0) return null;
  const fallback: Fallback = { milliseconds: Math.min(seconds * 1000, LONGEST_MS) };
  if (otherwise === 'document') {
    try {
      fallback.document = JSON.parse(otherwiseDocument ?? '');
    } catch (error) {
      warn('document', { detail: messageOf(error) });
    }
  } else if (otherwise === 'status') {
    const status = Number(otherwiseStatus);
    if (Number.isInteger(status) && status >= 200 && status < 600) fallback.status = status;
    else warn('http-status', { value: String(otherwiseStatus ?? '') });
  }
  return fallback;
}
