import type { Node, NodeAPI } from 'node-red';
import { Problem, messageOf } from './problem';
import { Template, type Dialect, type Scope } from './template';

/** A node's saved properties. */
export type Fields = Record<string, unknown>;

/** The message on its way through a flow. */
export type Message = Record<string, unknown> & { _msgid: string };

type Callback = (error: Error | null, value?: unknown) => void;

/** Kinds that Node-RED evaluates itself. */
const NODE_RED_KINDS = new Set(['bool', 'env', 'msg', 'flow', 'global']);
const SIMPLE_KEY = /^(?:\$parent\.)*[\w$]+$/;
const DIGITS = /^\d+$/;

/**
 * Turns a node's saved fields into values for one message: a field `x` and its kind `xType`.
 * One instance per node, because parsed templates and expressions are kept between messages.
 */
export class FieldReader {
  private readonly templates: Record<Dialect, Map<string, Template>> = {
    bare: new Map(),
    prefixed: new Map(),
    json: new Map(),
  };
  private readonly expressions = new Map<string, ReturnType<NodeAPI['util']['prepareJSONataExpression']>>();

  constructor(
    private readonly RED: NodeAPI,
    private readonly node: Node,
    readonly fields: Fields,
  ) {}

  /** The reader for one message. @param fields - instead of those that were saved */
  for(msg: Message, fields = this.fields): Reader {
    return new Reader(this, msg, fields);
  }

  /** Renders a template that is parsed once; see {@link Template}. */
  render(text: string, dialect: Dialect, msg: Message): string | Promise<string> {
    const templates = this.templates[dialect];
    let template = templates.get(text);
    if (!template) {
      template = new Template(text, dialect);
      // A text that varies by message must not fill the memory.
      if (templates.size < 1000) templates.set(text, template);
    }
    return template.render(msg, (scope, name, store) => this.context(scope, name, store));
  }

  /** Evaluates one of Node-RED's own kinds; the callback may come at once or later. */
  evaluate(value: string, kind: string, msg: Message): unknown {
    return settle((done) => {
      if (kind === 'jsonata') {
        let expression = this.expressions.get(value);
        if (!expression) {
          expression = this.RED.util.prepareJSONataExpression(value, this.node);
          this.expressions.set(value, expression);
        }
        this.RED.util.evaluateJSONataExpression(expression, msg, done);
      } else {
        this.RED.util.evaluateNodeProperty(value, kind, this.node, msg, done);
      }
    });
  }

  private context(scope: Scope, name: string, store: string | undefined): unknown {
    // A config node has no flow context.
    const context = this.node.context()[scope] as { get: (...args: unknown[]) => void } | undefined;
    if (!context) return undefined;
    const key = SIMPLE_KEY.test(name) ? name : `[${JSON.stringify(name)}]`;
    return settle((done) => context.get(key, store, done));
  }
}

/** A callback's outcome: the value when it came at once, otherwise a promise. Errors are thrown or reject. */
function settle(start: (done: Callback) => void): unknown {
  let outcome: { error: Error | null; value: unknown } | undefined;
  let later: Callback | undefined;
  start((error, value) => {
    if (later) later(error, value);
    else outcome = { error, value };
  });
  if (outcome) {
    if (outcome.error) throw outcome.error;
    return outcome.value;
  }
  return new Promise((resolve, reject) => {
    later = (error, value) => (error ? reject(error) : resolve(value));
  });
}

/**
 * Reads a node's fields for one message. A method that meets a value it cannot use either throws
 * (nothing can be sent) or notes the problem and leaves the value out (the rest can).
 */
export class Reader {
  /** What was left out and why. */
  readonly problems: Problem[] = [];

  constructor(
    private readonly node: FieldReader,
    readonly msg: Message,
    private readonly fields: Fields,
  ) {}

  /** A field as it was saved. */
  raw(field: string): unknown {
    return this.fields[field];
  }

  /** The first of several names under which releases of the palette have saved a field. */
  named(...names: string[]): string {
    return names.find((name) => !isBlank(this.fields[name])) ?? names[0]!;
  }

  /** A field as its kind says. A field without a value or without a kind is taken literally. */
  value(field: string, kindField = `${field}Type`): unknown {
    return this.typed(this.fields[field], this.fields[kindField], field);
  }

