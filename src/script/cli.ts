#!/usr/bin/env node
/** `jambonz-call`: the simulator's phone in a terminal. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HELP, readOptions, UsageError, type Options } from './options';
import { playFiles } from './suite';
import { talk } from './terminal';

function version(): string {
  const manifest = readFileSync(join(__dirname, '../../../package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

async function main(): Promise<number> {
  let options: Options;
  try {
    options = readOptions(process.argv.slice(2), process.env);
    if (options.show) {
      process.stdout.write(options.show === 'help' ? HELP : `${version()}\n`);
      return 0;
    }
    return options.files.length > 0 ? await playFiles(options) : await talk(options, process.stdin, process.stdout);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`jambonz-call: ${error.message}\n`);
    return 2;
  }
}

// A reader that has gone, as `head` does.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
void main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`jambonz-call: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 2;
  },
);
