import type { Cause, EndEvent } from '../../simulator/events';
import { sentence } from '../../simulator/sentence';
import { textIfKnown } from './text';

/** Why a call has ended, as a sentence. */
export function endingOf({ status, reason }: EndEvent, causes: readonly Cause[]): string {
  // One that says the status itself need not be followed by it.
  const isSaid = causes.some(({ facts }) => facts?.status === status);
  const sip = isSaid || status === undefined || status === 200 ? '' : ` (SIP ${status}${reason ? ` ${reason}` : ''})`;
  return `${sentence(causes, clause)}${sip}`;
}

function clause({ what, facts = {} }: Cause): string | undefined {
  const kind = what === 'hook-failed' && facts.status !== undefined ? 'hook-refused' : what;
  return textIfKnown(`simulator.because.${kind}`, facts);
}
