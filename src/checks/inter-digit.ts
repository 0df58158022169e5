import { hasFurther, isBlank, textOf, type Finding } from './flow';
import type { Graph } from './graph';

/** A time between keys that never runs: jambonz starts it once the fewest keys have been pressed. */
export function interDigit(graph: Graph): Omit<Finding, 'check'>[] {
  const gathers = graph.ofType('gather').flatMap((node) => {
    const isIdle = Boolean(node.dtmfinput) && isBlank(node.mindigits) && !hasFurther(node, 'minDigits');
    return isIdle && isSet(node.interdigittimeout)
      ? [{ node: node.id, field: 'interdigittimeout', beside: ['mindigits', 'dtmfinput'], facts: {} }]
      : [];
  });
  const configs = graph.ofType('cfg').flatMap((node) => {
    const isIdle = Boolean(node.bargeIn) && isBlank(node.bargeIn_minDigits) && !hasFurther(node, 'bargeIn');
    return isIdle && isSet(node.bargeIn_interDigitTimeout)
      ? [{ node: node.id, field: 'bargeIn_interDigitTimeout', beside: ['bargeIn_minDigits', 'bargeIn'], facts: {} }]
      : [];
  });
  return [...gathers, ...configs];
}

/** 0 switches the timer off. */
const isSet = (value: unknown): boolean => Number(textOf(value)) > 0;
