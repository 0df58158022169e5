import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { validateVerb } from '@jambonz/schema';
import { messageOf } from '../problem';
import type { JsonType, Shape, Specification } from './shape';

/** The parts of JSON Schema that the jambonz schemas use. */
interface JsonSchema {
  $id?: string;
  description?: string;
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  additionalProperties?: boolean | JsonSchema;
  oneOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  allOf?: JsonSchema[];
}

const quiet = { info: () => undefined };
const BASE = 'https://jambonz.org/schema/';
let schemas: Map<string, JsonSchema> | undefined;
const shapes = new Map<JsonSchema, Shape>();

/** What jambonz 10 and later publishes as its JSON Schema. */
export const schema10: Specification = {
  verb(name) {
    const id = `${BASE}verbs/${name}`;
    const schema = all().get(id);
    return schema && shapeOf(schema, id);
  },

  verdict({ verb, ...data }) {
    try {
      validateVerb(String(verb), data, quiet);
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  },
};

/** Reads and compiles the schemas (about half a second), so that no call waits for it. */
export function warmUp(): void {
  schema10.verdict?.({ verb: 'hangup' });
  all();
}

function all(): Map<string, JsonSchema> {
  if (schemas) return schemas;
  schemas = new Map();
  const root = dirname(require.resolve('@jambonz/schema/package.json'));
  for (const folder of ['verbs', 'components']) {
    for (const file of readdirSync(join(root, folder))) {
      if (!file.endsWith('.schema.json')) continue;
      const schema = JSON.parse(readFileSync(join(root, folder, file), 'utf8')) as JsonSchema;
      if (schema.$id) schemas.set(schema.$id, schema);
    }
  }
  // A file's name and the verb's differ where the verb has a colon.
  for (const schema of [...schemas.values()]) {
    const verb = schema.properties?.verb?.const;
    if (typeof verb === 'string') schemas.set(`${BASE}verbs/${verb}`, schema);
  }
  return schemas;
}

function shapeOf(schema: JsonSchema, base: string): Shape {
  const known = shapes.get(schema);
  if (known) return known;
  const types = new Set<JsonType>();
  const properties = new Map<string, Shape>();
  const shape: Shape = { types, properties };
  shapes.set(schema, shape);
  const open = merge(schema, base, shape, types, properties);
  if (open && properties.size > 0) shape.named = properties;
  if (open || properties.size === 0) delete shape.properties;
  return shape;
}

/** Adds what a schema and its alternatives allow. @returns true when any property is allowed */
function merge(
  schema: JsonSchema,
  base: string,
  shape: Shape,
  types: Set<JsonType>,
  properties: Map<string, Shape>,
): boolean {
  let open = schema.additionalProperties !== undefined && schema.additionalProperties !== false;
  for (const type of [schema.type ?? []].flat()) types.add((type === 'integer' ? 'number' : type) as JsonType);
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (!properties.has(name)) properties.set(name, shapeOf(property, base));
  }
  if (schema.type === 'object' && !schema.properties && !schema.allOf && !schema.oneOf && !schema.anyOf) open = true;
  if (schema.items) shape.items ??= shapeOf(schema.items, base);
  if (schema.description) shape.description ??= schema.description;
  if (schema.enum) shape.suggestions = [...(shape.suggestions ?? []), ...schema.enum];
  else if (schema.const !== undefined) shape.suggestions = [...(shape.suggestions ?? []), schema.const];
  if (schema.$ref) {
    const [target, targetBase] = resolve(schema.$ref, base);
    if (target) open = merge(target, targetBase, shape, types, properties) || open;
  }
  for (const part of [...(schema.allOf ?? []), ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])]) {
    open = merge(part, base, shape, types, properties) || open;
  }
  return open;
}

function resolve(ref: string, base: string): [JsonSchema | undefined, string] {
  const url = new URL(ref, base);
  const path = url.hash.slice(2);
  url.hash = '';
  let target = all().get(url.href) as unknown;
  for (const segment of path ? path.split('/') : []) {
    target = (target as Record<string, unknown> | undefined)?.[segment];
  }
  return [target as JsonSchema | undefined, url.href];
}
