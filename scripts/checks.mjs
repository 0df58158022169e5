// Runs checks one after the other and counts them; the last line is `N passed, N failed`.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at, run } from './run.mjs';

const total = { passed: 0, failed: 0 };

function count(passed, failed) {
  total.passed += passed;
  total.failed += failed;
}

const heading = (title) => console.log(`\n── ${title}`);

/** One command, one check. */
export async function check(title, command, args, options) {
  heading(title);
  const started = Date.now();
  const code = await run(command, args, options);
  console.log(`${code === 0 ? 'ok' : 'FAILED'} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  count(code === 0 ? 1 : 0, code === 0 ? 0 : 1);
  return code === 0;
}

/** A step that is no check as long as it works. */
export async function step(title, work) {
  try {
    return await work();
  } catch (error) {
    heading(title);
    console.error(error.message);
    count(0, 1);
    return undefined;
  }
}

/** Mocha's tests, each of them a check; a mocha that breaks off is one more failure. */
export async function mocha(title, args, env = {}) {
  heading(title);
  const scratch = mkdtempSync(join(tmpdir(), 'jambonz-test-'));
  const counts = join(scratch, 'counts.json');
  try {
    const code = await run(process.execPath, [at('node_modules/mocha/bin/mocha.js'), ...args], {
      env: { ...process.env, ...env, TEST_COUNTS: counts },
    });
    const { passes, failures } = readCounts(counts);
    count(passes, failures);
    if (code !== 0 && failures === 0) {
      console.error(`mocha ended with code ${code}`);
      count(0, 1);
    } else if (passes + failures === 0) {
      console.error('No tests ran.');
      count(0, 1);
    }
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

function readCounts(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passes: 0, failures: 0 };
  }
}

/** Prints the result and sets the exit code. */
export function finish() {
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  process.exitCode = total.failed > 0 ? 1 : 0;
}
