import type { Cause, EndEvent } from '../../simulator/events';
import { sentence } from '../../simulator/sentence';
import { textIfKnown } from './text';

/** Why a call has ended, as a sentence. */
export function endingOf({ status, reason }: EndEvent, causes: readonly Cause[]): string {
  const said = sentence(causes, clause);
  // One that says the status itself need not be followed by it; the reason is often what the causes say, too.
  const isSaid = causes.some(({ facts }) => facts?.status === status);
  if (isSaid || status === undefined || status === 200) return said;
  return `${said} (SIP ${status}${reason && !said.includes(reason) ? ` ${reason}` : ''})`;
}

function clause({ what, facts = {} }: Cause): string | undefined {
  const kind = what === 'hook-failed' && facts.status !== undefined ? 'hook-refused' : what;
  return textIfKnown(`simulator.because.${kind}`, facts);
}
