// npm run bench: this palette, Node-RED's core nodes, an Express application and a bare server, side
// by side in one run. Every contestant has a process of its own; rounds go round robin, so that
// whatever drifts on the machine hits all of them. `-- --quick` for a look, not for numbers; `-- --trace` for what the
// trace of calls costs, alone.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { build, installedPalette } from '../scripts/palette.mjs';
import { at } from '../scripts/run.mjs';
import { core, palette } from './flows.mjs';

const quick = process.argv.includes('--quick');
// Many and short, so that whatever else the machine does hits all contestants of a round alike.
const ROUNDS = quick ? 2 : 21;
const SECONDS = 1;
const CONNECTIONS = 50;

const body = JSON.stringify(JSON.parse(readFileSync(at('test/data/session-new.json'), 'utf8')));
const headers = { 'content-type': 'application/json' };
const post = (port, path) =>
  fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body, signal: AbortSignal.timeout(10_000) });

/** Starts a server and tells where it answers; it ends when the channel to it closes. */
function serve(script, ...args) {
  return new Promise((resolve, reject) => {
    const child = fork(at('bench', script), args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.once('exit', (code) => reject(new Error(`${script} ended with code ${code}`)));
    /** The CPU time so far, in microseconds; switches the trace of calls. */
    const cpu = (trace) =>
      new Promise((told) => {
        child.once('message', (answer) => told(answer.cpu.user + answer.cpu.system));
        child.send({ trace });
      });
    child.once('message', ({ port }) => {
      const stop = () =>
        new Promise((stopped) => {
          child.once('exit', stopped);
          child.disconnect();
        });
      resolve({ port, stop, cpu });
    });
  });
}

/** Node-RED with the packed palette and a flow. */
async function nodeRed(flow, keys = 0, settings = {}) {
  const userDir = mkdtempSync(join(tmpdir(), 'jambonz-bench-'));
  const place = installedPalette();
  copyFileSync(join(place, 'package.json'), join(userDir, 'package.json'));
  symlinkSync(join(place, 'node_modules'), join(userDir, 'node_modules'));
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(flow));
  const { port, stop, cpu } = await serve('node-red.cjs', userDir, JSON.stringify(settings));
  if (flow.some(({ id }) => id === 'vset')) assert.equal((await post(port, '/variables')).status, 200);
  if (keys > 0) assert.equal((await post(port, `/keys/${keys}`)).status, 200);
  return { port, cpu, stop: () => stop().then(() => rmSync(userDir, { recursive: true })) };
}

const shoot = (port, duration) =>
  autocannon({
    url: `http://127.0.0.1:${port}/answer`,
    method: 'POST',
    headers,
    body,
    connections: CONNECTIONS,
    duration,
  });

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** Measures contestants against each other; returns requests per second, of each round and the median, and p99. */
async function race(title, contestants) {
  const running = [];
  try {
    for (const [name, start] of contestants) running.push({ name, ...(await start()), rates: [], p99: [] });
    for (const { port } of running) await shoot(port, quick ? 1 : 3);
    for (let round = 1; round <= ROUNDS; round++) {
      process.stderr.write(`${title}: round ${round} of ${ROUNDS}\n`);
      for (const runner of running) {
        const result = await shoot(runner.port, SECONDS);
        if (result.errors || result.non2xx) {
          throw new Error(`${runner.name}: ${result.errors} errors, ${result.non2xx} answers that are not 2xx`);
        }
        runner.rates.push(result.requests.average);
        runner.p99.push(result.latency.p99);
      }
    }
  } finally {
    await Promise.all(running.map(({ stop }) => stop()));
  }
  return running.map(({ name, rates, p99 }) => ({ name, rates, rate: median(rates), p99: median(p99) }));
}

/**
 * The CPU time that the trace takes: one Node-RED, whose trace is on and off in turn, gets the same number of
 * requests each time, each for a call of its own, so that nothing else differs: two processes are never alike, and
 * what else the machine does costs no CPU time of this one.
 */
