import { normalizeJambones, specs, type Spec } from '@jambonz/verb-specifications';
import type { JsonType, Shape, Specification } from './shape';

const quiet = { info: () => undefined };
/** By the package's names of definitions, and by the names, also other ones, that verbs have in documents. */
const shapes = new Map<string, Shape>();
const verbs = new Map<string, Shape>();
const NOTHING: Shape = { types: new Set() };

/**
 * What jambonz 0.9 enforces: an unknown property at any level refuses the whole document. The
 * package's data says it all; its own `validate` stops at the first fault and formats every value
 * for a debug log that nobody reads, which costs more than the rest of an answer.
 */
export const engine09: Specification = {
  verb(name) {
    const known = verbs.get(name);
    if (known) return known;
    const [canonical, implied] = Object.entries(normalizeJambones(quiet, [{ verb: name }])[0] ?? {})[0] ?? [];
    // A verb named `constructor` is unknown as well.
    if (canonical === undefined || !Object.hasOwn(specs, canonical)) return undefined;
    const shape = withoutImplied(definition(canonical), implied as object);
    verbs.set(name, shape);
    return shape;
  },
};

function definition(name: string): Shape {
  const known = shapes.get(name);
  if (known) return known;
  const spec = specs[name];
  if (!spec) return NOTHING;
  const properties = new Map<string, Shape>();
  // Stored before it is filled: definitions refer to each other in circles.
  const shape: Shape = { types: new Set<JsonType>(['object']), properties, required: spec.required ?? [] };
  shapes.set(name, shape);
  for (const [property, rule] of Object.entries(spec.properties)) {
    if (!isDangling(rule)) properties.set(property, fromRule(rule));
  }
  return shape;
}

/** A name such as `openai_s2s` brings the property `vendor` along, which need not be there then. */
function withoutImplied(shape: Shape, implied: object): Shape {
  if (Object.keys(implied).length === 0) return shape;
  return { ...shape, required: shape.required?.filter((property) => !Object.hasOwn(implied, property)) };
}

/** A rule may refer to a definition that is not there; the engine then refuses whatever comes. */
function isDangling(rule: Spec['properties'][string]): boolean {
  const [name] = Array.isArray(rule) ? rule : [rule];
  return typeof name === 'string' && name.startsWith('#') && !Object.hasOwn(specs, name.slice(1));
}

function fromRule(rule: Spec['properties'][string]): Shape {
  if (Array.isArray(rule)) return { types: new Set(['array']), items: fromRule(rule[0]) };
  if (typeof rule === 'object') {
    return { types: new Set([rule.type as JsonType]), ...(rule.enum ? { choices: rule.enum } : {}) };
  }
  if (rule.startsWith('#')) return definition(rule.slice(1));
  const types = rule.split('|').map((type) => type.trim() as JsonType);
  // The engine asks typeof, for which a list and null are objects, too.
  return { types: new Set(types.includes('object') ? [...types, 'array', 'null'] : types) };
}
