/** A JSON type, as the two verb packages name them. */
export type JsonType = 'string' | 'number' | 'boolean' | 'object' | 'array' | 'null';

/** What a verb, or one of its properties, may be: the common form of the two packages' data. */
export interface Shape {
  /** Allowed types; empty means any. */
  types: ReadonlySet<JsonType>;
  choices?: readonly unknown[];
  /** The properties of an object; absent when it may hold anything. */
  properties?: ReadonlyMap<string, Shape>;
  /** The properties that are known by name where others are allowed, too. */
  named?: ReadonlyMap<string, Shape>;
  required?: readonly string[];
  /** The members of an array. */
  items?: Shape;
  /** Values that the documentation names; others may be as good. */
  suggestions?: readonly unknown[];
  /** What the property is for, in the words of the package. */
  description?: string;
}

/** What one version of jambonz knows of verbs. */
export interface Specification {
  /** The shape of a verb, by the name that stands in a document. */
  verb(name: string): Shape | undefined;
  /**
   * What the version demands of a verb beyond its shape.
   * @returns why it would be refused, or undefined
   */
  verdict?(verb: Record<string, unknown>): string | undefined;
}

/** The JSON type of a value; undefined for what JSON cannot hold. */
export function jsonType(value: unknown): JsonType | undefined {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'object':
      return typeof value as JsonType;
    case 'number':
      return Number.isFinite(value) ? 'number' : 'null';
    default:
      return undefined;
  }
}

/** True for what a document does not need to carry: null, undefined, NaN, '', {} and []. */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (typeof value !== 'object') return typeof value === 'number' && Number.isNaN(value);
  if (Array.isArray(value)) return value.length === 0;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.keys(value).length === 0;
}
