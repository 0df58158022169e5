import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
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
  maxEndpointDelayMs: 500,
};

/**
 * What a package's own data cannot take, whatever the value: 0.9 says `array` where it reads only
 * `[type]`, and 10 lists no property of an object that it closes.
 */
const FAULTY = new Set(['0.9 audio_events_config_config', '0.9 types', '10 gladiaOptions']);

type Version = (typeof BOTH)[number];

/** What a field must say so that the node makes a verb at all, or sends what it leaves out when new. */
const CHOICES: Record<string, unknown> = {
  'jambonz s2s vendor': 'openai',
  'jambonz s2s llmOptions': { response_create: { instructions: 'Be kind.' } },
  'jambonz agent greeting': false,
};

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
  const all = Object.entries(catalog.definitions[definition]!).filter(([, { v }]) => !v || !version || v === version);
  const plain = all.filter(([, { p, i }]) => p === undefined && i === undefined);
  const [name, inner] = plain.find(([, { v }]) => v === undefined) ?? plain[0] ?? all[0] ?? [];
  return name && inner ? { [name]: VALUES[name] ?? sampleOf(inner, version) } : { a: 'b' };
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

/** What a list or an object looks like in a field. */
function textOf(value: unknown): string {
  if (typeof value !== 'object') return String(value);
  const isPlainList = Array.isArray(value) && value.every((member) => typeof member !== 'object');
  return isPlainList ? value.join(', ') : JSON.stringify(value);
}

/** Rows that are added to one dialog; Node-RED's own fields make a longer list slow. */
const ROWS = 80;

function inParts<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.max(1, Math.ceil(all.length / ROWS)) }, (_part, n) =>
    all.slice(n * ROWS, (n + 1) * ROWS),
  );
}

