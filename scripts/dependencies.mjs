// Installs the dependencies when they are missing or older than the lockfile. Uses Node alone.
import { existsSync, readFileSync } from 'node:fs';
import { at, run } from './run.mjs';

const packages = (file) => JSON.parse(readFileSync(at(file), 'utf8')).packages;

function complete() {
  // npm leaves a copy of the lockfile in the folder that it filled.
  if (!existsSync(at('node_modules/.package-lock.json'))) return false;
  const installed = packages('node_modules/.package-lock.json');
  return Object.entries(packages('package-lock.json')).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  );
}

export async function ensureDependencies() {
  if (complete()) return;
  console.log('Installing the dependencies (npm ci) …');
  const code = await run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund']);
  if (code !== 0) throw new Error('npm ci failed; the reason is above.');
}
