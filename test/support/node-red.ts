import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const root = resolve(__dirname, '../..');
const ATTEMPTS = 3;
const START_MS = 30_000;
const STOP_MS = 5_000;

/** One node of a flow file. */
export type FlowNode = Record<string, unknown> & { id: string; type: string };

export interface StartOptions {
  /** What the flow file holds when Node-RED starts. */
  flow?: readonly FlowNode[];
  /** Credentials by node id; they are stored unencrypted. */
  credentials?: Record<string, Record<string, string>>;
  /** More settings, or others; they must survive JSON. */
  settings?: Record<string, unknown>;
  /** More settings that JSON cannot hold, as the source text of an object. */
  settingsSource?: string;
  /** Another palette beside this one, with one node. */
  otherPalette?: { name: string; version: string; type: string };
  /** More environment variables, beside NODE_RED_URL, which is where it is served. */
  env?: Record<string, string>;
  /** The folder of another release of the package `node-red`. */
  nodeRedDir?: string;
  /** The port; absent means one that is free. */
  port?: number;
  /** Another Node binary. */
  node?: string;
  /** Puts the palette into the user directory; without it, what is built is linked there. */
  install?: (userDir: string) => void;
}

/** A Node-RED of its own process, with the built palette installed. */
export interface NodeRed {
  /** Where webhooks are served, without a last slash. */
  readonly url: string;
  /** Where the editor and its API are served, without a last slash. */
  readonly adminUrl: string;
  /** Every line that it has written so far. */
  readonly logs: readonly string[];
  readonly userDir: string;
  readonly pid: number;
  /** The first line that matches: one that was written already or the next one. Rejects after ten seconds. */
  line(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** As `line`, but only lines that are still to come. */
  nextLine(pattern: RegExp, timeoutMs?: number): Promise<string>;
  /** Replaces all flows, as the editor's Deploy button does, and waits until they run. */
  deploy(flow: readonly FlowNode[], type?: 'full' | 'nodes' | 'flows'): Promise<void>;
  /** Ends the process and removes its folder. */
  stop(): Promise<void>;
}

/**
 * Starts a real Node-RED on 127.0.0.1 and a free port, in a folder of its own, and waits until its
 * flows run. The palette is the one in `dist`: build first. Stop it in an `after` hook:
 *
 * ```ts
 * let red: NodeRed;
 * before(async () => { red = await startNodeRed({ flow }); });
 * after(() => red.stop());
 * ```
 *
 * @throws Error with everything that Node-RED wrote, when its flows do not start in time
 */
export async function startNodeRed(options: StartOptions = {}): Promise<NodeRed> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(options);
    } catch (error) {
      // Somebody else took the port between our look and Node-RED's.
      if (attempt < ATTEMPTS && /port in use/i.test(String(error))) continue;
      throw error;
    }
  }
}

