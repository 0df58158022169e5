import type { Node } from 'node-red';
import { Problem } from './problem';
import { isBlank, type Reader } from './typed-value';

/**
 * Reads what must not be shown. The texts of evaluation errors may hold what was evaluated, so all
 * that is passed on is which field it was.
 *
 * @throws Problem `unreadable` when the value cannot be had
 */
export async function hidden<T>(read: Reader, field: string, evaluate: () => T | Promise<T>): Promise<T> {
  const noted = read.problems.length;
  try {
    const value = await evaluate();
    if (read.problems.length === noted) return value;
  } catch {
    // As below.
  }
  read.problems.length = noted;
  throw new Problem('unreadable', { field });
}

/**
 * A secret of a node: its credential, as the kind in the field `<name>Type` says.
 * @returns undefined when there is none
 */
export function secret(read: Reader, node: Node, name: string): Promise<string | undefined> {
  const stored = (node.credentials as Record<string, unknown> | undefined)?.[name];
  return hidden(read, name, async () => {
    const value = await read.typed(stored, read.raw(`${name}Type`), name);
    if (isBlank(value)) return undefined;
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    throw new Problem('unreadable');
  });
}
