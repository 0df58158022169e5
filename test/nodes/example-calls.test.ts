import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { play } from '../../src/script/play';
import { textOf } from '../../src/script/report';
import { readSavedCalls } from '../../src/script/suite';
import { startNodeRed, type FlowNode, type NodeRed } from '../support/node-red';
import { phone } from '../support/phone';
import { freePort } from '../support/programs';

const root = resolve(__dirname, '../..');
const calls = join(root, 'test/calls');
const found = readSavedCalls([calls]);

/** The flow with its jambonz servers at the REST API that the simulator serves. */
function withServers(flow: FlowNode[], url: string): FlowNode[] {
  return flow.map((node) => (node.type === 'jambonz_auth' ? { ...node, url, urlType: 'str' } : node));
}

describe('The example flows, called', function () {
  this.timeout(60_000);
  let red: NodeRed;
  let rest: { host: string; port: number };

  before(async () => {
    const { mergeExamples } = await import('../../scripts/examples.mjs');
    rest = { host: '127.0.0.1', port: await freePort() };
    const flow = withServers(mergeExamples(join(root, 'examples')), `http://127.0.0.1:${rest.port}`);
    const secrets: Record<string, Record<string, string>> = {
      jambonz_auth: { accountSid: '9351f46a-678c-43f5-b8a6-d4eb58d131af', apiToken: 'key' },
      aws_auth: { accessKey: 'key', secretAccessKey: 'secret' },
    };
    const credentials = flow.flatMap(({ id, type }) => (secrets[type] ? [[id, secrets[type]] as const] : []));
    red = await startNodeRed({ flow, credentials: Object.fromEntries(credentials) });
  });
  after(() => red.stop());

  it('each has a saved call', () => {
    const examples = readdirSync(join(root, 'examples')).filter((file) => file.endsWith('.json'));
    assert.deepEqual(readdirSync(calls).sort(), examples.map((file) => file.replace('.json', '')).sort());
  });

  for (const { file, saved } of found) {
    it(saved.name!, async () => {
      const result = await play(saved, { url: `${red.url}/`, rest });
      assert.equal(result.outcome, 'passed', textOf({ ...result, file }));
    });
  }

  it('all of them from a terminal, with a report for a CI server', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jambonz-call-'));
    const report = join(folder, 'report.xml');
    const args = [`${red.url}/`, '--rest', String(rest.port), '--junit', report, '--script', calls];
    try {
      const { code, stdout, stderr } = await phone(args);
      assert.equal(code, 0, stdout + stderr);
      const xml = readFileSync(report, 'utf8');
      assert.match(xml, new RegExp(`<testsuites tests="${found.length}" failures="0" errors="0"`));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
