/**
 * A webhook as the REST API takes it: `{url, method?}`. A value that is such an object already, from
 * a message say, is passed on; it may also hold a user and a password.
 */
export function hookOf(value: unknown, method?: unknown): object {
  if (typeof value === 'object' && value !== null) return value;
  return { url: value, ...(method ? { method } : {}) };
}
