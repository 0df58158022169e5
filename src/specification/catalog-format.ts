import type { JsonType } from './shape';

/**
 * One property as a form needs to know it. Short names, because the editor fetches thousands:
 * `t` types (absent: any), `c` choices, `s` suggestions, `d` description, `v` the only version that
 * knows it (absent: every), `p` the definition of its own properties, `i` of a list's members.
 */
export interface Property {
  t?: JsonType[];
  c?: unknown[];
  s?: unknown[];
  d?: string;
  v?: '0.9' | '10';
  p?: number;
  i?: Property;
}

/** What may be set in a verb, and below it: definitions refer to each other by their number. */
export interface Catalog {
  verbs: Record<string, { v?: '0.9' | '10'; p: number }>;
  definitions: Record<string, Property>[];
}
