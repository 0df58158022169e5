import type { Cause, EndEvent } from '../../simulator/events';
import { textIfKnown } from './text';

/** Why a call has ended, as a sentence. */
export function endingOf({ status, reason }: EndEvent, causes: readonly Cause[]): string {
  const sentence = causes
    .map(clause)
    .join(', ')
    .replace(/[.\s]+$/, '');
  // The reason is often what the causes say.
  const word = reason && !sentence.includes(reason) ? ` ${reason}` : '';
  const sip = status === undefined || status === 200 ? '' : ` (SIP ${status}${word})`;
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.${sip}`;
}

/** One part of the reason; one that the catalog does not know reads as it is. */
function clause({ what, facts = {} }: Cause): string {
  const kind = what === 'hook-failed' && facts.status !== undefined ? 'hook-refused' : what;
  const known = textIfKnown(`simulator.because.${kind}`, facts);
  if (known !== undefined) return known;
  const values = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
  return what.replaceAll('-', ' ') + (values.length > 0 ? ` (${values.join(', ')})` : '');
}
