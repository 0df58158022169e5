// The palette as its users get it: built, packed, and installed into a user directory by npm.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at, quietly } from './run.mjs';

export const manifest = JSON.parse(readFileSync(at('package.json'), 'utf8'));

export function build() {
  quietly(process.execPath, [at('build.mjs')]);
}

/** Packs what is in dist/ into a folder; the file is named after its content. Returns the file's name. */
export function pack(folder) {
  const scratch = mkdtempSync(join(tmpdir(), 'jambonz-pack-'));
  try {
    quietly('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', scratch]);
    const [tarball] = readdirSync(scratch);
    const content = readFileSync(join(scratch, tarball));
    // npm takes a file of the same name for the same package, so every content gets its own name.
    const name = tarball.replace('.tgz', `-${createHash('sha256').update(content).digest('hex').slice(0, 8)}.tgz`);
    writeFileSync(join(folder, name), content);
    return name;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Installs the packed palette into a user directory, unless just this content is there already. */
export function installPalette(userDir) {
  mkdirSync(userDir, { recursive: true });
  const file = join(userDir, 'package.json');
  if (!existsSync(file)) writeFileSync(file, '{ "private": true }\n');
  const tarball = pack(userDir);
  const { dependencies = {} } = JSON.parse(readFileSync(file, 'utf8'));
  if (dependencies[manifest.name] !== `file:${tarball}` || !existsSync(join(userDir, 'node_modules', manifest.name))) {
    quietly('npm', ['install', '--no-audit', '--no-fund', '--omit=dev', `./${tarball}`], { cwd: userDir });
  }
  for (const old of readdirSync(userDir)) {
    if (/^callflows-node-red-jambonz-.*\.tgz$/.test(old) && old !== tarball) rmSync(join(userDir, old));
  }
  return tarball;
}

/** A folder that has the packed palette installed, made once for every content of it. */
export function installedPalette() {
  const parent = at('.matrix');
  mkdirSync(parent, { recursive: true });
  const scratch = mkdtempSync(join(parent, 'palette-'));
  const tarball = pack(scratch);
  const folder = join(parent, tarball.replace('.tgz', ''));
  if (existsSync(folder)) {
    rmSync(scratch, { recursive: true });
    return folder;
  }
  for (const old of readdirSync(parent)) {
    if (old.startsWith('callflows-node-red-jambonz-')) rmSync(join(parent, old), { recursive: true });
  }
  installPalette(scratch);
  renameSync(scratch, folder);
  return folder;
}
