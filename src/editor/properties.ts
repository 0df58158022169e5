import type { Catalog, Property } from '../specification/catalog-format';

/** The versions of jambonz that differ in what they know. */
export type Platform = '0.9' | '10';

/** A property with where it is, from its verb down. */
export interface Located {
  path: string[];
  property: Property;
  /** The only version that knows it, its parents included; absent: every version does. */
  version?: Platform;
}

let catalog: Catalog | undefined;
let loading: JQuery.jqXHR<Catalog> | undefined;
const indexes = new Map<string, Map<string, Located>>();

/** Fetches what the verbs may hold, once per editor; the build makes it from the two verb packages. */
export function loadProperties(): JQuery.jqXHR<Catalog> {
  loading ??= $.getJSON('resources/@callflows/node-red-jambonz/properties.json') as JQuery.jqXHR<Catalog>;
  return loading
    .done((data) => {
      catalog = data;
    })
    .fail(() => {
      loading = undefined;
    });
}

/** Everything that may be set in the verbs of a node, the shallow before the deep; empty until it is loaded. */
export function propertiesOf(verbs: readonly string[]): Located[] {
  return [...indexOf(verbs).values()];
}

/** What is known of one property; undefined when no version knows it, or while nothing is loaded. */
export function propertyAt(verbs: readonly string[], path: readonly string[]): Located | undefined {
  // A list is addressed as a whole or by the number of a member; both have the same properties.
  return indexOf(verbs).get(textOfPath(path.filter((name) => !/^\d+$/.test(name))));
}

function indexOf(verbs: readonly string[]): Map<string, Located> {
  const key = verbs.join(' ');
  const known = indexes.get(key);
  if (known) return known;
  const found = new Map<string, Located>();
  if (!catalog) return found;
  for (const name of verbs) {
    const verb = catalog.verbs[name];
    if (verb) collect(catalog, verb.p, [], undefined, [verb.p], found);
  }
  const sorted = [...found].sort(
    ([a, { path }], [b, { path: other }]) => path.length - other.length || (a < b ? -1 : 1),
  );
  const index = new Map(sorted);
  indexes.set(key, index);
  return index;
}

/** Whether anything can be said about the properties of these verbs. */
export function isLoaded(): boolean {
  return catalog !== undefined;
}

/** The only version that knows any of these verbs. */
export function versionOfVerbs(verbs: readonly string[]): Platform | undefined {
  const versions = verbs.map((name) => catalog?.verbs[name]?.v);
  return versions.every((version) => version === versions[0]) ? versions[0] : undefined;
}

function collect(
  { definitions }: Catalog,
  number: number,
  parents: string[],
  inherited: Platform | undefined,
  ancestors: number[],
  found: Map<string, Located>,
): void {
  for (const [name, property] of Object.entries(definitions[number] ?? {})) {
    const path = [...parents, name];
    const version = inherited ?? property.v;
    const key = textOfPath(path);
    const other = found.get(key);
    if (!other) found.set(key, { path, property, ...(version ? { version } : {}) });
    // Another verb of the same node knows it in another version.
    else if (other.version !== version) delete other.version;
    const below = property.p ?? property.i?.p;
    if (below !== undefined && !ancestors.includes(below)) {
      collect({ definitions } as Catalog, below, path, version, [...ancestors, below], found);
    }
  }
}

/** A path as people write it: `recognizer.deepgramOptions.model`, `headers["X.Y"]`. */
export function textOfPath(path: readonly string[]): string {
  return path
    .map((name, index) => (/[.[\]"]/.test(name) ? `[${JSON.stringify(name)}]` : index ? `.${name}` : name))
    .join('');
}

/** Reads what {@link textOfPath} writes. */
export function pathOfText(text: string): string[] {
  const names = [...text.trim().matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)];
  return names.map(([, quoted, index, name]) => {
    return quoted === undefined ? (index ?? name ?? '').trim() : (JSON.parse(`"${quoted}"`) as string);
  });
}
