/** Plays the saved calls that the command line names, and writes the reports. */
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FormatError, parseSavedCall, type SavedCall } from './format';
import { UsageError, type Options } from './options';
import { NoAddress, play, type PlayOptions } from './play';
import { jsonOf, junitOf, loadOf, textOf, totalOf, type Load, type Played } from './report';

interface Found {
  file: string;
  saved: SavedCall;
}

function filesIn(path: string): string[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    throw new UsageError(`${path}: there is no such file`);
  }
  if (!isFolder) return [path];
  const found = readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const inside = join(path, entry.name);
      return entry.isDirectory() ? filesIn(inside) : entry.name.endsWith('.json') ? [inside] : [];
    });
  return found;
}

/** @throws UsageError that names the file and the place */
export function readSavedCalls(paths: readonly string[]): Found[] {
  const found = paths.flatMap(filesIn).map((file) => {
    try {
      const saved = parseSavedCall(readFileSync(file, 'utf8'));
      return { file, saved: { name: basename(file, '.json'), ...saved } };
    } catch (error) {
      const isFormat = error instanceof FormatError;
      throw new UsageError(`${file}: ${isFormat ? '' : 'cannot be read: '}${(error as Error).message}`);
    }
  });
  if (found.length === 0) throw new UsageError(`${paths.join(', ')}: there are no saved calls in it`);
  return found;
}

/** Plays them one after another, or many times at once; says it all. Resolves to the exit code. */
export async function playFiles(options: Options): Promise<number> {
  const found = readSavedCalls(options.files);
  const toStdout = options.json === '-' || options.junit === '-';
  const say = (text: string): void => void (toStdout ? process.stderr : process.stdout).write(`${text}\n`);
  const { played, load } =
    options.calls === undefined
      ? await oneByOne(found, options, say)
      : await atOnce(found, options.calls, options, say);
  if (options.json !== undefined) write(options.json, jsonOf(played, load));
  if (options.junit !== undefined) write(options.junit, junitOf(played));
  if (played.some(({ outcome }) => outcome === 'unreachable')) return 3;
  return played.every(({ outcome }) => outcome === 'passed') ? 0 : 1;
}

function playOptions({
  url,
  from,
  to,
  name,
  headers,
  statusHook,
  legs,
  secret,
  realTime,
  rest,
  stallMs,
  platform,
}: Options): PlayOptions {
  return {
    headers,
    legs,
    ...(url !== undefined && { url }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(name !== undefined && { name }),
    ...(statusHook !== undefined && { statusHook }),
    ...(secret !== undefined && { secret }),
    ...(realTime !== undefined && { realTime }),
    ...(rest && { rest }),
    ...(stallMs !== undefined && { stallMs }),
    ...(platform && { simulator: { platform } }),
  };
}

async function playOne({ file, saved }: Found, options: Options): Promise<Played> {
  try {
    return { file, ...(await play(saved, playOptions(options))) };
  } catch (error) {
    if (error instanceof NoAddress) throw new UsageError(`${file}: ${error.message}`);
    throw error;
  }
}

interface Outcome {
  played: Played[];
  load?: Load;
}

async function oneByOne(found: Found[], options: Options, say: (text: string) => void): Promise<Outcome> {
  const played: Played[] = [];
  for (const one of found) {
    const result = await playOne(one, options);
    say(textOf(result));
    played.push(result);
  }
  say(`\n${totalOf(played)}`);
  return { played };
}

/** What a result is made of is let go of at once: only what failed is told. */
async function atOnce(found: Found[], calls: number, options: Options, say: (text: string) => void): Promise<Outcome> {
  const began = performance.now();
  let memory = process.memoryUsage.rss();
  const measure = setInterval(() => (memory = Math.max(memory, process.memoryUsage.rss())), 100);
  try {
    const played = await Promise.all(
      Array.from({ length: calls }, async (_, i) => ({
        ...(await playOne(found[i % found.length]!, options)),
        events: [],
      })),
    );
    const failed = played.filter(({ outcome }) => outcome !== 'passed');
    const load = {
      calls,
      passed: calls - failed.length,
      failed: failed.length,
      took: performance.now() - began,
      memory,
    };
    for (const one of failed.slice(0, 3)) say(`${textOf(one)}\n`);
    say(loadOf(load));
    return { played, load };
  } finally {
    clearInterval(measure);
  }
}

function write(file: string, text: string): void {
  if (file === '-') {
    process.stdout.write(text);
    return;
  }
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`${file}: cannot be written: ${(error as Error).message}`);
  }
}
