/** What came of playing saved calls: for people, for programs, for CI servers. */
import type { PlayResult } from './play';

/** A result and where its saved call stands. */
export interface Played extends PlayResult {
  file: string;
}

/** Of many calls at once. */
export interface Load {
  calls: number;
  passed: number;
  failed: number;
  /** Milliseconds. */
  took: number;
  /** Bytes that this program has used at most. */
  memory: number;
}

const seconds = (ms: number): string => (ms / 1000).toFixed(2);

/** One call, in words. */
export function textOf({ name, file, outcome, steps, took, duration, failure }: Played): string {
  if (!failure) return `ok       ${name} (${steps} steps, a call of ${duration.toFixed(1)} s in ${seconds(took)} s)`;
  const title = outcome === 'unreachable' ? 'NO CALL ' : 'DIFFERS ';
  const lines = [
    `${title} ${name} (${file})`,
    failure.step === undefined ? '  after the last step' : `  at step ${failure.step}: ${failure.text ?? ''}`,
    `  expected: ${failure.expected}`,
    `  came:     ${failure.got}`,
  ];
  if (failure.last.length > 0) lines.push('  what happened last:', ...failure.last.map((line) => `    ${line}`));
  return lines.join('\n');
}

/** The line at the end. */
export function totalOf(played: readonly Played[]): string {
  const failed = played.filter(({ outcome }) => outcome !== 'passed').length;
  return `${played.length - failed} as saved, ${failed} not`;
}

/** How many calls at once went. */
export function loadOf({ calls, passed, failed, took, memory }: Load): string {
  return [
    `calls             ${calls}`,
    `ended as scripted ${passed}`,
    `failed            ${failed}`,
    `duration          ${seconds(took)} s`,
    `memory            ${(memory / 1024 / 1024).toFixed(0)} MiB`,
  ].join('\n');
}

/** The report for `--json`. */
export function jsonOf(played: readonly Played[], load?: Load): string {
  const failed = played.filter(({ outcome }) => outcome !== 'passed').length;
  const tests = played.map(({ name, file, outcome, steps, took, duration, failure }) => ({
    name,
    file,
    outcome,
    steps,
    seconds: Math.round(took) / 1000,
    callSeconds: duration,
    ...(failure && { failure }),
  }));
  const report = {
    format: 'jambonz-call-report',
    version: 1,
    passed: played.length - failed,
    failed,
    ...(load && { load }),
    tests,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

// eslint-disable-next-line no-control-regex
const UNWRITABLE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

const LONELY = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** XML has no way to write most control characters. */
function xml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    '\n': '&#10;',
    '\r': '&#13;',
    '\t': '&#9;',
  };
  return text
    .replace(LONELY, '\ufffd')
    .replace(UNWRITABLE, '\ufffd')
    .replace(/[&<>"\n\r\t]/g, (char) => entities[char]!);
}

/** The report for `--junit`. */
export function junitOf(played: readonly Played[]): string {
  const time = seconds(played.reduce((sum, { took }) => sum + took, 0));
  const failures = played.filter(({ outcome }) => outcome === 'differs').length;
  const errors = played.filter(({ outcome }) => outcome === 'unreachable').length;
  const counts = `tests="${played.length}" failures="${failures}" errors="${errors}" time="${time}"`;
  const cases = played.map((test) => {
    const { name, file, outcome, took, failure } = test;
    const head = `    <testcase classname="${xml(file)}" name="${xml(name)}" time="${seconds(took)}"`;
    if (!failure) return `${head}/>`;
    const element = outcome === 'unreachable' ? 'error' : 'failure';
    const message = `expected ${failure.expected}, came: ${failure.got}`;
    return [
      `${head}>`,
      `      <${element} type="${outcome}" message="${xml(message)}">${xml(textOf(test))}</${element}>`,
      '    </testcase>',
    ].join('\n');
  });
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="jambonz-call" ${counts}>`,
    ...cases,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