async function start(options: StartOptions): Promise<NodeRed> {
  if (!existsSync(join(root, 'dist/nodes'))) throw new Error('dist is missing: run `node build.mjs` first');
  const port = options.port ?? (await freePort());
  const userDir = mkdtempSync(join(tmpdir(), 'jambonz-node-red-'));
  const settings: Record<string, unknown> = {
    uiHost: '127.0.0.1',
    uiPort: port,
    flowFile: 'flows.json',
    credentialSecret: false,
    telemetry: { enabled: false },
    editorTheme: { tours: false, palette: { catalogues: [] } },
    logging: { console: { level: 'info', metrics: false, audit: false } },
    ...options.settings,
  };
  writeFileSync(
    join(userDir, 'settings.js'),
    `module.exports = { ...${JSON.stringify(settings)}, ...${options.settingsSource ?? '{}'} };\n`,
  );
  writeFileSync(join(userDir, 'package.json'), '{"name":"test","private":true}\n');
  writeFileSync(join(userDir, 'flows.json'), JSON.stringify(placed(options.flow ?? [])));
  // A tip that comes while the page is still being built is an error in the page of 5.0.
  const quietEditor = { _: { editor: { view: { 'view-show-tips': false } } } };
  writeFileSync(join(userDir, '.config.users.json'), JSON.stringify(quietEditor));
  writeFileSync(join(userDir, 'flows_cred.json'), JSON.stringify(options.credentials ?? {}));
  if (options.install) options.install(userDir);
  else installPalette(join(userDir, 'node_modules/@callflows/node-red-jambonz'));
  if (options.otherPalette) installOther(userDir, options.otherPalette);

  const red = join(options.nodeRedDir ?? join(root, 'node_modules/node-red'), 'red.js');
  const child = spawn(options.node ?? process.execPath, [red, '--userDir', userDir], {
    cwd: userDir,
    env: { ...process.env, NODE_RED_URL: `http://127.0.0.1:${port}`, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const { logs, line, nextLine } = collect(child);
  const stop = async (): Promise<void> => {
    await end(child);
    rmSync(userDir, { recursive: true, force: true });
  };
  try {
    await line(/Started flows/, START_MS);
  } catch (error) {
    await stop();
    throw error;
  }
  const base = `http://127.0.0.1:${port}`;
  const under = (path: unknown): string => (typeof path === 'string' ? base + path.replace(/\/$/, '') : base);
  const adminUrl = under(settings.httpAdminRoot);
  return {
    url: under(settings.httpNodeRoot),
    adminUrl,
    logs,
    userDir,
    pid: child.pid!,
    line,
    nextLine,
    stop,
    async deploy(flow, type = 'full') {
      // The answer comes before the flows run.
      const running = nextLine(/Started (modified )?(flows|nodes)/);
      const answer = await fetch(`${adminUrl}/flows`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'node-red-deployment-type': type },
        body: JSON.stringify(placed(flow)),
      });
      if (answer.status !== 204) throw new Error(`deploy: ${answer.status} ${await answer.text()}`);
      await running;
    },
  };
}

/** Node-RED takes a node without a place on the canvas for a config node. */
function placed(flow: readonly FlowNode[]): FlowNode[] {
  return flow.map((node) => (node.wires ? { x: 0, y: 0, ...node } : node));
}

/** The palette as npm would leave it, except for sets that are not built. */
function installPalette(target: string): void {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    'node-red': { nodes: Record<string, string> };
  };
  const sets = manifest['node-red'].nodes;
  manifest['node-red'].nodes = Object.fromEntries(
    Object.entries(sets).filter(([, file]) => existsSync(join(root, file))),
  );
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'package.json'), JSON.stringify(manifest));
  for (const folder of ['dist', 'resources']) cpSync(join(root, folder), join(target, folder), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(target, 'node_modules'));
  for (const file of Object.values(manifest['node-red'].nodes)) addMissingPage(join(target, file));
}

function installOther(userDir: string, { name, version, type }: { name: string; version: string; type: string }): void {
  const folder = join(userDir, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  const manifest = { name, version, 'node-red': { nodes: { other: 'other.js' } } };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(
    join(folder, 'other.js'),
    `module.exports = (RED) => RED.nodes.registerType('${type}', function () {});\n`,
  );
  writeFileSync(join(folder, 'other.html'), `<script type="text/html" data-template-name="${type}"></script>\n`);
}

/** Node-RED refuses a set without a page, and the runtime needs from it no more than the type. */
function addMissingPage(file: string): void {
  const page = join(dirname(file), `${basename(file, '.js')}.html`);
  if (existsSync(page)) return;
  const [, type = ''] = /registerType\(\s*'([^']+)'/.exec(readFileSync(file, 'utf8')) ?? [];
  writeFileSync(page, `<script type="text/html" data-template-name="${type}"></script>\n`);
}

function collect(child: ChildProcess): Pick<NodeRed, 'logs' | 'line' | 'nextLine'> {
  const logs: string[] = [];
  const waiting = new Set<(line?: string) => void>();
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream! }).on('line', (line) => {
      logs.push(line);
      for (const tell of [...waiting]) tell(line);
    });
  }
  child.once('close', () => {
    for (const tell of [...waiting]) tell();
  });
  const line = (pattern: RegExp, timeoutMs = 10_000): Promise<string> => {
    const written = logs.find((text) => pattern.test(text));
    return written === undefined ? nextLine(pattern, timeoutMs) : Promise.resolve(written);
  };
  const nextLine = (pattern: RegExp, timeoutMs = 10_000): Promise<string> => {
    return new Promise((found, failed) => {
      const giveUp = (why: string): void => {
        settle();
        failed(new Error(`${String(pattern)} was not logged: ${why}\n${logs.join('\n')}`));
      };
      const timer = setTimeout(() => giveUp(`${timeoutMs} ms have passed`), timeoutMs);
      const tell = (text?: string): void => {
        if (text === undefined) giveUp('Node-RED has ended');
        else if (pattern.test(text)) {
          settle();
          found(text);
        }
      };
      const settle = (): void => {
        clearTimeout(timer);
        waiting.delete(tell);
      };
      waiting.add(tell);
    });
  };
  return { logs, line, nextLine };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(kill);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
