// npm test: from a fresh clone to one line that says what passed. `npm test -- nodes` runs a part.
import { check, finish, mocha, step } from './checks.mjs';
import { ensureProgram } from './programs.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { at } from './run.mjs';

const PARTS = ['lint', 'types', 'unit', 'nodes', 'compat', 'editor'];
const wanted = process.argv.slice(2);
const unknown = wanted.filter((part) => !PARTS.includes(part));
const wants = (part) => wanted.length === 0 || wanted.includes(part);
const bin = (path) => at('node_modules', path);
const node = process.execPath;

/** Installs what the browser tests share, before two of them do it at once. */
async function prepareEditors() {
  const { nodeFor, nodeRedScript } = await import('./runtimes.mjs');
  const { installedPalette } = await import('./palette.mjs');
  nodeRedScript('5.0');
  nodeFor('5.0');
  return installedPalette();
}

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

  const folders = ['unit', 'nodes', 'compat'].filter(wants);
  if (folders.length > 0) {
    await mocha(
      'Tests of the runtime',
      folders.map((folder) => `test/${folder}/**/*.test.ts`),
    );
  }
  if (wants('editor')) {
    const chromium = await step('Chromium', () => ensureProgram('chromium'));
    const ready = chromium && (await step('Node-RED for the browser tests', prepareEditors));
    if (ready) {
      // Two files at a time: the browser and Node-RED wait for each other half of the time.
      await mocha(
        'Tests in the browser',
        ['--parallel', '--jobs', '2', 'test/smoke/*.test.ts', 'test/editor/**/*.test.ts'],
        {
          CHROMIUM: chromium,
        },
      );
    }
  }
}

main()
  .catch((error) => step('npm test', () => Promise.reject(error)))
  .then(finish);
