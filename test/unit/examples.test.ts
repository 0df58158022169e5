import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { hooksOf } from '../../src/results/outcomes';
import { flowsOf } from '../support/flows';

describe('The examples', () => {
  it('fit into one flow file, and one of them can be called straight away', async () => {
    const { easiest, mergeExamples } = await import('../../scripts/examples.mjs');
    const flow = mergeExamples(resolve(__dirname, '../../examples'));
    const first = easiest(flow, new Set(['say', 'gather', 'play', 'conference', 'enqueue']));
    assert.equal(typeof first?.url, 'string');
  });

  it('go on by result ports; one shows how it is done with addresses', () => {
    const typed = flowsOf('examples').filter(({ flow }) =>
      flow.some((node) => {
        const fields = hooksOf(node.type).flatMap((hook) => hook.fields);
        return fields.some((field) => node[field]) || /hook/i.test(JSON.stringify(node.data ?? ''));
      }),
    );
    assert.deepEqual(
      typed.map(({ name }) => name),
      ['IVR menu with URLs'],
    );
  });
});
