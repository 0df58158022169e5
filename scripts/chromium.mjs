// Finds Chromium, or gets it from Debian's packages when this process may do that.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { quietly } from './run.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC = ['Chromium', 'Google Chrome'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);

function runnable(file) {
  try {
    accessSync(file, constants.X_OK);
    // Ubuntu has a chromium-browser that only says how to install a snap.
    return spawnSync(file, ['--version'], { timeout: 20_000 }).status === 0;
  } catch {
    return false;
  }
}

/** The path of an installed Chromium or Chrome; the variable CHROMIUM overrides the search. */
export function findChromium() {
  if (process.env.CHROMIUM) return runnable(process.env.CHROMIUM) ? process.env.CHROMIUM : undefined;
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/bin', '/usr/local/bin', '/snap/bin'];
  const files = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)));
  return [...new Set([...files, ...MAC])].find(runnable);
}

/** As findChromium, but installs it if need be; throws one line that says how when it cannot. */
export function ensureChromium() {
  const found = findChromium();
  if (found) return found;
  const help = 'The browser tests need Chromium: `apt-get install chromium`, or set CHROMIUM to the path of one.';
  if (process.env.CHROMIUM || process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    throw new Error(help);
  }
  console.log('Installing Chromium from the system packages …');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    quietly('apt-get', ['update', '-q'], { env });
    quietly('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'chromium'], { env });
  } catch (error) {
    console.error(error.message);
  }
  const installed = findChromium();
  if (!installed) throw new Error(help);
  return installed;
}
