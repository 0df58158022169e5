import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { checkSavedCall } from '../../src/script/format';
import { play } from '../../src/script/play';
import { textOf } from '../../src/script/report';
import { readSavedCalls } from '../../src/script/suite';
import type { CallRecord } from '../../src/simulator/events';
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

  it('a call of the panel, saved as a test, goes the same way again', async () => {
    const ask = async (path: string, body: object): Promise<Record<string, unknown>> => {
      const answer = await fetch(`${red.adminUrl}/_jambonz/phone/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return (await answer.json()) as Record<string, unknown>;
    };
    const placed = { node: 'jbivrn1_0', from: '+15551230009', to: '+15559990000', signed: false, speed: 'real' };
    const { call } = await ask('call', placed);
    // Before that the caller would give up a call that nobody has taken.
    const isHeard = async (): Promise<boolean> => {
      const answer = await fetch(`${red.adminUrl}/_jambonz/calls/${String(call)}`);
      return ((await answer.json()) as CallRecord).events.some(({ type }) => type === 'heard');
    };
    for (let round = 0; round < 1000 && !(await isHeard()); round++);
    await ask(`${String(call)}/do`, { did: 'hangup' });
    const { file } = await ask(`test/${String(call)}`, {});
    const result = await play(checkSavedCall(file), { url: `${red.url}/` });
    assert.equal(result.outcome, 'passed', textOf({ ...result, file: JSON.stringify(file) }));
  });

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
