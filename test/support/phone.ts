import { spawn } from 'node:child_process';
import { join, resolve } from 'node:path';

/** The built `jambonz-call`. */
export const program = join(resolve(__dirname, '../..'), 'dist/src/script/cli.js');

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface PhoneOptions {
  /** What is typed. */
  input?: string;
  env?: Record<string, string>;
  /** Another copy of the program. */
  file?: string;
  /** Another Node; without it the program finds its own, as it does for its users. */
  node?: string;
}

/** Runs `jambonz-call` in a process of its own, with something piped into it. */
export function phone(args: string[], options: PhoneOptions = {}): Promise<Ran> {
  return new Promise((ended, failed) => {
    const { file = program, node } = options;
    const [command, all] = node === undefined ? [file, args] : [node, [file, ...args]];
    const child = spawn(command, all, { env: { ...process.env, ...options.env } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk) => (stdout += String(chunk)));
    child.stderr.on('data', (chunk) => (stderr += String(chunk)));
    child.once('error', failed);
    child.once('close', (code) => ended({ code, stdout, stderr }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input ?? '');
  });
}
