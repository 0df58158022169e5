import { normalizeJambones, specs, validate, type Spec } from '@jambonz/verb-specifications';
import { messageOf } from '../problem';
import type { JsonType, Shape, Specification } from './shape';

const quiet = { info: () => undefined };
const shapes = new Map<string, Shape>();
const NOTHING: Shape = { types: new Set() };

/** What jambonz 0.9 enforces: an unknown property at any level refuses the whole document. */
export const engine09: Specification = {
  verb(name) {
    const [canonical] = Object.keys(normalizeJambones(quiet, [{ verb: name }])[0] ?? {});
    // A map, because a verb named `constructor` is unknown as well.
    return canonical !== undefined && Object.hasOwn(specs, canonical) ? definition(canonical) : undefined;
  },

  verdict(verb) {
    try {
      validate(quiet, [verb]);
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
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
  for (const [property, rule] of Object.entries(spec.properties)) properties.set(property, fromRule(rule));
  return shape;
}

function fromRule(rule: Spec['properties'][string]): Shape {
  if (Array.isArray(rule)) return { types: new Set(['array']), items: fromRule(rule[0]) };
  if (typeof rule === 'object') {
    return { types: new Set([rule.type as JsonType]), ...(rule.enum ? { choices: rule.enum } : {}) };
  }
  if (rule.startsWith('#')) return definition(rule.slice(1));
  return { types: new Set(rule.split('|').map((type) => type.trim() as JsonType)) };
}
