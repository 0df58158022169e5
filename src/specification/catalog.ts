import type { Catalog, Property } from './catalog-format';
import { engine09 } from './engine-0.9';
import { schema10 } from './schema-10';
import type { JsonType, Shape } from './shape';

/** A property of a version that does not have it. */
const NOTHING: Shape = { types: new Set() };

/**
 * All that either version of jambonz knows of some verbs, from the data of the two verb packages:
 * a new release of theirs brings its properties without a change here.
 *
 * @param names - of verbs, as they stand in documents
 * @throws Error for a name that no version knows
 */
export function catalogOf(names: Iterable<string>): Catalog {
  const catalog: Catalog = { verbs: {}, definitions: [] };
  const numbers = new Map<Shape, Map<Shape, number>>();

  const define = (open: Shape, commercial: Shape): number | undefined => {
    if (!namesOf(open) && !namesOf(commercial)) return undefined;
    const others = numbers.get(open) ?? new Map<Shape, number>();
    numbers.set(open, others);
    const known = others.get(commercial);
    if (known !== undefined) return known;
    const definition: Record<string, Property> = {};
    // Numbered before it is filled: definitions refer to each other in circles.
    const number = catalog.definitions.push(definition) - 1;
    others.set(commercial, number);
    for (const name of new Set([...(namesOf(open)?.keys() ?? []), ...(namesOf(commercial)?.keys() ?? [])])) {
      if (name === 'verb' || name === '_') continue;
      const [own, other] = [namesOf(open)?.get(name), namesOf(commercial)?.get(name)];
      definition[name] = { ...describe(own, other), ...versionOf(own, other, open, commercial) };
    }
    return number;
  };

  const describe = (open: Shape | undefined, commercial: Shape | undefined): Property => {
    const types = typesOf(open, commercial);
    const choices = open?.choices;
    const suggestions = choices ? undefined : commercial?.suggestions;
    const p = define(open ?? NOTHING, commercial ?? NOTHING);
    return {
      ...(types.length > 0 ? { t: types } : {}),
      ...(choices ? { c: [...choices] } : {}),
      ...(suggestions ? { s: [...suggestions] } : {}),
      ...(commercial?.description ? { d: commercial.description } : {}),
      ...(p === undefined ? {} : { p }),
      ...(open?.items || commercial?.items ? { i: describe(open?.items, commercial?.items) } : {}),
    };
  };

  for (const name of names) {
    const open = engine09.verb(name);
    const commercial = schema10.verb(name);
    if (!open && !commercial) throw new Error(`no version of jambonz knows the verb ${name}`);
    catalog.verbs[name] = { ...versionOf(open, commercial), p: define(open ?? NOTHING, commercial ?? NOTHING)! };
  }
  return catalog;
}

/** The types that every version takes; where they have none in common, those of either. */
function typesOf(open: Shape | undefined, commercial: Shape | undefined): JsonType[] {
  const sets = [open, commercial]
    .filter((shape) => shape !== undefined && shape.types.size > 0)
    .map((shape) => shape!.types);
  const [first, second] = sets;
  if (!first) return [];
  const common = second ? [...first].filter((type) => second.has(type)) : [...first];
  const types = common.length > 0 ? common : [...new Set(sets.flatMap((set) => [...set]))];
  // The engine asks typeof, so that it takes a list or null for an object; nobody means to send one.
  const wanted = commercial?.types.size
    ? types
    : types.filter((type) => type !== 'null' && !(type === 'array' && first.has('object')));
  return wanted.length > 0 ? wanted : types;
}

/** Which version alone knows something. An object that one version leaves open takes any property there. */
function versionOf(
  open: Shape | undefined,
  commercial: Shape | undefined,
  openParent: Shape = NOTHING,
  commercialParent: Shape = NOTHING,
): Pick<Property, 'v'> {
  const inOpen = open !== undefined || isOpen(openParent);
  const inCommercial = commercial !== undefined || isOpen(commercialParent);
  if (inOpen === inCommercial) return {};
  return { v: inOpen ? '0.9' : '10' };
}

/** An object whose properties a version does not list. */
function isOpen(shape: Shape): boolean {
  return shape !== NOTHING && !shape.properties;
}

function namesOf(shape: Shape): ReadonlyMap<string, Shape> | undefined {
  return shape.properties ?? shape.named;
}
