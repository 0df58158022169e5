import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startNodeRed, type FlowNode, type NodeRed } from '../support/node-red';
import { phone } from '../support/phone';

const root = resolve(__dirname, '../..');
const CALLS = 500;
/** What may stay: the last hundred calls of the trace have been filled by the first round already. */
const GROWTH = 8 * 1024 * 1024;

/** Tells what is in use once everything that nobody needs any more is gone. */
const memory: FlowNode[] = [
  { id: 'load', type: 'tab', label: 'load' },
  { id: 'load-in', type: 'http in', z: 'load', url: '/memory', method: 'get', wires: [['load-fn']] },
  {
    id: 'load-fn',
    type: 'function',
    z: 'load',
    func: `msg.payload = { used: global.get('used')() }; return msg;`,
    outputs: 1,
    wires: [['load-out']],
  },
  { id: 'load-out', type: 'http response', z: 'load', wires: [] },
];

const settings = `{
  functionGlobalContext: {
    used: () => {
      require('node:v8').setFlagsFromString('--expose-gc');
      const gc = require('node:vm').runInNewContext('gc');
      for (let i = 0; i < 3; i++) gc();
      return process.memoryUsage().heapUsed;
    },
  },
}`;

describe(`${CALLS} calls at once from a terminal to one Node-RED`, function () {
  this.timeout(300_000);
  // jambonz gives up after ten seconds without an answer; a machine that has other things to do may take longer.
  this.retries(2);
  const folder = mkdtempSync(join(tmpdir(), 'jambonz-load-'));
  let red: NodeRed;

  before(async () => {
    const example = (name: string): FlowNode[] =>
      JSON.parse(readFileSync(join(root, 'examples', `${name}.json`), 'utf8')) as FlowNode[];
    const flow = [...example('IVR menu'), ...example('Survey with call variables'), ...memory];
    red = await startNodeRed({ flow, settingsSource: settings });
  });
  after(async () => {
    await red.stop();
    rmSync(folder, { recursive: true });
  });

  const used = async (): Promise<number> => {
    const answer = await fetch(`${red.url}/memory`);
    return ((await answer.json()) as { used: number }).used;
  };

  const round = async (): Promise<void> => {
    const scripts = ['IVR menu', 'Survey with call variables'].map((name) => join(root, 'test/calls', name));
    const report = join(folder, 'report.json');
    const args = [`${red.url}/`, '--calls', String(CALLS), '--json', report, '--script', ...scripts];
    const { code, stdout, stderr } = await phone(args);
    assert.equal(code, 0, stdout + stderr);
    const { load } = JSON.parse(readFileSync(report, 'utf8')) as { load: Record<string, number> };
    assert.deepEqual([load.calls, load.passed, load.failed], [CALLS, CALLS, 0]);
    console.log(stdout.trimEnd().replace(/^/gm, '      '));
  };

  it('all end as scripted, and memory returns to where it was', async () => {
    // The first round fills what is kept: compiled code, the trace of the last calls.
    await round();
    const before = await used();
    await round();
    await round();
    const after = await used();
    console.log(`      heap before ${mib(before)}, after ${2 * CALLS} more calls ${mib(after)}`);
    assert.equal(after - before < GROWTH, true, `${mib(before)} became ${mib(after)}`);
  });
});

function mib(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
