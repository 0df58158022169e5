import assert from 'node:assert/strict';
import { resolve } from 'node:path';

describe('The examples', () => {
  it('fit into one flow file, and one of them can be called straight away', async () => {
    const { easiest, mergeExamples } = await import('../../scripts/examples.mjs');
    const flow = mergeExamples(resolve(__dirname, '../../examples'));
    const first = easiest(flow, new Set(['say', 'gather', 'play', 'conference', 'enqueue']));
    assert.equal(typeof first?.url, 'string');
  });
});
