// Finds the programs that tests need beside Node, or gets them from Debian's packages when this process may do that.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { quietly } from './run.mjs';

const FOLDERS = ['/usr/bin', '/usr/sbin', '/usr/local/bin', '/snap/bin'];
const MAC = ['Chromium', 'Google Chrome'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);

/**
 * What is known of a program: the Debian package, the names it may have, how to ask whether it runs,
 * and the environment variable that names another file.
 */
const PROGRAMS = {
  chromium: {
    names: ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'],
    // Ubuntu has a chromium-browser that only says how to install a snap.
    probe: '--version',
    files: MAC,
    variable: 'CHROMIUM',
  },
  openssl: { names: ['openssl'], probe: 'version', variable: 'OPENSSL' },
  nginx: { names: ['nginx'], probe: '-v', variable: 'NGINX' },
  'redis-server': { names: ['redis-server'], probe: '--version', variable: 'REDIS_SERVER' },
};

function runs(file, probe) {
  try {
    accessSync(file, constants.X_OK);
    return spawnSync(file, [probe], { timeout: 20_000 }).status === 0;
  } catch {
    return false;
  }
}

/** The path of an installed program, if there is one. */
export function findProgram(name) {
  const { names, probe, files = [], variable } = PROGRAMS[name];
  const given = process.env[variable];
  if (given) return runs(given, probe) ? given : undefined;
  const folders = [...(process.env.PATH ?? '').split(delimiter), ...FOLDERS];
  const candidates = names.flatMap((file) => folders.map((folder) => join(folder, file)));
  return [...new Set([...candidates, ...files])].find((file) => runs(file, probe));
}

/** As findProgram, but installs it if need be; throws one line that says how when it cannot. */
export function ensureProgram(name) {
  const found = findProgram(name);
  if (found) return found;
  const { variable } = PROGRAMS[name];
  const help = `The tests need ${name}: \`apt-get install ${name}\`, or set ${variable} to the path of one.`;
  if (process.env[variable] || process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    throw new Error(help);
  }
  console.log(`Installing ${name} from the system packages …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    quietly('apt-get', ['update', '-q'], { env });
    quietly('apt-get', ['install', '-q', '-y', '--no-install-recommends', name], { env });
  } catch (error) {
    console.error(error.message);
  }
  const installed = findProgram(name);
  if (!installed) throw new Error(help);
  return installed;
}
