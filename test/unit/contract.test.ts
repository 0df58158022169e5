import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import vm from 'node:vm';
import { VERBS } from '../../src/checks/verbs';
import { RESULT_HOOKS, defaultPorts, labelKey } from '../../src/results/outcomes';

/** What the editor half of a node registers, as far as it is checked here. */
interface Definition {
  category: string;
  icon?: string;
  defaults: Record<string, { value?: unknown }>;
  credentials?: Record<string, unknown>;
}

interface Facts {
  storedWhenDropped: Record<string, unknown>;
  properties: string[];
  kinds: Record<string, string[]>;
}

interface Registration {
  type: string;
  definition: Definition;
}

type Catalog = Record<string, unknown>;

const root = join(__dirname, '../..');
const read = (...path: string[]): string => readFileSync(join(root, ...path), 'utf8');
const parse = (...path: string[]): Record<string, unknown> => JSON.parse(read(...path)) as Record<string, unknown>;
const list = (folder: string, extension: string): string[] =>
  existsSync(join(root, folder)) ? readdirSync(join(root, folder)).filter((file) => file.endsWith(extension)) : [];

const sets = list('nodes', '.html').map((file) => basename(file, '.html'));
const manifest = parse('package.json') as { 'node-red': { nodes: Record<string, string> } };
const { types: palette } = parse('test/compat/nodes.json') as { types: Record<string, Facts> };
const common = parse('locales/en-US/common.json');

/** Properties that a dialog saves itself. */
const MANAGED = /data-headers="|data-targets|data-mcp|data-more="|data-ports|data-tools/;
/** Properties of ours that a new node saves beside those of the official palette. */
const ADDED: Record<string, Record<string, unknown>> = {
  jambonz_auth: { retries: 2 },
  lcc: { recordType: 'siprec' },
};
/** A new node has a port for each result. */
function portsOf(type: string): Record<string, unknown> {
  if (!(type in RESULT_HOOKS)) return {};
  const ports = defaultPorts(type);
  return { results: 'ports', ports, outputs: ports.length };
}
/** Kinds of ours that mean what an older field could not say. */
const ADDED_KINDS = new Set(['unset']);

/** The parts of a built page: its scripts by kind. */
function partsOf(set: string): { code: string; template: string; type: string } {
  const page = read('dist/nodes', `${set}.html`);
  const scripts = [...page.matchAll(/<script type="text\/javascript">([\s\S]*?)<\/script>/g)].map(([, text]) => text!);
  const [, type, template] = /<script type="text\/html" data-template-name="([^"]+)">([\s\S]*?)<\/script>/.exec(page)!;
  return {
    code: scripts.find((script) => script.includes('RED.nodes.registerType'))!,
    template: template!,
    type: type!,
  };
}

/** Runs a definition as the editor does, with just what a definition may use. */
function registrationsOf(code: string): Registration[] {
  const found: Registration[] = [];
  const registerType = (type: string, definition: Definition): void => void found.push({ type, definition });
  const validator = (): (() => boolean) => () => true;
  const RED = {
    nodes: { registerType },
    validators: { number: validator, regex: validator, typedInput: validator },
  };
  vm.runInNewContext(code, { RED });
  return found;
}

function has(catalog: Catalog, key: string): boolean {
  let part: unknown = catalog;
  for (const name of key.split('.')) {
    if (typeof part !== 'object' || part === null) return false;
    part = (part as Catalog)[name];
  }
  return typeof part === 'string';
}

