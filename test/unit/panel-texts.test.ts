import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const catalog = JSON.parse(readFileSync(join(root, 'locales/en-US/jambonz-auth.json'), 'utf8')) as Texts;

interface Texts {
  [key: string]: string | Texts;
}

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return sources(path);
    return path.endsWith('.ts') ? [readFileSync(join(root, path), 'utf8')] : [];
  });
}

/** What stands in quotes after something, anywhere in some folders. */
function quoted(folders: string[], before: string): string[] {
  const pattern = new RegExp(`${before}'([\\w.-]+)'`, 'g');
  const found = folders.flatMap(sources).flatMap((code) => [...code.matchAll(pattern)].map(([, key]) => key!));
  return [...new Set(found)];
}

function lacks(key: string): boolean {
  let part: string | Texts | undefined = catalog;
  for (const name of key.split('.')) part = typeof part === 'object' ? part[name] : undefined;
  return typeof part !== 'string';
}

describe('the texts of the panel', () => {
  it('are there for every use', () => {
    const keys = quoted(['src/editor/panel'], '\\btext\\(').map((key) => `panel.${key}`);
    assert.equal(keys.length > 50, true, `only ${keys.length} uses were found`);
    assert.deepEqual(keys.filter(lacks), []);
  });

  it('say every reason for the end of a call, and everything that is waited for', () => {
    // Those of the simulator stand in a table of its own, which a test of its own holds.
    const reasons = quoted(['src/trace', 'src/editor/panel'], '\\bwhat: ');
    assert.equal(reasons.length > 5, true, `only ${reasons.length} reasons were found`);
    assert.deepEqual(reasons.map((what) => `simulator.because.${what}`).filter(lacks), []);
    const waits = quoted(['src/simulator'], "type: 'wait',\\s+for: ");
    assert.deepEqual(waits.map((what) => `panel.waits.${what}`).filter(lacks), []);
  });

  it('say why something was refused', () => {
    const reasons = quoted(['src/phone', 'src/trace'], '(?:refusal|FileProblem)\\(');
    assert.deepEqual(reasons.map((reason) => `panel.problem.${reason}`).filter(lacks), []);
  });
});
