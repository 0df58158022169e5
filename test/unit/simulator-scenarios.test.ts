import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { ScenarioPlayer, type Scenario } from '../support/scenarios';

const at = (file: string): string => join(__dirname, '..', 'data', file);
const scenarios = JSON.parse(readFileSync(at('scenarios.json'), 'utf8')) as Scenario[];
/** Calls that the simulator plays otherwise, each with the reason. */
const known = JSON.parse(readFileSync(at('scenarios-known.json'), 'utf8')) as Record<string, string>;

describe('calls recorded on the real engine', () => {
  let player: ScenarioPlayer;
  before(async () => (player = await ScenarioPlayer.start()));
  after(() => player.stop());

  for (const scenario of scenarios) {
    it(`${scenario.name}: ${scenario.rule}`, async () => {
      const differences = (await player.play(scenario)).join('\n');
      if (scenario.name in known) {
        assert.notEqual(differences, '', 'is played as it was recorded: it need not be in scenarios-known.json');
      } else assert.equal(differences, '');
    });
  }

  it('knows no call that was not recorded', () => {
    const names = new Set(scenarios.map(({ name }) => name));
    assert.deepEqual(
      Object.keys(known).filter((name) => !names.has(name)),
      [],
    );
  });
});