  /**
   * A value as a kind says: `str num bool json env msg flow global jsonata mustache`.
   *
   * @param field - named in problems
   * @throws Problem for JSON or a template that cannot be parsed
   */
  typed(value: unknown, kind: unknown, field: string, dialect: Dialect = 'bare'): unknown {
    if (!value || !kind || typeof kind !== 'string') return value;
    if (kind === 'str') return typeof value === 'string' ? value : String(value);
    if (kind === 'num') return this.number(value, field);
    if (kind === 'json') return parseJson(value, field);
    if (kind === 'mustache') return this.render(value, field, dialect);
    if (kind !== 'jsonata' && !NODE_RED_KINDS.has(kind)) return undefined;
    const failed = (error: unknown): void => {
      this.problems.push(new Problem('evaluate', { field, value, kind, detail: messageOf(error) }));
    };
    try {
      const result = this.node.evaluate(String(value), kind, this.msg);
      return result instanceof Promise ? result.catch(failed) : result;
    } catch (error) {
      failed(error);
      return undefined;
    }
  }

  /** A template, in the dialect of its field. @throws Problem when it is not text or not well-formed */
  render(text: unknown, field: string, dialect: Dialect = 'bare'): string | Promise<string> {
    if (isBlank(text)) return '';
    if (typeof text !== 'string') throw new Problem('text', { field, value: text });
    try {
      return this.node.render(text, dialect, this.msg);
    } catch (error) {
      throw error instanceof Problem ? new Problem(error.reason, { ...error.facts, field }) : error;
    }
  }

  /** A field whose value is an object; text is read as JSON. @throws Problem when it is not JSON */
  json(field: string, kindField = `${field}Type`): unknown {
    return after(this.typed(this.fields[field], this.fields[kindField], field, 'json'), (value) =>
      typeof value === 'string' && value !== '' ? parseJson(value, field) : value,
    );
  }

  /** A field that lists things: an array, or text with commas between them. */
  list(field: string): Later<unknown[]> {
    return after(this.value(field), (value) => {
      if (Array.isArray(value)) return value as unknown[];
      return typeof value === 'string' && value !== '' ? value.split(',').map((item) => item.trim()) : [];
    });
  }

  /** A field's leading whole number, as in `603 Decline`; absent when blank, noted when there is none. */
  integer(field: string): Later<number | undefined> {
    return after(this.value(field), (value) => {
      if (isBlank(value)) return undefined;
      const integer = Number.parseInt(String(value), 10);
      if (!Number.isNaN(integer)) return integer;
      this.note('number', field, value);
      return undefined;
    });
  }

  /** A field of digits; anything else is left out, noted when it is not blank. */
  digits(field: string): Later<number | undefined> {
    return after(this.value(field), (value) => {
      if (isBlank(value)) return undefined;
      if (DIGITS.test(String(value))) return Number(value);
      this.note('digits', field, value);
      return undefined;
    });
  }

  /** A field that counts; nothing for 0, and 0, noted, for what is no number. */
  count(field: string): Later<number | undefined> {
    const noted = this.problems.length;
    return after(this.value(field), (value) => {
      if (this.problems.length > noted) return 0;
      if (isBlank(value)) return undefined;
      const count = Number.parseInt(String(value), 10);
      if (Number.isNaN(count)) this.note('number', field, value);
      return count === 0 ? undefined : count || 0;
    });
  }

  private number(value: unknown, field: string): number | undefined {
    const number = Number(value);
    if (!Number.isNaN(number)) return number;
    this.note('number', field, value);
    return undefined;
  }

  private note(reason: string, field: string, value: unknown): void {
    this.problems.push(new Problem(reason, { field, value }));
  }
}

/** A value, or the promise of it where a context store or an expression takes its time. */
export type Later<T> = T | Promise<T>;

/** Nearly every value is there at once, and a promise costs more than the rest of reading it. */
function after<T>(value: unknown, use: (value: unknown) => T): Later<T> {
  return value instanceof Promise ? value.then(use) : use(value);
}

/** True for what an untouched form field holds. */
export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** JSON that came as text. @throws Problem when it is not JSON */
export function parseJson(value: unknown, field: string): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch (error) {
    throw new Problem('json', { field, value, detail: messageOf(error) });
  }
}
