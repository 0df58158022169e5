import type { Refusal } from '../ask';
import { text, textIfKnown } from './text';

/** Why a wish was refused, in words. */
export function sentenceOf({ reason, facts = {} }: Refusal): string {
  return (
    textIfKnown(`panel.problem.${reason}`, facts) ??
    textIfKnown(`common.account.${reason}`, facts) ??
    text('problem.failed', { reason })
  );
}
