import { Problem } from './problem';
import { isBlank, type Reader } from './typed-value';

export type JsonObject = Record<string, unknown>;

/** A field that holds a JSON object. @throws Problem when it holds something else */
export async function jsonObject(read: Reader, field: string): Promise<JsonObject | undefined> {
  const value = await read.json(field);
  if (isBlank(value)) return undefined;
  if (!isObject(value)) throw new Problem('object', { field, value });
  return value;
}

/** True for `{…}`. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The properties that have a value; undefined when none has. */
export function filled(object: JsonObject): JsonObject | undefined {
  const entries = Object.entries(object).filter(([, value]) => !isBlank(value));
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

/** What an object holds at a path such as `['llmOptions', 'setup']`. */
export function at(object: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((part, name) => (isObject(part) ? part[name] : undefined), object);
}

/** A copy of an object with another value at a path; what lies beside the path is shared. */
export function put(object: JsonObject, [name, ...rest]: readonly string[], value: unknown): JsonObject {
  if (name === undefined) return object;
  const inner = object[name];
  return { ...object, [name]: rest.length > 0 ? put(isObject(inner) ? inner : {}, rest, value) : value };
}
