import { Problem, messageOf } from './problem';
import { isEmpty, shapeAt, type Shape } from './specification';
import { isBlank, type Reader } from './typed-value';

/** A property that has no field of its own in the dialog, as the node's `more` saves it. */
interface FurtherProperty {
  /** From the verb down, for example `['recognizer', 'deepgramOptions', 'model']`. */
  path?: unknown;
  value?: unknown;
  /** A kind of value; absent means literal. */
  type?: string;
}

type JsonObject = Record<string, unknown>;

/**
 * Fills a node's further properties into what its fields made. A field that is set wins; where both
 * have an object, what the field leaves open is filled in. A path that leads through a list
 * (`target`) means each of its members, unless it names one by its number.
 *
 * @param object - a verb fresh from a node, or the body of a REST call; changed in place
 * @param verb - the verb whose properties they are, where the object does not say it itself
 * @throws Problem when a value is JSON or a template that cannot be read
 */
export async function addMore(read: Reader, object: JsonObject, verb = String(object.verb)): Promise<void> {
  const rows = read.raw('more');
  for (const row of Array.isArray(rows) ? (rows as (FurtherProperty | null)[]) : []) {
    const path = Array.isArray(row?.path) ? row.path.map(String) : [];
    if (!row || path.length === 0 || path.includes('__proto__')) continue;
    const value = await valueOf(read, row, path.join('.'), shapeAt(verb, path));
    if (!isBlank(value)) fill(object, path, value);
  }
}

/** Text stands for a list or an object where the property can only be one. */
async function valueOf(read: Reader, row: FurtherProperty, field: string, shape?: Shape): Promise<unknown> {
  const types = shape?.types;
  const isText = !types || types.size === 0 || types.has('string');
  const value = await read.typed(row.value, row.type, field, isText ? 'bare' : 'json');
  if (typeof value !== 'string' || isText || value.trim() === '') return value;
  const isJson = /^\s*[[{]/.test(value);
  if (types.has('array') && !isJson && !types.has('object')) return value.split(',').map((item) => item.trim());
  if (!types.has('object') && !types.has('array')) return value;
  try {
    return JSON.parse(value);
  } catch (error) {
    throw new Problem('json', { field, value, detail: messageOf(error) });
  }
}

function fill(target: unknown, path: readonly string[], value: unknown): void {
  const [name = '', ...rest] = path;
  if (Array.isArray(target)) {
    const members: unknown[] = target;
    if (/^\d+$/.test(name)) fill(members[Number(name)], rest, value);
    else for (const member of members) fill(member, path, value);
    return;
  }
  if (!isObject(target)) return;
  const present = Object.hasOwn(target, name) ? target[name] : undefined;
  if (rest.length > 0) {
    if (isEmpty(present)) target[name] = {};
    fill(target[name], rest, value);
  } else if (isEmpty(present)) {
    target[name] = value;
  } else if (isObject(present) && isObject(value)) {
    for (const [property, nested] of Object.entries(value)) fill(present, [property], nested);
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