async function trace() {
  const requests = 2000;
  const bursts = quick ? 6 : 40;
  const server = await nodeRed(palette());
  const burst = async (on) => {
    const before = await server.cpu(on);
    const { errors, non2xx } = await autocannon({
      url: `http://127.0.0.1:${server.port}/answer`,
      method: 'POST',
      headers,
      body: JSON.stringify({ ...JSON.parse(body), call_sid: '[<id>]' }),
      idReplacement: true,
      connections: CONNECTIONS,
      amount: requests,
    });
    assert.equal(errors + non2xx, 0);
    return ((await server.cpu(on)) - before) / requests;
  };
  try {
    for (let warm = 0; warm < 6; warm++) await burst(warm % 2 === 0);
    const [ratios, on, off] = [[], [], []];
    for (let count = 0; count < bursts; count++) {
      // Each is first half of the time.
      const order = count % 2 ? [on, off] : [off, on];
      for (const times of order) times.push(await burst(times === on));
      ratios.push(on.at(-1) / off.at(-1));
    }
    return { ratio: median(ratios), on: median(on), off: median(off), bursts };
  } finally {
    await server.stop();
  }
}

function table(results, base, ratioTitle) {
  const whole = (rate) => Math.round(rate).toLocaleString('en-US');
  console.log(`\n| | requests/s | p99 (ms) | ${ratioTitle} |\n| --- | ---: | ---: | ---: |`);
  for (const { name, rates, rate, p99 } of results) {
    const ratio = median(rates.map((one, round) => one / base.rates[round]));
    console.log(`| ${name} | ${whole(rate)} | ${p99} | ${ratio.toFixed(2)} |`);
  }
}

async function answerOf(server) {
  const answer = await post(server.port, '/answer');
  assert.equal(answer.status, 200);
  return answer.json();
}

async function compareTrace() {
  const { ratio, on, off, bursts } = await trace();
  const rows = [
    ['jambonzTrace: false', off, 1],
    ['calls are kept', on, ratio],
  ];
  console.log(`\nThe trace of calls, ${bursts} bursts in turn; medians.`);
  console.log('\n| | CPU time per request (µs) | against off |\n| --- | ---: | ---: |');
  for (const [name, time, against] of rows) console.log(`| ${name} | ${time.toFixed(0)} | ${against.toFixed(3)} |`);
}

async function main() {
  build();
  if (process.argv.includes('--trace')) return compareTrace();
  const sample = await nodeRed(palette());
  const document = await answerOf(sample);
  await sample.stop();
  assert.deepEqual(
    document.map(({ verb }) => verb),
    ['say', 'gather'],
  );
  const coreNodes = ['core: http in, function, http response', () => nodeRed(core(document))];
  const same = ([name, start]) => [
    name,
    async () => {
      const server = await start();
      assert.deepEqual(await answerOf(server), document, `${name} answers something else`);
      return server;
    },
  ];

  console.log(
    `Node ${process.version}, Node-RED ${JSON.parse(readFileSync(at('node_modules/node-red/package.json'))).version},`,
  );
  console.log(`${cpus().length} cores (${cpus()[0].model.trim()}), ${CONNECTIONS} connections, medians of ${ROUNDS}.`);

  const answers = await race(
    'Answers',
    [
      ['this palette, check: off', () => nodeRed(palette({ check: 'off' }))],
      ['this palette, check: warn', () => nodeRed(palette())],
      ['the same, jambonzTrace: false', () => nodeRed(palette(), 0, { jambonzTrace: false })],
      coreNodes,
      ['Express and @jambonz/node-client', () => serve('express.cjs', document[1].actionHook)],
      ['a bare http server', () => serve('bare.cjs', JSON.stringify(document))],
    ].map(same),
  );
  table(answers, answers[3], 'against core');

  const text = 'Thank you for calling. {{global.key7.text}}';
  const contexts = await race('Global context', [
    ...[0, 1000, 10000].map((keys) => [
      `${keys.toLocaleString('en-US')} global keys`,
      () => nodeRed(palette({ text }), keys),
    ]),
    coreNodes,
  ]);
  table(contexts, contexts[0], 'against 0 keys');

  const webhooks = await race('Webhooks', [
    ...[1, 100, 1000].map((count) => [
      `${count.toLocaleString('en-US')} webhook in`,
      () => nodeRed(palette({ webhooks: count })),
    ]),
    coreNodes,
  ]);
  table(webhooks, webhooks[0], 'against 1');

  await compareTrace();
}

await main();
