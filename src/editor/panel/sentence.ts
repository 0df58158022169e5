import type { Cause, EndEvent } from '../../simulator/events';
import { text, textIfKnown } from './text';

/** Why a call has ended, as a sentence. */
export function endingOf({ because, by, status, reason }: EndEvent): string {
  const clauses = because.map(clause);
  if (clauses.length === 0) clauses.push(text(`ended.${by}`));
  const sentence = clauses.join(', ').replace(/[.\s]+$/, '');
  const sip = status === undefined || status === 200 ? '' : ` (SIP ${status}${reason ? ` ${reason}` : ''})`;
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.${sip}`;
}

/** One part of the reason; one that the catalog does not know reads as it is. */
function clause({ what, facts = {} }: Cause): string {
  const known = textIfKnown(`simulator.because.${what}`, facts);
  if (known !== undefined) return known;
  const values = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
  return what.replaceAll('-', ' ') + (values.length > 0 ? ` (${values.join(', ')})` : '');
}
