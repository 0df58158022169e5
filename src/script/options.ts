/** The command line of `jambonz-call`. */
import { parseArgs } from 'node:util';
import type { LegPlan } from '../simulator';
import { checkPlan } from './format';

/** Something is wrong with how it was called, or with a file. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Options {
  url?: string;
  from?: string;
  to?: string;
  name?: string;
  headers: Record<string, string>;
  secret?: string;
  statusHook?: string;
  legs: Record<string, LegPlan>;
  /** Absent: as fits. */
  realTime?: boolean;
  platform?: '0.9' | '10';
  files: string[];
  json?: string;
  junit?: string;
  calls?: number;
  rest?: { host: string; port: number };
  stallMs?: number;
  verbose: boolean;
  show?: 'help' | 'version';
}

export const HELP = `Calls a webhook as jambonz would, and lets you be the caller.

  jambonz-call http://127.0.0.1:1880/answer
  jambonz-call http://127.0.0.1:1880 --script call.json [more files or folders]

Without --script you are the caller: type keys (digits, * and #) or what you say, then Enter. /help lists the rest.
With --script, saved calls are played, and it is an error when the conversation differs. An address without a path
is the server: each saved call then names its own path.

  --from NUMBER, --to NUMBER   who calls whom
  --name TEXT                  the caller's display name
  --header 'X-Foo: bar'        another SIP header of the call; may be repeated
  --secret SECRET              the webhook secret to sign with; better in JAMBONZ_WEBHOOK_SECRET, where nobody sees it
  --status-hook URL            where status events go
  --leg 'NUMBER=PLAN'          what a dialled number does: busy, no answer, declined, machine, by hand, answer:3
                               (answers after 3 s), a SIP status; * is every number; may be repeated
  --platform 0.9|10            whose rules apply; 0.9
  --real-time                  wait as long as a real call would; otherwise a script jumps over every wait
  --rest [HOST:]PORT           serve jambonz's REST API for these calls, for the flow's REST nodes
  --timeout SECONDS            give up when nothing has happened for so long; 30
  --script FILE                play a saved call; may be repeated
  --calls N                    play the saved calls N times, all at once
  --json FILE, --junit FILE    write a report; - is the standard output
  -v, --verbose                show requests and answers
  -h, --help; --version

Exit code: 0 as expected, 1 a conversation differs, 2 wrong usage or file, 3 the webhook could not be called.
`;

const LEG = /^(.+)=([^=]*)$/;

function planOf(text: string): LegPlan {
  const plan = text.trim().toLowerCase().replace(/[-_]/g, ' ');
  const [, after] = /^answer(?::\s*(\d+(?:\.\d+)?))?$/.exec(plan) ?? [];
  if (plan.startsWith('answer')) {
    if (!/^answer(:\s*\d+(\.\d+)?)?$/.test(plan)) throw new UsageError(`--leg: ${text} is not "answer:" and seconds`);
    return checkPlan({ answer: after === undefined ? 1 : Number(after) }, '--leg');
  }
  return checkPlan(/^\d{3}$/.test(plan) ? { status: Number(plan) } : plan, '--leg');
}

function headerOf(text: string): [string, string] {
  const [, name, value] = /^([^\s:]+)\s*:\s*(.*)$/.exec(text) ?? [];
  if (name === undefined) throw new UsageError(`--header: ${text} is not of the form 'X-Name: value'`);
  return [name, value ?? ''];
}

function legOf(text: string): [string, LegPlan] {
  const [, name, plan] = LEG.exec(text) ?? [];
  if (name === undefined) throw new UsageError(`--leg: ${text} is not of the form NUMBER=PLAN`);
  try {
    return [name.trim(), planOf(plan ?? '')];
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError((error as Error).message);
  }
}

function restOf(text: string): { host: string; port: number } {
  const [, host = '127.0.0.1', port] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === undefined || Number(port) > 65535) throw new UsageError(`--rest: ${text} is no port`);
  return { host, port: Number(port) };
}

function count(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most)
    throw new UsageError(`--${name}: a whole number from 1 to ${most} is needed, not ${text}`);
  return value;
}

function address(name: string, text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new UsageError(`${name}: ${text} is no address; one looks like http://127.0.0.1:1880/answer`);
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new UsageError(`${name}: ${text}: only http and https can be called`);
  return text;
}

/**
 * What the command line and the environment say.
 *
 * @throws UsageError
 */
export function readOptions(args: string[], env: Record<string, string | undefined>): Options {
  const { values, positionals } = parse(args);
  if (values.help || values.version)
    return { headers: {}, legs: {}, files: [], verbose: false, show: values.help ? 'help' : 'version' };
  const [first, ...more] = positionals;
  const isUrl = first !== undefined && /^[a-z][a-z0-9+.-]*:\/\//i.test(first);
  const scripts = values.script ?? [];
  const rest = isUrl ? more : positionals;
  if (rest.length > 0 && scripts.length === 0)
    throw new UsageError(`${rest[0]!} is no address; a saved call is played with --script ${rest[0]!}`);
  const files = [...scripts, ...rest];
  if (!isUrl && files.length === 0)
    throw new UsageError('which webhook? Try jambonz-call http://127.0.0.1:1880/answer, or --help');
  for (const option of ['calls', 'json', 'junit'] as const) {
    if (values[option] !== undefined && files.length === 0) throw new UsageError(`--${option} goes with --script`);
  }
  if (values.calls !== undefined && values.rest !== undefined)
    throw new UsageError('--rest serves one call at a time, not --calls');
  const { platform } = values;
  if (platform !== undefined && platform !== '0.9' && platform !== '10')
    throw new UsageError(`--platform: 0.9 or 10, not ${platform}`);
  const secret = values.secret ?? env.JAMBONZ_WEBHOOK_SECRET;
  return {
    ...(isUrl && { url: address('the webhook', first) }),
    ...(values.from !== undefined && { from: values.from }),
    ...(values.to !== undefined && { to: values.to }),
    ...(values.name !== undefined && { name: values.name }),
    headers: Object.fromEntries((values.header ?? []).map(headerOf)),
    ...(secret !== undefined && secret !== '' && { secret }),
    ...(values['status-hook'] !== undefined && { statusHook: values['status-hook'] }),
    legs: Object.fromEntries((values.leg ?? []).map(legOf)),
    ...(values['real-time'] && { realTime: true }),
    ...(platform && { platform }),
    files,
    ...(values.json !== undefined && { json: values.json }),
    ...(values.junit !== undefined && { junit: values.junit }),
    ...(values.calls !== undefined && { calls: count('calls', values.calls, 10_000) }),
    ...(values.rest !== undefined && { rest: restOf(values.rest) }),
    ...(values.timeout !== undefined && { stallMs: count('timeout', values.timeout, 86_400) * 1000 }),
    verbose: values.verbose ?? false,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        from: { type: 'string' },
        to: { type: 'string' },
        name: { type: 'string' },
        header: { type: 'string', multiple: true },
        secret: { type: 'string' },
        'status-hook': { type: 'string' },
        leg: { type: 'string', multiple: true },
        platform: { type: 'string' },
        'real-time': { type: 'boolean' },
        rest: { type: 'string' },
        timeout: { type: 'string' },
        script: { type: 'string', multiple: true },
        calls: { type: 'string' },
        json: { type: 'string' },
        junit: { type: 'string' },
        verbose: { type: 'boolean', short: 'v' },
        help: { type: 'boolean', short: 'h' },
        version: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
