import assert from 'node:assert/strict';
import { type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startNodeRed, type FlowNode, type NodeRed } from '../support/node-red';
import { freePort, startServer, stopServer } from '../support/programs';

const setup = resolve(__dirname, '../../docs/scaling');
const CALLS = 1000;
const AT_ONCE = 60;
type Vars = Record<string, unknown>;

/** The flow does to `msg.vars` what the request says, and answers with what it has found there and who it is. */
const flow: FlowNode[] = [
  { id: 'tab', type: 'tab', label: 'scaling' },
  { id: 'in', type: 'webhook in', z: 'tab', url: '/call', method: 'post', wires: [['apply']] },
  {
    id: 'apply',
    type: 'function',
    z: 'tab',
    func: `msg.jambonz = { by: env.get('PORT'), found: { ...msg.vars } };
           Object.assign(msg.vars, msg.call.set);
           for (const name of msg.call.unset ?? []) delete msg.vars[name];
           return msg;`,
    outputs: 1,
    wires: [['out']],
  },
  { id: 'out', type: 'webhook out', z: 'tab', check: 'off', wires: [] },
  { id: 'end', type: 'jambonz call end', z: 'tab', wires: [['ended']] },
  {
    id: 'ended',
    type: 'function',
    z: 'tab',
    func: `node.warn('ended ' + JSON.stringify([msg.call.call_sid, msg.reason, msg.vars]));`,
    outputs: 1,
    wires: [[]],
  },
  { id: 'catch', type: 'catch', z: 'tab', scope: null, wires: [['caught']] },
  {
    id: 'caught',
    type: 'function',
    z: 'tab',
    func: `node.warn('caught ' + msg.error.message);`,
    outputs: 1,
    wires: [[]],
  },
];

/** docs/scaling as it stands, with the ports and folders of this test. */
function adapted(file: string, replacements: Record<string, string>): string {
  let text = readFileSync(join(setup, file), 'utf8');
  for (const [from, to] of Object.entries(replacements)) {
    assert.equal(text.includes(from), true, `${file} no longer has ${from}`);
    text = text.replaceAll(from, to);
  }
  return text;
}

