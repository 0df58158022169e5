import { Problem } from '../problem';
import { engine09 } from './engine-0.9';
import { schema10 } from './schema-10';
import { isEmpty, jsonType, type Shape, type Specification } from './shape';

export { warmUp } from './schema-10';
export { isEmpty, type Shape } from './shape';

/** The jambonz versions that differ in what they accept: 0.9 is strict; 10 and later know more. */
export type Platform = '0.9' | '10';

const specifications: Record<Platform, Specification> = { '0.9': engine09, '10': schema10 };

type JsonObject = Record<string, unknown>;

/** What a verb must have even when there is nothing in it, as with a model that is set up elsewhere. */
const KEPT_EMPTY = new Set(['llmOptions']);

/** Reads a version as people write it, for example `0.9.8`, `10` or `v11.1`; absent or odd means 0.9. */
export function toPlatform(version: unknown): Platform {
  return /^\s*v?\d{2,}(\.|\s|$)/.test(String(version)) ? '10' : '0.9';
}

/** Whether a version has a verb of this name. */
export function knowsVerb(name: string, platform: Platform): boolean {
  return specifications[platform].verb(name) !== undefined;
}

/**
 * Gives a new verb the form that jambonz wants: without empty top-level properties, and with a
 * number or a boolean in the place of text where the verb's specification allows no text. The
 * engine refuses the whole document for `"10"` in the place of `10`.
 *
 * @param verb - fresh from a node; what it holds may be changed
 * @param problems - gets what could not be made to fit and was left out
 */
export function conform<T extends JsonObject>(verb: T, problems: Problem[]): T {
  const name = String(verb.verb);
  const open = engine09.verb(name);
  // The other version's data are read when a verb has a property that this one does not know.
  if (open) conformObject(verb, open, () => schema10.verb(name), '', problems);
  else {
    const commercial = schema10.verb(name);
    if (commercial) conformObject(verb, commercial, nothing, '', problems);
  }
  return withoutEmpty(verb);
}

/** The shape of a property, of the first version that knows it; a path may lead through a list. */
export function shapeAt(verb: string, path: readonly string[]): Shape | undefined {
  for (const specification of [engine09, schema10]) {
    let shape = specification.verb(verb);
    for (const name of path) {
      if (shape?.items && /^\d+$/.test(name)) shape = shape.items;
      else shape = (shape?.items ?? shape)?.properties?.get(name);
    }
    if (shape) return shape;
  }
  return undefined;
}

/** A verb without its empty top-level properties, itself when there are none; what lies deeper is left alone. */
export function withoutEmpty<T extends object>(verb: T): T {
  const object = verb as JsonObject;
  const properties = Object.keys(object);
  const isKept = (property: string): boolean =>
    !isEmpty(object[property]) || (KEPT_EMPTY.has(property) && jsonType(object[property]) === 'object');
  if (properties.every(isKept)) return verb;
  const kept: JsonObject = {};
  for (const property of properties) {
    if (isKept(property)) kept[property] = object[property];
  }
  return kept as T;
}

/** Finds the shape that another version has for the same thing. */
type Otherwise = () => Shape | undefined;
const nothing: Otherwise = () => undefined;

function conformObject(
  object: JsonObject,
  shape: Shape,
  otherwise: Otherwise,
  path: string,
  problems: Problem[],
): void {
  if (!shape.properties) return;
  for (const property of Object.keys(object)) {
    const value = object[property];
    if (value === undefined || property === 'verb') continue;
    const known = shape.properties.get(property);
    const expected = known ?? otherwise()?.properties?.get(property);
    if (!expected) continue;
    const field = path ? `${path}.${property}` : property;
    if (typeof value === 'string') {
      const fitted = fit(value, expected);
      if (fitted === undefined) {
        if (value.trim() !== '') problems.push(new Problem(wanted(expected), { field, value }));
        object[property] = undefined;
      } else if (fitted !== value) {
        object[property] = fitted;
      }
    } else if (typeof value === 'number' && !Number.isFinite(value)) {
      problems.push(new Problem('number', { field, value: String(value) }));
      object[property] = undefined;
    } else {
      conformNested(value, expected, known ? () => otherwise()?.properties?.get(property) : nothing, field, problems);
    }
  }
}

function conformNested(value: unknown, shape: Shape, otherwise: Otherwise, path: string, problems: Problem[]): void {
  if (Array.isArray(value)) {
    const members = value.filter((member) => typeof member === 'object');
    if (members.length === 0) return;
    const items = shape.items ?? otherwise()?.items;
    if (items) for (const item of members) conformNested(item, items, () => otherwise()?.items, path, problems);
  } else if (typeof value === 'object' && value !== null && shape.properties) {
    conformObject(value as JsonObject, shape, otherwise, path, problems);
  }
}

/** Text as the number or boolean that is wanted; the text itself when text will do. */
function fit(text: string, { types }: Shape): unknown {
  if (types.size === 0 || types.has('string') || !(types.has('number') || types.has('boolean'))) return text;
  const word = text.trim().toLowerCase();
  if (types.has('boolean') && (word === 'true' || word === 'false')) return word === 'true';
  if (types.has('number') && word !== '' && Number.isFinite(Number(word))) return Number(word);
  return undefined;
}

function wanted({ types }: Shape): string {
  return types.has('number') ? 'number' : 'boolean';
}

