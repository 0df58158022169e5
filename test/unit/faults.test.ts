import assert from 'node:assert/strict';
import type { CallEvent } from '../../src/simulator/events';
import type { KeptCall } from '../../src/trace/call-log';
import { withFaults } from '../../src/trace/faults';

const call = { events: () => [] } as unknown as KeptCall;
const answer = (body: unknown): CallEvent => ({ type: 'answer', seq: 1, at: 0, request: 1, took: 1, body });
const faultsOf = (body: unknown): unknown => (withFaults(call, [answer(body)])[0] as { faults?: unknown }).faults;

describe('what the timeline says about an answer', () => {
  it('is nothing when jambonz will take it', () => {
    assert.equal(faultsOf([{ verb: 'say', text: 'Hello' }]), undefined);
    assert.equal(faultsOf({ digits: '1' }), undefined);
  });

  it('is what jambonz 0.9 refuses, where no webhook says another version', () => {
    const faults = faultsOf([{ verb: 'say', text: 'Hello', volume: 9 }, { verb: 'sing' }]) as {
      reason: string;
      facts: Record<string, unknown>;
    }[];
    assert.deepEqual(
      faults.map(({ reason, facts }) => [reason, facts.verb, facts.field, facts.platform]),
      [
        ['unknown-property', 'say', 'volume', '0.9'],
        ['unknown-verb', 'sing', undefined, '0.9'],
      ],
    );
  });
});
