import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { types } from '../support/flows';
import { sets } from '../support/palette';

const root = resolve(__dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = readdirSync(join(root, 'docs'))
  .filter((file) => file.endsWith('.md'))
  .map((file) => `docs/${file}`);
const FAMILIES = pages.filter((page) => !/(README|checks|more-properties|from-the-official-palette)\.md$/.test(page));
const LINK = /\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"/g;

/** What a page links to and shows, other than the web. */
function linksOf(page: string): string[] {
  return [...read(page).matchAll(LINK)]
    .map(([, markdown, html]) => (markdown ?? html)!)
    .filter((link) => !/^[a-z]+:/.test(link));
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

describe('The documentation', () => {
  for (const page of [...pages, 'README.md']) {
    it(`${page}: every link and picture leads somewhere`, () => {
      const dead = linksOf(page).filter((link) => {
        const [path = '', anchor] = decodeURIComponent(link).split('#');
        const target = path === '' ? page : join(dirname(page), path);
        if (!existsSync(join(root, target))) return true;
        return anchor !== undefined && !anchorsOf(target).includes(anchor);
      });
      assert.deepEqual(dead, []);
    });

    it(`${page}: the flows in it can be imported, and use nodes of this palette`, () => {
      const { nodes, config } = types();
      const known = new Set([...nodes, ...config, 'catch', 'debug', 'function', 'inject', 'join', 'switch', 'tab']);
      for (const [, json] of read(page).matchAll(/```json\n(\[[^`]*"wires"[^`]*)```/g)) {
        const flow = JSON.parse(json!) as { id: string; type: string; wires?: string[][] }[];
        const ids = new Set(flow.map(({ id }) => id));
        assert.deepEqual(
          flow.filter(({ type, wires }) => !known.has(type) || wires?.flat().some((id) => !ids.has(id))),
          [],
        );
      }
    });
  }

  it('has the picture of every dialog, made from settings in test/data/pictured.json', () => {
    const drawn = Object.keys(JSON.parse(read('test/data/pictured.json')) as object);
    assert.deepEqual(drawn.sort(), [...sets].sort());
    const pictures = readdirSync(join(root, 'docs/images')).map((file) => file.replace('.png', ''));
    const others = ['ivr', 'panel-dark', 'panel-phone', 'panel-timeline'];
    assert.deepEqual(pictures.sort(), [...sets, ...others].sort());
  });

  it('shows and describes every node on a page of its family', () => {
    const shown = FAMILIES.flatMap(linksOf).map((link) => /^images\/(.+)\.png$/.exec(link)?.[1]);
    assert.deepEqual(
      sets.filter((set) => !shown.includes(set)),
      [],
    );
  });

  it('links every page from the index', () => {
    const linked = new Set(linksOf('docs/README.md').map((link) => `docs/${link.split('#')[0]}`));
    assert.deepEqual(
      pages.filter((page) => page !== 'docs/README.md' && !linked.has(page)),
      [],
    );
  });

  it('names a recorded case of everything that differs from the official palette', () => {
    const named = read('docs/from-the-official-palette.md').replaceAll(/\s+/g, ' ');
    const cases = new Map<string, string[]>();
    for (const file of ['deviations', 'webhook-deviations']) {
      const deviations = JSON.parse(read(`test/compat/${file}.json`)) as Record<string, { finding: string }>;
      for (const [name, { finding }] of Object.entries(deviations)) {
        cases.set(finding, [...(cases.get(finding) ?? []), name]);
      }
    }
    // What older releases saved is a table of its own, by release.
    const today = [...cases].filter(([finding]) => !finding.startsWith('d '));
    assert.deepEqual(
      today.filter(([, names]) => !names.some((name) => named.includes(`\`${name}\``))),
      [],
    );
  });

  it('says of every node of the official palette what became of it', () => {
    const official = Object.keys((JSON.parse(read('test/compat/nodes.json')) as { types: object }).types);
    const rows = [...read('docs/from-the-official-palette.md').matchAll(/^\| `([^`]+)`/gm)].map(([, type]) => type!);
    assert.deepEqual(
      official.filter((type) => !rows.includes(type)),
      [],
    );
    const { nodes, config } = types();
    const palette = [...nodes, ...config];
    assert.deepEqual(
      rows.filter((type) => !palette.includes(type) && !['transcribe', 'jambonz-api-token'].includes(type)),
      [],
    );
  });
});
