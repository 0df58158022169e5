import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { validateVerb } from '@jambonz/schema';
import { validate } from '@jambonz/verb-specifications';
import type { Catalog, Property } from '../../src/specification/catalog-format';
import { engine09 } from '../../src/specification/engine-0.9';
import type { Shape } from '../../src/specification/shape';
import { Editor } from '../support/editor';
import type { FlowNode } from '../support/node-red';
import { verbsOfNodes } from '../support/verbs';

type Json = Record<string, unknown>;

/** A property that is set through a dialog. */
interface Setting {
  path: string[];
  property: Property;
  /** What is put into the dialog. */
  value: unknown;
  /** The versions that know it. */
  versions: readonly Version[];
  /** The field that sets it, where the form has one; otherwise the list of further properties does. */
  field?: string;
}

const quiet = { info: () => undefined };
const BOTH = ['0.9', '10'] as const;
const catalog = JSON.parse(readFileSync(resolve(__dirname, '../../resources/properties.json'), 'utf8')) as Catalog;

/** Values that a property's type alone does not tell. */
const VALUES: Record<string, unknown> = {
  languageConfig: { 'en-US': {} },
};

/** What a package's own data cannot take, whatever the value: it says `array` where it reads only `[type]`. */
const FAULTY = new Set(['0.9 audio_events_config_config', '0.9 types']);

type Version = (typeof BOTH)[number];

/** A value that fits a property, of the kind that the dialog offers first; an object has one property that fits. */
function sampleOf(property: Property, version?: Version): unknown {
  const { t: types = ['string'], c: choices, s: suggestions, p, i: items } = property;
  if (p !== undefined && types.includes('object')) return objectOf(p, version);
  const [first] = choices ?? suggestions ?? [];
  if (first !== undefined && types.includes(typeof first as never)) return first;
  if (types.includes('boolean')) return true;
  if (types.includes('number')) return 1;
  if (types.includes('string')) return 'text';
  if (types.includes('array')) return [items ? sampleOf(items, version) : 'a'];
  return { a: 'b' };
}

function objectOf(definition: number, version?: Version): Json {
  const fits = ([, { p, i, v }]: [string, Property]): boolean =>
    p === undefined && i === undefined && (v === undefined || v === version);
  const [name, inner] = Object.entries(catalog.definitions[definition]!).find(fits) ?? [];
  return name && inner ? { [name]: sampleOf(inner, version) } : { a: 'b' };
}

/** Every property of some verbs, each place in the data once; `seen` is shared by the nodes of a run. */
function settingsOf(verbs: string[], seen: Set<string>): Setting[] {
  const settings: Setting[] = [];
  const walk = (number: number, parents: string[], versions: readonly Version[], isTop: boolean): void => {
    for (const [name, property] of Object.entries(catalog.definitions[number]!)) {
      const own = property.v ? versions.filter((version) => version === property.v) : versions;
      const place = isTop ? `${verbs.join()} ${name}` : JSON.stringify({ ...property, name });
      if (seen.has(place) && !isTop) continue;
      seen.add(place);
      const path = [...parents, name];
      if (!settings.some((setting) => setting.path.join('.') === path.join('.'))) {
        settings.push({ path, property, versions: own, value: VALUES[name] ?? sampleOf(property) });
      }
      const below = property.p ?? property.i?.p;
      if (below !== undefined) walk(below, path, own, false);
    }
  };
  for (const name of verbs) {
    const { p, v } = catalog.verbs[name]!;
    walk(p, [], v ? [v] : BOTH, true);
  }
  return settings;
}

/** The value at a path of a verb; a list is looked into. */
function at(value: unknown, path: readonly string[]): unknown {
  let found: unknown = value;
  for (const name of path) {
    if (Array.isArray(found)) [found] = found as unknown[];
    found = (found as Json | undefined)?.[name];
  }
  return found;
}

/** An object that has nothing but one path. */
function only(path: readonly string[], value: unknown, lists: (path: readonly string[]) => boolean): Json {
  const object: Json = {};
  let target = object;
  path.forEach((name, index) => {
    if (index === path.length - 1) target[name] = value;
    else {
      const next: Json = {};
      target[name] = lists(path.slice(0, index + 1)) ? [next] : next;
      target = next;
    }
  });
  return object;
}

/** What 0.9 demands beside the property: from its own data. */
function completeFor09(object: unknown, shape: Shape | undefined): void {
  if (Array.isArray(object)) {
    for (const member of object) completeFor09(member, shape?.items);
    return;
  }
  if (typeof object !== 'object' || object === null || !shape?.properties) return;
  const target = object as Json;
  for (const name of shape.required ?? []) {
    const wanted = shape.properties.get(name);
    if (target[name] === undefined && wanted && name !== 'verb') target[name] = sampleOfShape(wanted);
  }
  for (const [name, nested] of Object.entries(target)) completeFor09(nested, shape.properties.get(name));
}

function sampleOfShape({ types, choices, items }: Shape): unknown {
  if (choices?.[0] !== undefined) return choices[0];
  if (types.has('array') && !types.has('object')) return [items ? sampleOfShape(items) : 'a'];
  if (types.has('string')) return 'text';
  if (types.has('number')) return 1;
  if (types.has('boolean')) return true;
  return {};
}