/** A REST API that takes every new call and keeps what it was sent. */
async function startApi(): Promise<{ url: string; body: () => Json; stop: () => void }> {
  let body: Json = {};
  const server = createServer((req, res) => {
    let text = '';
    req.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    req.on('end', () => {
      body = JSON.parse(text) as Json;
      res.writeHead(201, { 'content-type': 'application/json' }).end('{"sid":"s","callId":"c"}');
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, body: () => body, stop: () => void server.close() };
}

describe('every property of every verb, through the dialog', function () {
  this.timeout(300_000);
  const seen = new Set<string>();
  const nodes = verbsOfNodes();
  const table = new Map(nodes.map(({ type, verbs }) => [type, settingsOf(verbs, seen)]));
  const emitted = new Map<string, { verb: Json; settings: Setting[] }[]>();
  let editor: Editor;
  let api: Awaited<ReturnType<typeof startApi>>;

  before(async () => {
    api = await startApi();
    editor = await Editor.open({ nodeRed: process.env.NODE_RED ?? '4.1' });
  });
  after(async () => {
    await editor.close();
    api.stop();
  });
  afterEach(async () => {
    await editor.recover();
    editor.checkPage();
  });

  /** Sets properties in the dialog of a new node; returns what is saved. */
  const fill = async (type: string, settings: Setting[], all: Setting[]): Promise<FlowNode> => {
    const { page } = editor;
    const id = await editor.drag(type);
    await editor.openByHand(id);
    await page.evaluate('dialog.unfold()');
    // The addresses of a node's own ports are not the user's to set.
    await page.evaluate("$('#node-input-results').val('url').trigger('change')");
    const fields = await page.evaluate<Record<string, string>>('dialog.arranged()');
    for (const setting of all) {
      // What is set as text cannot have properties of its own; the list takes it as an object.
      if (setting.property.p !== undefined) continue;
      const [field] = Object.entries(fields).find(([, path]) => path === setting.path.join('.')) ?? [];
      if (field === undefined) continue;
      setting.field = field;
      const value = CHOICES[`${type} ${field}`] ?? setting.value;
      await page.evaluate(`dialog.setField('${field}', ${JSON.stringify(value)})`);
    }
    const rows = settings.filter(({ field }) => field === undefined);
    const texts = rows.map(({ path, value }) => ({
      path: path.join('.'),
      value: textOf(value),
      isJson: textOf(value).startsWith('{'),
    }));
    await page.evaluate(`dialog.addMore(${JSON.stringify(texts)})`);
    await editor.done();
    const saved = await editor.saved(id);
    await page.evaluate(`RED.nodes.remove('${id}')`);
    assert.deepEqual(
      ((saved.more ?? []) as { path: string[] }[]).map(({ path }) => path.join('.')),
      rows.map(({ path }) => path.join('.')),
    );
    return saved;
  };

  /** What the runtime makes of a saved node. */
  const run = async (node: FlowNode): Promise<Json> => {
    await editor.red.deploy([
      { id: 'tab', type: 'tab', label: 'properties' },
      { id: 'srv', type: 'jambonz_auth', url: api.url, credentials: { accountSid: 'a', apiToken: 't' } },
      { id: 'in', z: 'tab', type: 'webhook in', method: 'post', url: '/p', wires: [['node']] },
      { ...node, id: 'node', z: 'tab', ...('server' in node ? { server: 'srv' } : {}), wires: [['out']] },
      { id: 'out', z: 'tab', type: 'webhook out', check: 'off', wires: [] },
      { id: 'catch', z: 'tab', type: 'catch', scope: null, uncaught: false, wires: [['why']] },
      {
        id: 'why',
        z: 'tab',
        type: 'change',
        rules: [{ t: 'set', p: 'jambonz', pt: 'msg', to: 'error.message', tot: 'msg' }],
        wires: [['out']],
      },
    ]);
    const answer = await fetch(`${editor.red.url}/p`, { method: 'POST', signal: AbortSignal.timeout(8000) });
    const text = await answer.text();
    if (node.type === 'create-call' && text === '') return { verb: 'rest:dial', ...api.body() };
    if (!text.startsWith('[')) throw new Error(text);
    return (JSON.parse(text) as Json[])[0]!;
  };

  for (const { type } of nodes) {
    const all = table.get(type)!;
    it(`${type}: takes ${all.length} properties`, async () => {
      const parts: { verb: Json; settings: Setting[] }[] = [];
      for (const settings of inParts(all)) parts.push({ verb: await run(await fill(type, settings, all)), settings });
      emitted.set(type, parts);
    });

    it(`${type}: emits each as its declared type, and the packages that know it take it`, () => {
      const parts = emitted.get(type) ?? [];
      assert.notEqual(parts.length, 0, 'was not made');
      const wrong = parts.flatMap(({ verb, settings }) => settings.map((setting) => faultOf(verb, setting, all)));
      assert.deepEqual(wrong.filter(Boolean), []);
    });
  }
});

/** What is wrong with a property as it was emitted; empty when nothing is. */
function faultOf(verb: Json, { path, property, versions, field, value }: Setting, all: readonly Setting[]): string {
  const name = String(verb.verb);
  const number = catalog.verbs[name]!.p;
  const text = path.join('.');
  const got = at(verb, path);
  const kind = Array.isArray(got) ? 'array' : typeof got;
  if (!lookUp(number, path)) return '';
  // The verb's own name says it.
  if (text === 'vendor' && name.endsWith('_s2s')) return '';
  if (got === undefined) return `${text}: not emitted${field === undefined ? '' : ` (field ${field})`}`;
  if (property.t && !(property.t as string[]).includes(kind)) return `${text}: ${kind} ${JSON.stringify(got)}`;
  const isBelowField = all.some((other) => other.field !== undefined && text.startsWith(`${other.path.join('.')}.`));
  if (field === undefined && !isBelowField && typeof value !== 'object' && got !== value) {
    return `${text}: ${JSON.stringify(got)}, not ${JSON.stringify(value)}`;
  }
  for (const version of versions) {
    // An object has got what only the other version knows, too.
    const alone =
      typeof got === 'object' && (property.p ?? property.i?.p) !== undefined ? sampleOf(property, version) : got;
    const reason = refusal(version, name, only(path, alone, isListIn(number)));
    if (reason && !FAULTY.has(`${version} ${path.at(-1) ?? ''}`)) {
      return `${text}: jambonz ${version} refuses ${JSON.stringify(alone)}: ${reason}`;
    }
  }
  return '';
}
