import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RESULT_HOOKS, defaultPorts, hookOf, hooksFor, hooksOf, portIndex } from '../../src/results/outcomes';

interface Recorded {
  type: string;
  hook: string;
  /** The recorded call that the body is from; one without is written after the documentation. */
  scenario?: string;
  body: Record<string, unknown>;
  port: string;
  result: unknown;
}

const recorded = JSON.parse(readFileSync(join(__dirname, '../data/hook-bodies.json'), 'utf8')) as Recorded[];

describe('outcomes of verbs', () => {
  for (const { type, hook, scenario, body, port, result } of recorded) {
    it(`${type}: ${scenario ?? JSON.stringify(result)} leaves ${hook} by ${port}`, () => {
      const found = hooksOf(type).find(({ key }) => key === hook)!;
      assert.deepEqual(found.classify(body), { port, result });
      assert.equal(hookOf(type, port), found);
    });
  }

  it('has a body for every port', () => {
    const covered = new Set(recorded.map(({ type, port }) => `${type} ${port}`));
    const ports = Object.entries(RESULT_HOOKS).flatMap(([type, hooks]) =>
      hooks.flatMap((hook) => hook.ports.map(({ name }) => `${type} ${name}`)),
    );
    assert.deepEqual(
      ports.filter((port) => !covered.has(port)),
      [],
    );
  });

  it('gives every port of a node a name of its own', () => {
    for (const [type, hooks] of Object.entries(RESULT_HOOKS)) {
      const names = hooks.flatMap(({ ports }) => ports.map(({ name }) => name));
      assert.equal(new Set(names).size, names.length, type);
      assert.equal(new Set(hooks.map(({ key }) => key)).size, hooks.length, type);
    }
  });

  it('never loses a report that it does not understand', () => {
    for (const hook of Object.values(RESULT_HOOKS).flat()) {
      for (const body of [{}, { reason: 'new', type: 7, speech: null, digits: null, refer_details: 'x', args: '{' }]) {
        const { port, result } = hook.classify(body);
        assert.ok(
          hook.ports.some(({ name }) => name === port),
          `${hook.key}: ${port}`,
        );
        assert.equal(typeof result.outcome, 'string');
      }
    }
  });

  it('says which ports a new node has', () => {
    assert.deepEqual(defaultPorts('gather'), ['next', 'digits', 'speech', 'noinput', 'lowconfidence', 'error']);
    assert.deepEqual(defaultPorts('dial'), ['next', 'answered', 'busy', 'noanswer', 'failed']);
    assert.deepEqual(defaultPorts('cfg'), ['next']);
    assert.deepEqual(defaultPorts('say'), ['next']);
  });

  it('needs the webhooks of its ports only', () => {
    const keys = (...ports: string[]): string[] => hooksFor('dial', ports).map(({ key }) => key);
    assert.deepEqual(keys('next'), []);
    assert.deepEqual(keys('next', 'busy'), ['action']);
    assert.deepEqual(keys('next', 'machine', 'confirm'), ['confirm', 'amd']);
    assert.deepEqual(
      hooksFor('jambonz s2s', ['next', 'tool:weather']).map(({ key }) => key),
      ['tool'],
    );
  });

  it('finds the port of a tool, or the one for all others', () => {
    const tools = hookOf('jambonz s2s', 'tool:weather')!;
    const call = (name: string) => tools.classify({ name, args: {} });
    assert.equal(portIndex(tools, ['next', 'tool', 'tool:weather'], call('weather')), 2);
    assert.equal(portIndex(tools, ['next', 'tool', 'tool:weather'], call('time')), 1);
    assert.equal(portIndex(tools, ['next', 'tool:weather'], call('time')), -1);
  });
});