/** Why a package refuses a verb with this property alone; empty when it takes it. */
function refusal(version: Version, name: string, data: Json): string {
  if (version === '0.9') {
    const verb: Json = { verb: name, ...structuredClone(data) };
    completeFor09(verb, engine09.verb(name));
    try {
      validate(quiet, [verb]);
      return '';
    } catch (error) {
      return String(error);
    }
  }
  const verb = structuredClone(data);
  for (let attempt = 0; ; attempt++) {
    try {
      validateVerb(name, verb, quiet);
      return '';
    } catch (error) {
      const [, pointer = '', missing = ''] =
        /'([^']*)': must have required property '([^']*)'/.exec(String(error)) ?? [];
      if (missing === '' || attempt > 8) return String(error);
      const path = pointer.split('/').slice(pointer.startsWith('/') ? 1 : Infinity);
      const target = path.reduce<unknown>((found, step) => (found as Json)[step], verb) as Json;
      const number = catalog.verbs[name]!.p;
      const names = [...path.filter((step) => !/^\d+$/.test(step)), missing];
      target[missing] = sampleOf(lookUp(number, names) ?? {}, version);
    }
  }
}

function lookUp(number: number, names: readonly string[]): Property | undefined {
  let property: Property | undefined;
  let next: number | undefined = number;
  for (const name of names) {
    property = next === undefined ? undefined : catalog.definitions[next]?.[name];
    next = property?.p ?? property?.i?.p;
  }
  return property;
}

const isListIn =
  (number: number) =>
  (path: readonly string[]): boolean => {
    const { t: types, i: items } = lookUp(number, path) ?? {};
    return items?.p !== undefined && types?.includes('array') === true;
  };

describe('every property of every verb, through the dialog', function () {
  this.timeout(300_000);
  const seen = new Set<string>();
  const nodes = verbsOfNodes().filter(({ verbs }) => !verbs.includes('rest:dial'));
  const table = new Map(nodes.map(({ type, verbs }) => [type, settingsOf(verbs, seen)]));
  let editor: Editor;
  const emitted = new Map<string, Json>();

  before(async () => {
    editor = await Editor.open({ nodeRed: process.env.NODE_RED ?? '4.1' });
  });
  after(() => editor.close());
  afterEach(async () => {
    await editor.recover();
    editor.checkPage();
  });

  const flow: FlowNode[] = [{ id: 'tab', type: 'tab', label: 'properties' }];
  for (const { type } of nodes) {
    it(`${type}: takes ${table.get(type)!.length} properties`, async () => {
      const settings = table.get(type)!;
      const id = await editor.drag(type);
      await editor.openByHand(id);
      const { page } = editor;
      await page.evaluate('dialog.unfold()');
      const fields = await page.evaluate<Record<string, string>>('dialog.arranged()');
      for (const setting of settings) {
        // What is set as text cannot have properties of its own; the list takes it as an object.
        if (setting.property.p !== undefined) continue;
        const [field] = Object.entries(fields).find(([, path]) => path === setting.path.join('.')) ?? [];
        if (field) setting.field = field;
      }
      for (const { field, value } of settings) {
        if (field) await page.evaluate(`dialog.setField('${field}', ${JSON.stringify(value)})`);
      }
      const rows = settings.filter(({ field }) => !field);
      const texts = rows.map(({ path, value }) => ({
        path: path.join('.'),
        value:
          Array.isArray(value) && value.every((member) => typeof member !== 'object')
            ? value.join(', ')
            : typeof value === 'object'
              ? JSON.stringify(value)
              : String(value),
      }));
      await page.evaluate(`dialog.addMore(${JSON.stringify(texts)})`);
      await editor.done();
      const saved = await editor.saved(id);
      assert.deepEqual(
        ((saved.more ?? []) as { path: string[] }[]).map(({ path }) => path.join('.')),
        rows.map(({ path }) => path.join('.')),
      );
      const url = `/p/${flow.length}`;
      flow.push(
        { id: `${id}-in`, z: 'tab', type: 'webhook in', method: 'post', url, wires: [[id]] },
        { ...saved, z: 'tab', x: 1, y: 1, wires: [[`${id}-out`]] },
        { id: `${id}-out`, z: 'tab', type: 'webhook out', check: 'off', wires: [] },
      );
      await editor.red.deploy(flow);
      const answer = await fetch(editor.red.url + url, { method: 'POST' });
      const [verb] = (await answer.json()) as Json[];
      emitted.set(type, verb!);
    });

    it(`${type}: emits each as its declared type, and the packages that know it take it`, () => {
      const verb = emitted.get(type);
      assert.ok(verb, 'was not made');
      const name = String(verb.verb);
      const number = catalog.verbs[name]!.p;
      const wrong: string[] = [];
      for (const { path, property, versions, field, value } of table.get(type)!) {
        const text = path.join('.');
        const got = at(verb, path);
        const kind = Array.isArray(got) ? 'array' : typeof got;
        if (got === undefined) wrong.push(`${text}: not emitted${field ? ` (field ${field})` : ''}`);
        else if (property.t && !(property.t as string[]).includes(kind))
          wrong.push(`${text}: ${kind} ${JSON.stringify(got)}`);
        else if (!field && typeof value !== 'object' && got !== value)
          wrong.push(`${text}: ${JSON.stringify(got)}, not ${JSON.stringify(value)}`);
        else if (lookUp(number, path)) {
          for (const version of versions) {
            // An object has got what only the other version knows, too.
            const alone = typeof got === 'object' && property.p !== undefined ? sampleOf(property, version) : got;
            const reason = refusal(version, name, only(path, alone, isListIn(number)));
            if (reason && !FAULTY.has(`${version} ${path.at(-1) ?? ''}`))
              wrong.push(`${text}: jambonz ${version} refuses ${JSON.stringify(got)}: ${reason}`);
          }
        }
      }
      assert.deepEqual(wrong, []);
    });
  }
});