/** Objects of another realm have other prototypes. */
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('the contract between a node and the palette', () => {
  it('lists in package.json exactly the nodes that exist', () => {
    const expected = Object.fromEntries(sets.map((set) => [set, `dist/nodes/${set}.js`]));
    assert.deepEqual(manifest['node-red'].nodes, Object.fromEntries(Object.entries(expected).sort()));
  });

  it('is known to the checks as a verb when it is one', () => {
    const isVerb = (set: string): boolean => /\bverbNode\(\s*RED\b/.test(read('nodes', `${set}.ts`));
    assert.deepEqual(
      [...VERBS].sort(),
      sets
        .filter(isVerb)
        .map((set) => partsOf(set).type)
        .sort(),
    );
  });

  it('packs everything that Node-RED loads', () => {
    const output = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [pack] = JSON.parse(output) as { files: { path: string }[] }[];
    const packed = new Set(pack!.files.map(({ path }) => path));
    const wanted = sets.flatMap((set) => [
      `dist/nodes/${set}.js`,
      `dist/nodes/${set}.html`,
      `dist/nodes/locales/en-US/${set}.json`,
      `dist/nodes/locales/en-US/${set}.html`,
    ]);
    wanted.push(...list('icons', '.svg').map((icon) => `dist/nodes/icons/${icon}`));
    assert.deepEqual(
      wanted.filter((path) => !packed.has(path)),
      [],
    );
  });

  for (const set of sets) {
    describe(set, () => {
      const { code, template, type } = partsOf(set);
      const source = read('nodes', `${set}.html`);
      const registrations = registrationsOf(code);
      const { definition } = registrations[0]!;
      /** Absent for a node that the official palette never had. */
      const facts = palette[type];
      const prefix = definition.category === 'config' ? 'node-config-input' : 'node-input';

      it('has a runtime half', () => assert.ok(existsSync(join(root, 'nodes', `${set}.ts`))));

      it('registers exactly the type of its template', () => {
        assert.deepEqual(
          registrations.map((registration) => registration.type),
          [type],
        );
        assert.match(code, new RegExp(`registerType\\('${type}', \\{`));
      });

      it('edits every property', () => {
        const properties = [...Object.keys(definition.defaults), ...Object.keys(definition.credentials ?? {})];
        const missing = properties.filter(
          (property) =>
            !template.includes(`id="${prefix}-${property}"`) &&
            !template.includes(`data-legacy="${property}"`) &&
            !(template.includes(`id="${prefix}-${property}-container"`) && MANAGED.test(template)),
        );
        assert.deepEqual(missing, []);
      });

      it('edits nothing but its properties', () => {
        const fields = [...template.matchAll(/<(?:input|select|textarea|ol)\b[^>]*?\bid="([^"]+)"/g)];
        const ids = fields.map(([, id]) => id!.replace(/-container$/, ''));
        const known = new Set([...Object.keys(definition.defaults), ...Object.keys(definition.credentials ?? {})]);
        assert.deepEqual(
          ids.filter((id) => id.startsWith(`${prefix}-`) && !known.has(id.slice(prefix.length + 1))),
          [],
        );
      });

      it('saves a new node as the official palette does', () => {
        const dropped = Object.entries(definition.defaults).map(([property, { value }]) => [property, value]);
        if (facts) {
          const expected = { ...facts.storedWhenDropped, ...ADDED[type], ...portsOf(type) };
          assert.deepEqual(plain(Object.fromEntries(dropped)), expected);
        }
      });

      it('has a label, and words for when it is used, for each result port', () => {
        const own = { ...common, ...parse('locales/en-US', `${set}.json`) };
        const ports = (RESULT_HOOKS[type] ?? []).flatMap((hook) => hook.ports.map(({ name }) => name));
        if (ports.length > 0) assert.deepEqual(plain(definition.defaults.ports?.value), defaultPorts(type));
        const lacks = (port: string): boolean =>
          !has(own, labelKey(port)!) || !(has(own, `${set}.when.${port}`) || has(own, `common.when.${port}`));
        assert.deepEqual(ports.filter(lacks), []);
      });

      it('knows every property that the official palette saves', () => {
        assert.deepEqual(
          (facts?.properties ?? []).filter((property) => !(property in definition.defaults)),
          [],
        );
      });

      it('offers every kind that the official palette offers', () => {
        for (const [property, kinds] of Object.entries(facts?.kinds ?? {})) {
          // One kind is no choice: here it is a list of values.
          if (kinds.length === 1) continue;
          const tag = new RegExp(`<input[^>]*id="${prefix}-${property}"[^>]*>`).exec(template)?.[0] ?? '';
          const [, offered = ''] = /data-kinds="([^"]*)"/.exec(tag) ?? [];
          const missing = kinds.filter((kind) => !offered.split(' ').includes(kind));
          assert.deepEqual(missing, [], property);
          const first = offered.split(' ').find((kind) => !ADDED_KINDS.has(kind));
          assert.equal(first, kinds[0], `${property} opens as another kind`);
        }
      });

      it('labels every field', () => {
        const labels = new Set([...template.matchAll(/<label for="([^"]+)"/g)].map(([, id]) => id));
        const fields = [...template.matchAll(/<(?:input|select|textarea)\b([^>]*)>/g)]
          .map(([, attributes]) => attributes!)
          .filter((attributes) => !attributes.includes('type="hidden"'))
          .map((attributes) => /\bid="([^"]+)"/.exec(attributes)?.[1]);
        assert.deepEqual(
          fields.filter((id) => !labels.has(id)),
          [],
        );
        for (const [, id] of template.matchAll(/aria-labelledby="([^"]+)"/g)) {
          assert.ok(template.includes(`id="${id}"`), `nothing has the id ${id}`);
        }
      });

      it('finds every text in its catalog', () => {
        const own = { ...common, ...parse('locales/en-US', `${set}.json`) };
        const attributes = [...template.matchAll(/data-i18n="([^"]+)"/g)]
          .flatMap(([, keys]) => keys!.split(';'))
          .map((key) => key.replace(/^\[[^\]]*\]/, ''));
        const calls = [...(source + readIfThere('nodes', `${set}.ts`)).matchAll(/\b_\('([^']+)'/g)].map(
          ([, key]) => key!,
        );
        assert.deepEqual(
          [...attributes, ...calls].filter((key) => !has(own, key)),
          [],
        );
      });

      it('has help', () => {
        const help = read('dist/nodes/locales/en-US', `${set}.html`);
        assert.match(help, new RegExp(`data-help-name="${type}"`));
        assert.match(help, /^### /m);
      });

      it('has its icon', () => {
        if (definition.category === 'config') return;
        assert.ok(existsSync(join(root, 'icons', definition.icon!)), definition.icon);
      });

      it('appears in an example', () => {
        if (definition.category === 'config') return;
        const examples = list('examples', '.json').map((file) => read('examples', file));
        assert.ok(
          examples.some((example) => (JSON.parse(example) as { type: string }[]).some((node) => node.type === type)),
          `no example shows ${type}`,
        );
      });

      it('uses functions where Node-RED sets this', () => {
        const arrow =
          /\b(label|labelStyle|inputLabels|outputLabels|validate|oneditprepare|oneditsave)\s*:\s*(\([^)]*\)|\w+)\s*=>/;
        assert.doesNotMatch(code, arrow);
      });
    });
  }
});

function readIfThere(...path: string[]): string {
  return existsSync(join(root, ...path)) ? read(...path) : '';
}

describe('the shared texts', () => {
  it('exist for every use in the shared code', () => {
    const files = [
      ...readdirSync(join(root, 'src/editor')).map((file) => `src/editor/${file}`),
      ...readdirSync(join(root, 'src')).map((file) => `src/${file}`),
    ].filter((file) => file.endsWith('.ts'));
    const keys = files.flatMap((file) => [...read(file).matchAll(/'(common\.[\w.-]+\w)'/g)].map(([, key]) => key!));
    assert.deepEqual(
      keys.filter((key) => !has(common, key)),
      [],
    );
  });
});
