// npm run bench: this palette, Node-RED's core nodes, an Express application and a bare server, side
// by side in one run. Every contestant has a process of its own; rounds go round robin, so that
// whatever drifts on the machine hits all of them. `-- --quick` for a look, not for numbers; `-- --trace` for what the
// trace of calls costs, alone.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { build, installedPalette } from '../scripts/palette.mjs';
import { at } from '../scripts/run.mjs';
import { core, palette } from './flows.mjs';
import { load } from './load.mjs';

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
 * What the trace costs: one Node-RED, whose trace is on and off in turn, gets the same number of requests each time,
 * so that nothing else differs: two processes are never alike. Many short bursts, as a full collection falls into this
 * one or that. What else the machine does costs no CPU time of this one; the time by the clock is that of the slower of
 * Node-RED and who asks.
 *
 * @param isNew - each request is for a call of its own, not all for one
 * @returns for both, microseconds of each request with the trace off, and how many more they are when it is on
 */
async function trace(isNew) {
  const requests = 600;
  const bursts = quick ? 20 : 300;
  const server = await nodeRed(palette());
  const session = JSON.parse(body);
  const bodyOf = () => (isNew ? JSON.stringify({ ...session, call_sid: randomUUID() }) : body);
  const { burst, close } = await load(server.port, '/answer', CONNECTIONS, bodyOf);
  const timed = async (on) => {
    const before = await server.cpu(on);
    const start = performance.now();
    await burst(requests);
    const clock = (performance.now() - start) * 1000;
    return { cpu: ((await server.cpu(on)) - before) / requests, clock: clock / requests };
  };
  try {
    for (let warm = 0; warm < 20; warm++) await timed(warm % 2 === 0);
    const [on, off] = [[], []];
    for (let pair = 0; pair < bursts; pair++) {
      // Each is first half of the time.
      for (const times of pair % 2 ? [on, off] : [off, on]) times.push(await timed(times === on));
    }
    const compare = (of) => ({
      off: middle(off.map(of)),
      more: middle(on.map((time, pair) => of(time) - of(off[pair]))),
    });
    return { bursts, cpu: compare(({ cpu }) => cpu), clock: compare(({ clock }) => clock) };
  } finally {
    close();
    await server.stop();
  }
}

/** The mean without the tenth at either end. */
function middle(values) {
  const tenth = Math.floor(values.length / 10);
  const kept = values.toSorted((a, b) => a - b).slice(tenth, values.length - tenth);
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
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
  for (const isNew of [true, false]) {
    const { bursts, cpu, clock } = await trace(isNew);
    console.log(
      `\nThe trace of calls, ${isNew ? 'a call for every request' : 'all of one call'}; ${bursts} bursts in turn.`,
    );
    console.log('\n| | CPU time per request (µs) | against off | requests/s | against off |');
    console.log('| --- | ---: | ---: | ---: | ---: |');
    const row = (name, isOn) => {
      const [spent, took] = [cpu, clock].map(({ off, more }) => off + (isOn ? more : 0));
      const rate = Math.round(1e6 / took).toLocaleString('en-US');
      const [more, fewer] = [spent / cpu.off, clock.off / took].map((ratio) => ratio.toFixed(3));
      console.log(`| ${name} | ${spent.toFixed(1)} | ${more} | ${rate} | ${fewer} |`);
    };
    row('jambonzTrace: false', false);
    row('calls are kept', true);
  }
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