describe('two Node-RED behind nginx, with the variables of calls in Redis', function () {
  this.timeout(300_000);
  const folder = mkdtempSync(join(tmpdir(), 'jambonz-scaling-'));
  const agent = new Agent({ keepAlive: true, maxSockets: 200 });
  let redis: ChildProcess | undefined;
  let nginx: ChildProcess | undefined;
  let reds: NodeRed[] = [];
  let ports: { nginx: number; redis: number; reds: number[] };
  let startRedis: () => Promise<ChildProcess>;

  const startRed = (port: number): Promise<NodeRed> =>
    startNodeRed({
      flow,
      port,
      settingsSource: `require(${JSON.stringify(join(setup, 'settings.js'))})`,
      env: { PORT: String(port), REDIS_URL: `redis://127.0.0.1:${ports.redis}` },
    });

  before(async () => {
    const { ensureProgram } = await import('../../scripts/programs.mjs');
    ports = { nginx: await freePort(), redis: await freePort(), reds: [await freePort(), await freePort()] };
    const [first, second] = ports.reds.map(String) as [string, string];
    const conf = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const redisConf = conf(
      'redis.conf',
      adapted('redis.conf', { 'port 6379': `port ${ports.redis}`, '/var/lib/redis': folder }),
    );
    const nginxConf = conf(
      'nginx.conf',
      adapted('nginx.conf', {
        'pid /run/nginx.pid;': `pid ${folder}/nginx.pid; error_log ${folder}/nginx.log;`,
        '127.0.0.1:1880': `127.0.0.1:${first}`,
        '127.0.0.1:1881': `127.0.0.1:${second}`,
        'listen 8080;': `listen 127.0.0.1:${ports.nginx};`,
      }),
    );
    startRedis = () => startServer(ensureProgram('redis-server'), [redisConf], ports.redis);
    redis = await startRedis();
    reds = await Promise.all(ports.reds.map(startRed));
    nginx = await startServer(
      ensureProgram('nginx'),
      ['-p', folder, '-e', join(folder, 'nginx.log'), '-c', nginxConf, '-g', 'daemon off;'],
      ports.nginx,
    );
  });
  after(async () => {
    agent.destroy();
    await stopServer(nginx);
    await Promise.all(reds.map((red) => red.stop()));
    await stopServer(redis);
    rmSync(folder, { recursive: true, force: true });
  });

  /** One webhook, through nginx. */
  const post = (body: object): Promise<{ by: string; found: Vars }> =>
    new Promise((found, failed) => {
      const sent = request(
        {
          agent,
          port: ports.nginx,
          host: '127.0.0.1',
          path: '/call',
          method: 'POST',
          headers: { 'content-type': 'application/json' },
        },
        (res) => {
          const chunks: Buffer[] = [];
          res.on('data', (chunk: Buffer) => chunks.push(chunk));
          res.on('end', () => {
            const text = Buffer.concat(chunks).toString();
            if (res.statusCode === 200) found(JSON.parse(text) as { by: string; found: Vars });
            else failed(new Error(`${res.statusCode} ${text}`));
          });
        },
      );
      sent.on('error', failed);
      sent.end(JSON.stringify(body));
    });

  /** A call as jambonz makes it: its webhooks one after the other, two at the same moment in between. */
  async function call(name: string, seenBy: Set<string>): Promise<Vars> {
    const expected: Vars = {};
    const hook = async (set: Vars, unset: string[] = [], more: object = {}): Promise<void> => {
      const { by, found } = await post({ call_sid: name, set, unset, ...more });
      seenBy.add(by);
      assert.deepEqual(found, expected, name);
      Object.assign(expected, set);
      for (const key of unset) Reflect.deleteProperty(expected, key);
    };
    await hook({ name, step: 0, passing: name });
    await hook({ step: 1 });
    await hook({ step: 2, menu: { choice: name } }, ['passing']);
    const pair = [{ left: `${name} left` }, { right: `${name} right` }];
    await Promise.all(pair.map((set) => post({ call_sid: name, set })));
    Object.assign(expected, ...pair);
    await hook({ leg: `${name} leg` }, [], { call_sid: `${name}-b`, parent_call_sid: name, call_status: 'ringing' });
    await hook({ step: 3 });
    const status = { call_status: 'completed', sip_status: 200, duration: 5, call_termination_by: 'caller' };
    await hook({}, [], status);
    return expected;
  }

  /** Runs many calls, some of them at a time. */
  async function calls(prefix: string, halfway?: () => Promise<void>): Promise<Map<string, Vars>> {
    const results = new Map<string, Vars>();
    const seenBy = new Set<string>();
    let next = 0;
    let middle: Promise<void> | undefined;
    const worker = async (): Promise<void> => {
      for (let number = next++; number < CALLS; number = next++) {
        if (number === CALLS / 2) middle = halfway?.();
        const name = `${prefix}-${number}`;
        results.set(name, await call(name, seenBy));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    await middle;
    assert.deepEqual([...seenBy].sort(), ports.reds.map(String).sort());
    return results;
  }

  /** What the call end nodes of both have sent. */
  async function ends(prefix: string, expected: Map<string, Vars>): Promise<void> {
    const read = (): [string, string, Vars][] =>
      reds
        .flatMap(({ logs }) => logs)
        .flatMap((line) => /ended (\[.*)/.exec(line)?.[1] ?? [])
        .map((text) => JSON.parse(text) as [string, string, Vars])
        .filter(([name]) => name.startsWith(`${prefix}-`));
    const until = Date.now() + 10_000;
    while (read().length < expected.size && Date.now() < until) await new Promise((wait) => setTimeout(wait, 50));
    const seen = read();
    assert.equal(seen.length, expected.size);
    for (const [name, reason, vars] of seen) {
      assert.equal(reason, 'completed');
      assert.deepEqual(vars, expected.get(name));
    }
    assert.equal(new Set(seen.map(([name]) => name)).size, expected.size);
  }

  it('1,000 interleaved calls lose and mix nothing, and end once each', async () => {
    await ends('calm', await calls('calm'));
  });

  it('the same while Redis is restarted', async () => {
    const restart = async (): Promise<void> => {
      await stopServer(redis);
      redis = await startRedis();
    };
    await ends('restart', await calls('restart', restart));
  });

  it('a call goes on when a Node-RED is killed between two webhooks and started again', async () => {
    await post({ call_sid: 'killed', set: { name: 'Ada' } });
    process.kill(reds[0]!.pid, 'SIGKILL');
    for (let time = 0; time < 4; time++) {
      assert.deepEqual((await post({ call_sid: 'killed' })).found, { name: 'Ada' });
    }
    process.kill(reds[1]!.pid, 'SIGKILL');
    await Promise.all(reds.map((red) => red.stop()));
    reds = await Promise.all(ports.reds.map(startRed));
    const seenBy = new Set<string>();
    const until = Date.now() + 20_000;
    while (seenBy.size < 2 && Date.now() < until) {
      const answer = await post({ call_sid: 'killed' }).catch(() => undefined);
      if (!answer) continue;
      assert.deepEqual(answer.found, { name: 'Ada' });
      seenBy.add(answer.by);
    }
    assert.equal(seenBy.size, 2);
  });

  it('without Redis calls go on, with one line in the log and a catchable error; and it comes back by itself', async () => {
    await stopServer(redis);
    const lost = await Promise.all(reds.map((red) => red.line(/cannot be reached in Redis/)));
    assert.equal(lost.length, 2);
    const caught = Promise.race(reds.map((red) => red.line(/caught .* variables cannot be read or saved/)));
    const { found } = await post({ call_sid: 'without', set: { name: 'Ada' } });
    assert.deepEqual(found, {});
    await caught;
    for (const red of reds) {
      assert.equal(red.logs.filter((line) => line.includes('cannot be reached in Redis')).length, 1);
      assert.equal(
        red.logs.some((line) => /unhandled|uncaught/i.test(line)),
        false,
      );
    }
    redis = await startRedis();
    await Promise.all(reds.map((red) => red.line(/can be reached in Redis again/)));
    await post({ call_sid: 'back', set: { name: 'Ada' } });
    assert.deepEqual((await post({ call_sid: 'back' })).found, { name: 'Ada' });
  });
});
