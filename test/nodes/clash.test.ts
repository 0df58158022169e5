import { strict as assert } from 'node:assert';
import { startNodeRed } from '../support/node-red';

const OFFICIAL = '@jambonz/node-red-contrib-jambonz';

describe('another palette with the same types', () => {
  it('is named in the log, with the way to remove it', async () => {
    const red = await startNodeRed({
      otherPalette: { name: OFFICIAL, version: '2.6.3', type: 'webhook in' },
    });
    try {
      const line = await red.line(/has the same node types/);
      assert.match(line, new RegExp(`\\[warn\\] The palette ${OFFICIAL} .*npm remove ${OFFICIAL}`));
    } finally {
      await red.stop();
    }
  });

  it('is not mentioned when there is none', async () => {
    const red = await startNodeRed();
    try {
      assert.ok(!red.logs.some((line) => line.includes('same node types')));
    } finally {
      await red.stop();
    }
  });
});
