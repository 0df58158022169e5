import { strict as assert } from 'node:assert';
import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { specs } from '@jambonz/verb-specifications';
import { catalogOf } from '../../src/specification/catalog';
import type { Catalog, Property } from '../../src/specification/catalog-format';
import { verbsOfNodes } from '../support/verbs';

/** How test/data/verbs.json describes a property: recorded from both packages, apart from our code. */
interface Recorded {
  in?: 'schema' | 'specs' | 'both';
  ref?: string;
  spec?: Recorded;
  properties?: Record<string, Recorded>;
  items?: Recorded;
  oneOf?: Recorded[];
}

interface RecordedVerb {
  inSchema: boolean;
  inSpecs: boolean;
  properties: Record<string, Recorded>;
}

const recorded = JSON.parse(readFileSync(join(__dirname, '../data/verbs.json'), 'utf8')) as {
  verbs: Record<string, RecordedVerb>;
  components: Record<string, Recorded>;
  specTypes: Record<string, Recorded>;
};

/** Not a verb of the engine: it has a specification and no task. */
const WITHOUT_NODE = new Set(['pipeline']);

function below({ definitions }: Catalog, property: Property | undefined): Record<string, Property> | undefined {
  const number = property?.p ?? property?.i?.p;
  return number === undefined ? undefined : definitions[number];
}

/** Which package's definitions a reference means. */
type Source = 'components' | 'specTypes';

/** Properties that a value may have, and the definition that they come from. */
interface Nested {
  properties: Record<string, Recorded>;
  source: Source;
  definition?: string;
}

/** Names what is recorded and cannot be set. */
function missing(catalog: Catalog, known: Record<string, Property>, wanted: Nested): string[] {
  const found: string[] = [];
  const compare = (
    level: Record<string, Property> | undefined,
    { properties, source }: Nested,
    path: string,
    seen: readonly string[],
  ): void => {
    for (const [name, property] of Object.entries(properties)) {
      if (name === 'verb' || name === '_') continue;
      const own = level?.[name];
      if (!own) {
        found.push(`${path}${name}`);
        continue;
      }
      const inner = below(catalog, own);
      for (const deeper of nested(property, property.in === 'specs' ? 'specTypes' : source)) {
        const { definition } = deeper;
        if (definition !== undefined && seen.includes(definition)) continue;
        compare(inner, deeper, `${path}${name}.`, definition === undefined ? seen : [...seen, definition]);
      }
    }
  };
  compare(known, wanted, '', []);
  return found;
}

/** The sets of properties that a value of this property may have. */
function nested({ ref, spec, properties, items, oneOf }: Recorded, source: Source): Nested[] {
  const found: Nested[] = properties ? [{ properties, source }] : [];
  for (const other of [items, ...(oneOf ?? [])]) if (other) found.push(...nested(other, source));
  if (spec) found.push(...nested(spec, 'specTypes'));
  const target = ref === undefined ? undefined : recorded[source][ref];
  if (target?.properties) found.push({ properties: target.properties, source, definition: `${source} ${ref}` });
  return found;
}

describe('what the nodes can set', () => {
  const verbs = [...new Set(verbsOfNodes().flatMap(({ verbs: names }) => names))];
  const catalog = catalogOf(verbs);

  it('has a node for every verb of both packages', () => {
    const files = readdirSync(join(__dirname, '../../node_modules/@jambonz/schema/verbs'));
    const published = files.map((file) => file.replace('.schema.json', '').replace(/^(sip|rest)[-_]/, '$1:'));
    const wanted = new Set([...published, ...Object.keys(recorded.verbs)]);
    assert.deepEqual(
      [...wanted].filter((name) => !WITHOUT_NODE.has(name) && !verbs.includes(name)),
      [],
    );
  });

  for (const [name, { properties, inSchema }] of Object.entries(recorded.verbs)) {
    if (WITHOUT_NODE.has(name)) continue;
    it(`every property of ${name}`, () => {
      const verb = catalog.verbs[name];
      assert.ok(verb, 'no node makes this verb');
      const wanted: Nested = { properties, source: inSchema ? 'components' : 'specTypes' };
      assert.deepEqual(missing(catalog, catalog.definitions[verb.p]!, wanted), []);
    });
  }

  it('names the version for what only one knows', () => {
    const property = (verb: string, name: string): Property => catalog.definitions[catalog.verbs[verb]!.p]![name]!;
    assert.equal(property('dial', 'codecs').v, '10');
    assert.equal(property('dial', 'timeout').v, undefined);
    assert.equal(property('listen', 'auth').v, '0.9');
    assert.equal(catalog.verbs.lex?.v, '0.9');
    assert.equal(catalog.verbs.transfer?.v, '10');
  });

  it('follows the packages: a new property of a release needs no code', () => {
    specs.pause!.properties.newInThisTest = 'boolean';
    try {
      // The shapes of verbs are remembered, so a fresh copy of the module reads the new data.
      for (const file of Object.keys(require.cache)) {
        if (file.includes(join('src', 'specification'))) Reflect.deleteProperty(require.cache, file);
      }
      const again = createRequire(__filename)('../../src/specification/catalog') as { catalogOf: typeof catalogOf };
      const fresh = again.catalogOf(['pause']);
      assert.deepEqual(fresh.definitions[fresh.verbs.pause!.p]!.newInThisTest, { t: ['boolean'], v: '0.9' });
    } finally {
      delete specs.pause!.properties.newInThisTest;
    }
  });
});
