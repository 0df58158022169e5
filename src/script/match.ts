/** Whether something is as a saved call wants it. */
import { createContext, Script } from 'node:vm';
import { patternOf, type Pattern, type Text } from './format';

/** A pattern that takes longer is one that nobody can wait for. */
const REGEX_MS = 200;
const MAX_SUBJECT = 20_000;

const sandbox = createContext(Object.create(null) as object);
const search = new Script('new RegExp(pattern, "u").test(subject)');

/** Whether a regular expression is found in a text; one that does not come to an end is not. */
function finds(pattern: string, subject: string): boolean {
  Object.assign(sandbox, { pattern, subject: subject.slice(0, MAX_SUBJECT) });
  try {
    return search.runInContext(sandbox, { timeout: REGEX_MS }) === true;
  } catch {
    return false;
  }
}

const plain = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** Texts are compared without regard to how much white space is in them. */
export function matchesText(wanted: Text, text: string): boolean {
  if (typeof wanted === 'string') return plain(wanted) === plain(text);
  if ('matches' in wanted) return finds(wanted.matches, text);
  if ('contains' in wanted) return plain(text).includes(plain(wanted.contains));
  return true;
}

/** What of a value is not as wanted: its place, what was wanted there, and what is. */
export interface Difference {
  place: string;
  wanted: string;
  got: string;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) return 'nothing';
  return text.length > 200 ? `${text.slice(0, 197)}...` : text;
}

/**
 * The first difference between a value and a pattern. Of an object only what the pattern names is
 * looked at; lists have the same length.
 */
export function difference(wanted: Pattern, got: unknown, place = ''): Difference | undefined {
  const differs = (): Difference => ({ place, wanted: show(wanted), got: show(got) });
  const kind = patternOf(wanted);
  if (kind) {
    if (kind === 'absent') return got === undefined ? undefined : differs();
    if (got === undefined) return differs();
    if (kind === 'any') return undefined;
    return matchesText(wanted as Text, typeof got === 'string' ? got : JSON.stringify(got)) ? undefined : differs();
  }
  if (Array.isArray(wanted)) {
    if (!Array.isArray(got) || got.length !== wanted.length) return differs();
    return firstOf(wanted.map((entry, i) => () => difference(entry, got[i], `${place}[${i}]`)));
  }
  if (typeof wanted === 'object' && wanted !== null) {
    if (typeof got !== 'object' || got === null || Array.isArray(got)) return differs();
    const named = got as Record<string, unknown>;
    return firstOf(
      Object.entries(wanted).map(([name, entry]) => () => {
        const has = Object.hasOwn(named, name);
        return difference(entry, has ? named[name] : undefined, place === '' ? name : `${place}.${name}`);
      }),
    );
  }
  if (typeof wanted === 'string' && typeof got === 'string') return matchesText(wanted, got) ? undefined : differs();
  return Object.is(wanted, got) ? undefined : differs();
}

function firstOf(looks: (() => Difference | undefined)[]): Difference | undefined {
  for (const look of looks) {
    const found = look();
    if (found) return found;
  }
  return undefined;
}
