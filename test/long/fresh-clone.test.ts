import assert from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const root = resolve(__dirname, '../..');

/** `npm start` in a clone, and what it has written by the time that it is ready. */
async function start(clone: string, port: number): Promise<{ child: ChildProcess; text: string }> {
  const child = spawn(process.execPath, ['scripts/start.mjs', '--port', String(port)], {
    cwd: clone,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  child.stderr.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.startsWith('Ctrl-C')) return { child, text: lines.join('\n') };
  }
  throw new Error(`npm start has ended:\n${lines.join('\n')}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

describe('npm start in a fresh clone', function () {
  this.timeout(600_000);
  let clone: string;
  let port: number;
  let child: ChildProcess | undefined;

  before(async () => {
    clone = join(mkdtempSync(join(tmpdir(), 'jambonz-clone-')), 'a folder');
    execFileSync('git', ['clone', '--quiet', root, clone]);
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
    server.close();
    await once(server, 'close');
  });
  afterEach(async () => {
    if (child) await stop(child);
  });
  after(() => rmSync(resolve(clone, '..'), { recursive: true, force: true }));

  it('installs, builds and prints a curl that answers with verbs', async () => {
    const started = await start(clone, port);
    ({ child } = started);
    assert.ok(started.text.includes(`Editor    http://127.0.0.1:${port}/`), started.text);
    assert.match(started.text, /Open http:\S+ and press Call/);
    const command = /^\s*(curl .*)$/m.exec(started.text)?.[1];
    assert.ok(command, started.text);
    const document = JSON.parse(execFileSync('bash', ['-c', command], { encoding: 'utf8' })) as { verb: string }[];
    assert.ok(document.length > 0 && document.every(({ verb }) => typeof verb === 'string'));
  });

  it('keeps the flows, and says in one line that a port is taken', async () => {
    const file = join(clone, '.node-red/flows.json');
    assert.ok(existsSync(file));
    const mine = [...(JSON.parse(readFileSync(file, 'utf8')) as object[]), { id: 'mine', type: 'tab', label: 'Mine' }];
    writeFileSync(file, JSON.stringify(mine));
    ({ child } = await start(clone, port));
    assert.deepEqual(JSON.parse(readFileSync(file, 'utf8')), mine);
    await assert.rejects(start(clone, port), new RegExp(`Port ${port} is taken`));
  });
});
