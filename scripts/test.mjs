// npm test: from a fresh clone to one line that says what passed. `npm test -- nodes` runs a part.
import { existsSync } from 'node:fs';
import { check, finish, mocha, step } from './checks.mjs';
import { ensureChromium } from './chromium.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { at } from './run.mjs';

const PARTS = ['lint', 'types', 'unit', 'nodes', 'compat', 'editor'];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((part) => !PARTS.includes(part));
const wants = (part) => wanted.length === 0 || wanted.includes(part);
const bin = (path) => at('node_modules', path);
const node = process.execPath;

async function main() {
  if (unknown.length > 0) throw new Error(`No such part: ${unknown.join(', ')}. There are ${PARTS.join(', ')}.`);
  await ensureDependencies();
  if (!(await check('Build', node, [at('build.mjs')]))) return;
  if (wants('lint')) {
    await check('ESLint', node, [bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0']);
    await check('Prettier', node, [bin('prettier/bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']);
  }
  // The build has checked the types of the runtime and of the editor script.
  if (wants('types')) await check('Types of the tests', node, [bin('typescript/bin/tsc'), '-p', at('test')]);

  const folders = ['unit', 'nodes', 'compat'].filter((part) => wants(part) && existsSync(at('test', part)));
  if (folders.length > 0) {
    await mocha(
      'Tests of the runtime',
      folders.map((folder) => `test/${folder}/**/*.test.ts`),
    );
  }
  if (wants('editor')) {
    const chromium = await step('Chromium', ensureChromium);
    if (chromium) await mocha('Tests in the browser', ['test/editor/**/*.test.ts'], { CHROMIUM: chromium });
  }
}

main()
  .catch((error) => step('npm test', () => Promise.reject(error)))
  .then(finish);
