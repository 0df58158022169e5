/** Placeholders of the recordings: `<call_sid#2>` is the same value wherever it stands, `<number>` any number. */
const NAMES = [
  'account_sid',
  'application_sid',
  'b3',
  'body',
  'branch',
  'call_id',
  'call_sid',
  'fs_sip_address',
  'headers',
  'ip',
  'ip:port',
  'member',
  'number',
  'numeric-string',
  'payload',
  'raw',
  'sbc_callid',
  'sbc_callid of the SBC',
  'service_provider_sid',
  'tag',
  'time',
  'tone',
  'trace_id',
  'uri',
  'uuid',
  'vendor-event',
  'version',
];
const KNOWN = NAMES.map((name) => name.replace(/[-:]/g, '\\$&')).join('|');
/** Numbered ones of other names are values as well. */
const PLACEHOLDER = new RegExp(`<(${KNOWN}|[a-z][a-z_]*(?=#))(#\\d+)?>`, 'g');

/** Compares with values that stand for others, and remembers what they stand for. */
export class Placeholders {
  private bound = new Map<string, unknown>();

  /** @returns whether the value is as expected; what placeholders stand for is remembered if so */
  match(expected: unknown, actual: unknown): boolean {
    const before = new Map(this.bound);
    if (this.compare(expected, actual)) return true;
    this.bound = before;
    return false;
  }

  matchInAnyOrder(expected: readonly unknown[], actual: readonly unknown[]): boolean {
    const [first, ...others] = expected;
    if (expected.length === 0) return actual.length === 0;
    for (const [index, candidate] of actual.entries()) {
      const before = new Map(this.bound);
      const rest = actual.filter((_, place) => place !== index);
      if (this.match(first, candidate) && this.matchInAnyOrder(others, rest)) return true;
      this.bound = before;
    }
    return false;
  }

  /** What is different, for people. */
  why(expected: readonly unknown[], actual: readonly unknown[]): string {
    const lines = expected.flatMap((each, index) => this.difference(each, actual[index], ''));
    return lines.map((line) => `\n      ${line}`).join('');
  }

  private difference(expected: unknown, actual: unknown, path: string): string[] {
    if (this.match(expected, actual)) return [];
    if (!isObject(expected) || !isObject(actual)) {
      return [`${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`];
    }
    const names = new Set([...Object.keys(expected), ...Object.keys(actual)]);
    return [...names].flatMap((name) => this.difference(expected[name], actual[name], `${path}.${name}`));
  }

  private compare(expected: unknown, actual: unknown): boolean {
    if (typeof expected === 'string') return this.compareText(expected, actual);
    if (Array.isArray(expected)) {
      return (
        Array.isArray(actual) &&
        actual.length === expected.length &&
        expected.every((each, index) => this.compare(each, actual[index]))
      );
    }
    if (isObject(expected)) {
      if (!isObject(actual)) return false;
      const names = Object.keys(expected);
      return (
        Object.keys(actual).length === names.length &&
        names.every((name) => Object.hasOwn(actual, name) && this.compare(expected[name], actual[name]))
      );
    }
    return expected === actual;
  }

  private compareText(expected: string, actual: unknown): boolean {
    const whole = new RegExp(`^${PLACEHOLDER.source}$`).exec(expected);
    if (whole) return this.bind(whole[1]!, whole[2], actual);
    if (typeof actual !== 'string') return false;
    const found = [...expected.matchAll(PLACEHOLDER)];
    if (found.length === 0) return expected === actual;
    const pattern = expected
      .split(PLACEHOLDER)
      .filter((_, index) => index % 3 === 0)
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
      .join('(.+?)');
    const values = new RegExp(`^${pattern}$`, 's').exec(actual);
    return !!values && found.every(([, name, number], index) => this.bind(name!, number, values[index + 1]));
  }

  private bind(name: string, number: string | undefined, actual: unknown): boolean {
    if (actual === undefined) return false;
    if (name === 'number') return typeof actual === 'number';
    if (name === 'numeric-string') return typeof actual === 'string' && /^\d+(\.\d+)?$/.test(actual);
    if (name === 'time') return typeof actual === 'string' && !Number.isNaN(Date.parse(actual));
    if (number === undefined) return true;
    const key = `${name}${number}`;
    if (this.bound.has(key)) return this.bound.get(key) === actual;
    const isTaken = [...this.bound].some(([other, value]) => other.startsWith(`${name}#`) && value === actual);
    if (isTaken) return false;
    this.bound.set(key, actual);
    return true;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
