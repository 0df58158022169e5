export type JsonObject = Record<string, unknown>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text; undefined for anything else. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A number; undefined for anything else. */
export function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

export function object(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

export function list(value: unknown): unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : value === undefined ? [] : [value];
}

/** What the engine leaves as it is, with all that is in it. */
const UNTOUCHED = new Set(['customerData', 'sip', 'env_vars', 'args']);

/**
 * The body of a request as the engine writes it: every key in snake case, at every level.
 *
 * @see engine rule: only customerData, sip, env_vars and args keep their keys
 */
export function snakeKeys(value: JsonObject, untouched: ReadonlySet<string> = UNTOUCHED): JsonObject {
  const result: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    if (untouched.has(key)) result[key] = member;
    else result[snakeCase(key)] = snakeValue(member, untouched);
  }
  return result;
}

function snakeValue(value: unknown, untouched: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((member) => snakeValue(member, untouched));
  return isObject(value) ? snakeKeys(value, untouched) : value;
}

/** A name with a separator in it keeps no trace of its capitals: `X-MyHeader` is `x_myheader`. */
function snakeCase(name: string): string {
  const words = /[\s_.:-]/.test(name)
    ? name
    : name.replace(/(.)([A-Z]+)/g, (_match, before: string, capitals: string) =>
        [before, ...Array.from(capitals)].join(' '),
      );
  return words
    .replace(/[\W_]+(.|$)/g, (_match, after: string) => (after === '' ? '' : ` ${after}`))
    .trim()
    .toLowerCase()
    .replace(/\s/g, '_');
}
