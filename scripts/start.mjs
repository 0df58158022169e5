// npm start: Node-RED with this palette and its example flows, from a fresh clone.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { ensureDependencies } from './dependencies.mjs';
import { easiest, mergeExamples, webhooks } from './examples.mjs';
import { build, installPalette } from './palette.mjs';
import { at, isFree } from './run.mjs';

const USAGE = 'npm start -- [--port 1880] [--userdir .node-red]   (or PORT and NODE_RED_USER_DIR)';

const SETTINGS = (secret) => `// Made by \`npm start\`, once: change it as you like.
module.exports = {
  uiHost: '127.0.0.1',
  flowFile: 'flows.json',
  // Encrypts the credentials; without it they cannot be read any more.
  credentialSecret: '${secret}',
  telemetry: { enabled: false },
  editorTheme: { tours: false },
};
`;

/** The webhook of the example “IVR menu”. */
const MENU = '/ivr';

/** Verbs that a caller hears at once. */
const HEARD = new Set(['say', 'gather', 'play', 'conference', 'enqueue']);

function options() {
  const { values } = parseArgs({
    options: { port: { type: 'string' }, userdir: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    console.log(USAGE);
    process.exit(0);
  }
  const port = Number(values.port ?? process.env.PORT ?? 1880);
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new Error(`No such port. ${USAGE}`);
  const userDir = resolve(values.userdir ?? process.env.NODE_RED_USER_DIR ?? at('.node-red'));
  return { port, userDir };
}

/** Settings, flows and the palette: only what is not there yet. */
function prepare(userDir) {
  mkdirSync(userDir, { recursive: true });
  const settings = join(userDir, 'settings.js');
  if (!existsSync(settings)) writeFileSync(settings, SETTINGS(randomBytes(24).toString('hex')), { mode: 0o600 });
  const {
    flowFile = 'flows.json',
    httpAdminRoot,
    httpNodeRoot,
    jambonzSimulator,
  } = createRequire(import.meta.url)(settings);
  const flows = resolve(userDir, flowFile);
  if (!existsSync(flows)) writeFileSync(flows, `${JSON.stringify(mergeExamples(at('examples')), null, 2)}\n`);
  installPalette(userDir);
  return { flows, httpAdminRoot, httpNodeRoot, jambonzSimulator };
}

function describe({ flows, httpAdminRoot, httpNodeRoot, jambonzSimulator }, port) {
  const under = (root) => `http://127.0.0.1:${port}/${String(root ?? '').replace(/^\/|\/$/g, '')}`.replace(/\/$/, '');
  const base = under(httpNodeRoot);
  const flow = JSON.parse(readFileSync(flows, 'utf8'));
  const address = (url) => `${base}/${url.replace(/^\//, '')}`;
  const lines = ['', `Editor    ${under(httpAdminRoot)}/`, '', 'Webhooks'];
  for (const { method, url, name } of webhooks(flow)) {
    lines.push(`  ${(method || 'post').toUpperCase().padEnd(4)}    ${address(url)}${name ? `   ${name}` : ''}`);
  }
  const first = easiest(flow, HEARD);
  if (first) {
    const { sip, ...call } = JSON.parse(readFileSync(at('test/data/session-new.json'), 'utf8'));
    const keys = ['call_sid', 'account_sid', 'application_sid', 'direction', 'from', 'to', 'call_id', 'call_status'];
    const body = {
      ...Object.fromEntries(keys.map((key) => [key, call[key]])),
      sip: { method: sip.method, uri: sip.uri },
    };
    lines.push('', 'What jambonz gets when a call comes in', '');
    lines.push(
      `  curl -sS -X POST -H 'content-type: application/json' -d '${JSON.stringify(body)}' ${address(first.url)}`,
    );
  }
  if (first && jambonzSimulator !== false) {
    // The example in which there is most to hear and to press, unless it was removed.
    const menu = webhooks(flow).find(({ url }) => url === MENU) ?? first;
    lines.push('', 'Call it, without a jambonz');
    lines.push(`  Open ${under(httpAdminRoot)}/ and press Call: the phone is a tab of the sidebar on the right.`);
    lines.push(`  Or call from here: npx jambonz-call ${address(menu.url)}`);
  }
  return [...lines, '', 'Ctrl-C ends it.', ''].join('\n');
}

async function main() {
  const { port, userDir } = options();
  if (!(await isFree(port))) throw new Error(`Port ${port} is taken. Another one: npm start -- --port ${port + 1}`);
  await ensureDependencies();
  console.log('Building the palette and installing it …');
  build();
  const settings = prepare(userDir);

  const red = at('node_modules/node-red/red.js');
  // The language of the log only; the editor follows the browser.
  const args = [red, '--userDir', userDir, '--port', String(port), '-D', 'lang=en-US'];
  const child = spawn(process.execPath, args, { stdio: ['inherit', 'pipe', 'inherit'] });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.once('exit', (code) => process.exit(code ?? 0));
  let told = false;
  createInterface({ input: child.stdout }).on('line', (line) => {
    console.log(line);
    if (told || !/Started flows|Waiting for missing types/.test(line)) return;
    told = true;
    console.log(describe(settings, port));
  });
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
