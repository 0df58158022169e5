import mustache = require('mustache');
import { Problem, messageOf } from './problem';

/** The two contexts a template may read beside the message. */
export type Scope = 'flow' | 'global';

/** Reads one context key; `store` names a context store, absent means the default one. */
export type ReadContext = (scope: Scope, key: string, store?: string) => unknown;

/**
 * How names in a template are understood.
 * - `bare`: `{{call.from}}` reads the message; `flow` and `global` hide message properties of that name.
 * - `prefixed`: `{{msg.call.from}}` and `${msg.call.from}`; the prompt of a gather, which is also trimmed.
 * - `json`: as `bare`, for a template whose result is parsed as JSON: what is inserted between
 *   quotes is escaped, so that a caller's text cannot end the string and add properties.
 */
export type Dialect = 'bare' | 'prefixed' | 'json';

/** mustache's parsed form: [type, value, start, end, children, …]. */
type Token = [type: string, value: string, start: number, end: number, children?: Token[], ...rest: unknown[]];

interface Reference {
  scope: Scope;
  key: string;
  store: string | undefined;
  /** The name the template uses: `flow` or, for a named store, `flow[store]`. */
  root: string;
}

type View = Record<string, unknown>;

const NAME_TYPES = new Set(['name', '&', '#', '^']);
const CONTEXT_NAME = /^(flow|global)(?:\[(\w+)\])?(?:\.(.*))?$/;
const DOLLAR_NAME = /\$\{\s*((?:msg|flow|global)\.[^{}]+?)\s*\}/g;

const plain = (value: unknown): string => String(value);
const jsonEscaped = (value: unknown): string => JSON.stringify(String(value)).slice(1, -1);

/**
 * A mustache template, parsed once. Rendering reads just the context keys that the template names,
 * so its cost does not grow with what the contexts hold. Values are inserted as they are, in one
 * pass: text that came from a caller is never rendered again. Nothing is HTML-escaped, because
 * the result is spoken or sent, not shown; the setting is local, the shared module is left alone.
 */
export class Template {
  private readonly writer = new mustache.Writer();
  private readonly tokens: Token[];
  private readonly references: Reference[] = [];
  private readonly escape: (value: unknown) => string;
  /** The result of a text without tags. */
  private readonly constant: string | undefined;

  /**
   * @param text - the template
   * @throws Problem `template` when a tag or a section is not closed
   */
  constructor(
    private readonly text: string,
    private readonly dialect: Dialect = 'bare',
  ) {
    const source = dialect === 'prefixed' ? text.trim().replace(DOLLAR_NAME, '{{{$1}}}') : text;
    try {
      this.tokens = this.writer.parse(source) as Token[];
    } catch (error) {
      throw new Problem('template', { value: text, detail: messageOf(error) });
    }
    this.escape = dialect === 'json' ? jsonEscaped : plain;
    if (dialect === 'json') escapeBetweenQuotes(this.tokens);
    this.collect(this.tokens, undefined);
    if (this.tokens.every(([type]) => type === 'text')) this.constant = this.tokens.map(([, value]) => value).join('');
  }

  /**
   * Renders the template for a message.
   *
   * @returns the text; a promise of it only when a context store is asynchronous
   */
  render(msg: object, readContext: ReadContext): string | Promise<string> {
    if (this.constant !== undefined) return this.constant;
    if (this.references.length === 0) return this.write(msg, []);
    const values = this.references.map(({ scope, key, store }) => readContext(scope, key, store));
    return values.some((value) => value instanceof Promise)
      ? Promise.all(values).then((settled) => this.write(msg, settled))
      : this.write(msg, values);
  }

  private write(msg: object, values: unknown[]): string {
    const view = Object.assign(Object.create(BARE) as View, { flow: {}, global: {} });
    this.references.forEach(({ root, key }, index) => {
      place((view[root] ??= {}) as View, key.split('.'), values[index]);
    });
    // What is not found in the one is looked for in the other. The message is no prototype of anything: that would
    // make V8 give it a hidden class of its own, and everything that is done with it slow from then on.
    const context = this.dialect === 'prefixed' ? undefined : new mustache.Context(without(Object.keys(view), msg));
    if (!context) view.msg = msg;
    // The declared types know fewer arguments than mustache 4.2 takes.
    const writer = this.writer as unknown as {
      renderTokens(tokens: Token[], context: unknown, partials: undefined, text: string, config: object): string;
    };
    try {
      return writer.renderTokens(this.tokens, new mustache.Context(view, context), undefined, this.text, {
        escape: this.escape,
      });
    } catch (error) {
      throw new Problem('template', { value: this.text, detail: messageOf(error) });
    }
  }

  /** Finds the context keys that the tokens name; inside `{{#flow}}` any name may be one. */
  private collect(tokens: Token[], section: Reference | undefined): void {
    for (const [type, name, , , children] of tokens) {
      if (!NAME_TYPES.has(type)) continue;
      const own = this.reference(name);
      if (own?.key) this.references.push(own);
      else if (section && !own && name !== '.') {
        this.references.push({ ...section, key: contextKey(name) });
      }
      if (children) this.collect(children, own && !own.key ? own : section);
    }
  }

  private reference(name: string): Reference | undefined {
    const match = CONTEXT_NAME.exec(name);
    if (!match) return undefined;
    const [, scope, store, path = ''] = match;
    return { scope: scope as Scope, store, root: store ? `${scope}[${store}]` : scope!, key: contextKey(path) };
  }
}

/** A message in which these names, which mean something else in a template, are not to be found. */
function without(names: string[], msg: object): object {
  if (!names.some((name) => name in msg)) return msg;
  return Object.create(msg, Object.fromEntries(names.map((name) => [name, { value: undefined }]))) as object;
}

/** Has no name that a message could have, and can be written as text. */
const BARE: object = Object.assign(Object.create(null) as object, { toString: () => '[object Object]' });

/** The part of a dotted path that is a context key: its first segment, or `$parent` and the next. */
function contextKey(path: string): string {
  const segments = path.split('.');
  const own = segments.findIndex((segment) => segment !== '$parent');
  return segments.slice(0, own < 0 ? segments.length : own + 1).join('.');
}

function place(view: View, path: string[], value: unknown): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    if (value !== undefined) view[first] = value;
    return;
  }
  place((view[first] ??= {}) as View, rest, value);
}

/** Marks tags outside of JSON strings as raw (`&`) and those inside as escaped (`name`). */
function escapeBetweenQuotes(tokens: Token[], quoted = false): boolean {
  for (const token of tokens) {
    const [type, value, , , children] = token;
    if (type === 'text') quoted = stillQuoted(value, quoted);
    else if (type === 'name' || type === '&') token[0] = quoted ? 'name' : '&';
    else if (children) quoted = escapeBetweenQuotes(children, quoted);
  }
  return quoted;
}

function stillQuoted(text: string, quoted: boolean): boolean {
  for (const [character] of text.matchAll(/\\[^]|"/g)) {
    if (character === '"') quoted = !quoted;
  }
  return quoted;
}
