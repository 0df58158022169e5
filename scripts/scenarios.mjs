// npm run scenarios -- FILE...: plays calls recorded on the real engine on the simulator, and says what differs.
// Options: --only=PART plays those whose name contains it.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import 'tsx/cjs';
import { at } from './run.mjs';

const require = createRequire(import.meta.url);
const { ScenarioPlayer } = require('../test/support/scenarios.ts');

const options = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const given = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const files = given.length > 0 ? given : [at('test/data/scenarios.json')];
const only = options.find((option) => option.startsWith('--only='))?.slice('--only='.length) ?? '';

const player = await ScenarioPlayer.start();
let same = 0;
let differ = 0;
for (const file of files) {
  for (const scenario of JSON.parse(readFileSync(file, 'utf8'))) {
    if (!scenario.name.includes(only)) continue;
    const differences = await player.play(scenario).catch((error) => [error.stack]);
    if (differences.length === 0) {
      same++;
      continue;
    }
    differ++;
    console.log(`${scenario.name} (${scenario.rule})`);
    for (const difference of differences) console.log(`  ${difference}`);
  }
}
player.stop();
console.log(`${same} same, ${differ} differ`);
process.exitCode = differ === 0 ? 0 : 1;