/** A checked answer. */
export interface Checked {
  /** What can be sent: the verbs without the properties that the version does not know. */
  document: unknown[];
  problems: Problem[];
}

/**
 * Checks a document for a jambonz version, as its feature server will.
 *
 * @param document - verbs, as in `msg.jambonz`
 * @see engine rule: 0.9 answers an unknown verb or property, or a wrong type, with SIP 480
 */
export function check(document: readonly unknown[], platform: Platform): Checked {
  const specification = specifications[platform];
  const problems: Problem[] = [];
  const checked = document.map((entry, index) => {
    const verb = canonical(entry);
    const shape = verb && specification.verb(String(verb.verb));
    if (shape && fits(verb, shape) && specification.verdict?.(verb) === undefined) return entry;
    if (shape) return repaired(verb, shape, specification, platform, problems);
    problems.push(
      verb
        ? new Problem('unknown-verb', { verb: verb.verb, platform })
        : new Problem('not-a-verb', { value: entry, verb: `#${index + 1}` }),
    );
    return entry;
  });
  return { document: checked, problems };
}

/** True for a value that a shape allows; the short way for what is nearly always the case. */
function fits(value: unknown, { types, choices, properties, required, items }: Shape): boolean {
  const type = jsonType(value);
  if (types.size > 0 && !(types as ReadonlySet<unknown>).has(type)) return false;
  if (choices && !choices.includes(value)) return false;
  if (type === 'array') return !items || (value as unknown[]).every((item) => fits(item, items));
  if (type !== 'object') return true;
  const object = value as JsonObject;
  if (required?.some((name) => object[name] === undefined && name !== 'verb')) return false;
  if (!properties) return true;
  for (const name of Object.keys(object)) {
    const nested = object[name];
    if (nested === undefined || name === 'verb' || name === '_') continue;
    const shape = properties.get(name);
    if (!shape || !fits(nested, shape)) return false;
  }
  return true;
}

/** A verb without what the version does not know; everything that is wrong with it goes to `problems`. */
function repaired(
  verb: JsonObject,
  shape: Shape,
  specification: Specification,
  platform: Platform,
  problems: Problem[],
): unknown {
  const name = String(verb.verb);
  const before = problems.length;
  const known = withoutUnknown(verb, shape, '', (field) => {
    problems.push(new Problem('unknown-property', { verb: name, field, platform }));
  }) as JsonObject;
  const explained = problems.length;
  explain(known, shape, '', (reason, field, facts) => {
    problems.push(new Problem(reason, { verb: name, field, platform, ...facts }));
  });
  if (problems.length === explained) {
    const detail = specification.verdict?.(known);
    if (detail !== undefined || problems.length === before)
      problems.push(new Problem('refused', { verb: name, platform, detail }));
  }
  return known;
}

/** A verb in its usual form; jambonz also accepts `{say: {text: 'hi'}}`. */
function canonical(entry: unknown): JsonObject | undefined {
  if (jsonType(entry) !== 'object') return undefined;
  const verb = entry as JsonObject;
  if (typeof verb.verb === 'string') return verb;
  const [[name, data] = [], second] = Object.entries(verb);
  if (name === undefined || second !== undefined || jsonType(data) !== 'object') return undefined;
  return { verb: name, ...(data as JsonObject) };
}

/** A copy without unknown properties; the value itself when there are none. */
function withoutUnknown(value: unknown, shape: Shape, path: string, unknown: (field: string) => void): unknown {
  if (Array.isArray(value)) {
    const { items } = shape;
    if (!items) return value;
    const copy = value.map((item, index) => withoutUnknown(item, items, `${path}[${index}]`, unknown));
    return copy.some((item, index) => item !== value[index]) ? copy : value;
  }
  if (!shape.properties || jsonType(value) !== 'object') return value;
  let changed = false;
  const known: JsonObject = {};
  for (const [property, nested] of Object.entries(value as JsonObject)) {
    const field = path ? `${path}.${property}` : property;
    const expected = shape.properties.get(property);
    if (expected) known[property] = withoutUnknown(nested, expected, field, unknown);
    else if (property === '_' || field === 'verb' || nested === undefined) known[property] = nested;
    else unknown(field);
    changed ||= !(property in known) || known[property] !== nested;
  }
  return changed ? known : value;
}

/** Finds what a version would refuse: wrong types, choices that do not exist, missing properties. */
function explain(
  value: unknown,
  shape: Shape,
  path: string,
  found: (reason: string, field: string, facts: JsonObject) => void,
): void {
  const type = jsonType(value);
  if (shape.types.size > 0 && !(type !== undefined && (shape.types as ReadonlySet<string>).has(type))) {
    found('type', path, { value, types: [...shape.types].join(' | ') });
    return;
  }
  if (shape.choices && !shape.choices.includes(value)) {
    found('choice', path, { value, choices: shape.choices.join(', ') });
    return;
  }
  if (Array.isArray(value)) {
    const { items } = shape;
    if (items) value.forEach((item, index) => explain(item, items, `${path}[${index}]`, found));
    return;
  }
  if (type !== 'object') return;
  const object = value as JsonObject;
  for (const name of shape.required ?? []) {
    if (object[name] === undefined && name !== 'verb') found('missing', path ? `${path}.${name}` : name, {});
  }
  for (const [property, nested] of Object.entries(object)) {
    const expected = shape.properties?.get(property);
    if (expected && nested !== undefined) explain(nested, expected, path ? `${path}.${property}` : property, found);
  }
}
