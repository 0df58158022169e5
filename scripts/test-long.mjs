// npm run test:long: what takes longer than `npm test` may, the matrix of versions above all.
import { check, finish, mocha } from './checks.mjs';
import { matrix } from './matrix.mjs';
import { at } from './run.mjs';

async function main() {
  await matrix();
  await mocha('A fresh clone, two instances, and 500 calls at once', ['test/long/**/*.test.ts']);
  await check('The benchmark runs', process.execPath, [at('bench/run.mjs'), '--quick']);
}

await main().finally(finish);
