// Builds dist/: the runtime (tsc), the editor pages with the shared editor script inside one of
// them, and per language a catalog and a help page for every node.
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';

const root = dirname(fileURLToPath(import.meta.url));
const at = (...path) => join(root, ...path);
const read = (...path) => readFileSync(at(...path), 'utf8');
const list = (folder, extension) => readdirSync(at(folder)).filter((file) => file.endsWith(extension));
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

rmSync(at('dist'), { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '-p', at('tsconfig.json')], { stdio: 'inherit' });
chmodSync(at('dist/src/script/cli.js'), 0o755);
execFileSync(process.execPath, [tsc, '--noEmit', '-p', at('src/editor/tsconfig.json')], { stdio: 'inherit' });

const { outputFiles } = await bundle({
  entryPoints: [at('src/editor/index.ts')],
  bundle: true,
  write: false,
  format: 'iife',
  target: 'es2020',
  legalComments: 'none',
});
// "</" would end the script element of the page that it is put into.
const editorScript = outputFiles[0].text.replaceAll('</', '<\\/');

/** `<!-- include part name="value" -->`: the part, with each `__name__` in it replaced. */
function include(_line, part, attributes) {
  let html = read('src/editor/parts', `${part}.html`);
  for (const [, name, value] of attributes.matchAll(/([\w-]+)="([^"]*)"/g))
    html = html.replaceAll(`__${name}__`, value);
  const [open] = /__\w+__/.exec(html) ?? [];
  if (open) throw new Error(`the part ${part} wants ${open.replaceAll('__', '')}="…"`);
  return html;
}

const pages = list('nodes', '.html').map((page) => read('nodes', page));
const { catalogOf } = createRequire(import.meta.url)(at('dist/src/specification/catalog.js'));
const verbs = pages.flatMap((page) => /<!-- include more verbs="([^"]+)"/.exec(page)?.[1].split(' ') ?? []);
writeFileSync(at('resources/properties.json'), JSON.stringify(catalogOf(new Set(verbs))));

const { RESULT_HOOKS } = createRequire(import.meta.url)(at('dist/src/results/outcomes.js'));

/** The result ports of a type as the help lists them, in the words of the dialog. */
function portsOf(type, set, catalog) {
  const { port: labels, when, results } = catalog.common;
  const line = ({ name, optional }, hook) => {
    const words = catalog[set]?.when?.[name] ?? when[name];
    const tick = hook.optional || optional ? ` (${results.ticked})` : '';
    return `- **${labels[name]}**${tick}: ${words}`;
  };
  const lines = (RESULT_HOOKS[type] ?? []).flatMap((hook) => hook.ports.map((port) => line(port, hook)));
  return lines.length > 0 ? `${results.help}\n\n${lines.join('\n')}\n\n` : '';
}

mkdirSync(at('dist/nodes'), { recursive: true });
for (const page of list('nodes', '.html')) {
  const html = read('nodes', page)
    .replace(/^[ \t]*<!-- include (\w[\w-]*)((?: [\w-]+="[^"]*")*) -->[ \t]*\n/gm, include)
    .replace('<!-- editor script -->', () => `<script type="text/javascript">\n${editorScript}</script>`);
  writeFileSync(at('dist/nodes', page), html);
}
if (existsSync(at('icons'))) cpSync(at('icons'), at('dist/nodes/icons'), { recursive: true });

for (const language of readdirSync(at('locales'))) {
  const folder = at('dist/nodes/locales', language);
  mkdirSync(folder, { recursive: true });
  const common = JSON.parse(read('locales', language, 'common.json'));
  for (const page of list('nodes', '.html')) {
    const node = basename(page, '.html');
    const own = at('locales', language, `${node}.json`);
    const catalog = { ...common, ...(existsSync(own) ? JSON.parse(readFileSync(own, 'utf8')) : {}) };
    writeFileSync(join(folder, `${node}.json`), `${JSON.stringify(catalog)}\n`);
    const help = at('locales', language, `${node}.md`);
    if (!existsSync(help)) continue;
    const [, type] = /data-template-name="([^"]+)"/.exec(read('nodes', page)) ?? [];
    const text = readFileSync(help, 'utf8').replace(/^### Details$/m, (title) => portsOf(type, node, catalog) + title);
    const script = `<script type="text/markdown" data-help-name="${type}">\n${text}</script>\n`;
    writeFileSync(join(folder, `${node}.html`), script);
  }
}
