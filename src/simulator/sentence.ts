import type { Cause } from './events';

/**
 * One sentence of several clauses: `A happened, B answered 500, and C hung up.`
 *
 * @param clauseOf - the text of a clause; undefined when there is none
 */
export function sentence(causes: readonly Cause[], clauseOf: (cause: Cause) => string | undefined): string {
  const clauses = causes.map((cause) => (clauseOf(cause) ?? plain(cause)).trim().replace(/[.]+$/, ''));
  // "While ... was running" is no sentence of its own: what follows belongs to it.
  const parts: string[] = [];
  clauses.forEach((clause, index) => {
    if (index > 0 && causes[index - 1]!.what.startsWith('during')) parts.push(`${parts.pop()}, ${clause}`);
    else parts.push(clause);
  });
  const last = parts.pop() ?? '';
  const whole = parts.length === 0 ? last : `${parts.join(', ')}${parts.length > 1 ? ',' : ''} and ${last}`;
  return whole === '' ? '' : `${whole.charAt(0).toUpperCase()}${whole.slice(1)}.`;
}

/** The text of a clause with its facts: `__name__` stands for one. */
export function filled(text: string, facts: Cause['facts'] = {}): string {
  return text.replace(/__(\w+)__/g, (all, name: string) => String(facts[name] ?? all)).replace(/[: (]+\)?$/, '');
}

/** One that no catalog knows reads as it is. */
function plain({ what, facts = {} }: Cause): string {
  const values = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
  return what.replaceAll('-', ' ') + (values.length > 0 ? ` (${values.join(', ')})` : '');
}
