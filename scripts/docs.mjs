// npm run docs: builds, and draws the dialogs that docs/ shows.
import { finish, check, mocha, step } from './checks.mjs';
import { ensureProgram } from './programs.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { at } from './run.mjs';

async function main() {
  await ensureDependencies();
  if (!(await check('Build', process.execPath, [at('build.mjs')]))) return;
  const chromium = await step('Chromium', () => ensureProgram('chromium'));
  if (!chromium) return;
  await mocha('Pictures', ['test/editor/pictures.test.ts'], { CHROMIUM: chromium, PICTURES: '1' });
}

main()
  .catch((error) => step('npm run docs', () => Promise.reject(error)))
  .then(finish);
