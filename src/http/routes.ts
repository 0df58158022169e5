import type { Application, Request, RequestHandler, Response } from 'express';
import { makeDictionary } from './dictionary';

export type Method = 'get' | 'post';

/** A node's claim on a method and a path. */
export interface Route {
  method: Method;
  /** As typed by the user: with or without the first slash, with parameters (`/answer/:tenant`). */
  path: string;
  handle(req: Request, res: Response): void;
  /** Told after a deploy whether another node, which came first, gets the requests. */
  shadowed(taken: boolean): void;
}

interface Pattern {
  test: RegExp;
  names: string[];
  routes: Route[];
}

/** Characters with a meaning in an Express path. */
const PATTERN = /[:*?+()]/;
const PATTERN_PARTS = /(\/)?:(\w+)(?:\(((?:\\.|[^\\()])+)\))?(\?)?|(\*)|([.^$|[\]{}\\])|([?+()])/g;

/**
 * The webhooks of one Express application. Express knows a single handler of ours; nodes come and
 * go in this table, so that no router has to be taken apart and a thousand webhooks cost no more
 * than one: exact paths are looked up, only paths with parameters are tried in turn.
 */
export class RouteTable {
  private readonly exact = new Map<string, Route[]>();
  private readonly patterns = new Map<string, Pattern>();

  /** Adds a route. @returns its removal, which touches no other route */
  add(route: Route): () => void {
    const path = withoutLastSlash(route.path);
    const key = `${route.method} ${path.toLowerCase()}`;
    const isPattern = PATTERN.test(path);
    const routes = isPattern ? this.pattern(key, path).routes : listIn(this.exact, key);
    routes.push(route);
    return () => {
      const index = routes.indexOf(route);
      if (index >= 0) routes.splice(index, 1);
      if (routes.length > 0) return;
      if (isPattern) this.patterns.delete(key);
      else this.exact.delete(key);
    };
  }

  /** The route for a request path (still percent-encoded) and its decoded parameters. */
  match(method: string, path: string): { route: Route; params: Record<string, string> } | undefined {
    const wanted = method === 'HEAD' ? 'get' : method.toLowerCase();
    const [route] = this.exact.get(`${wanted} ${withoutLastSlash(path).toLowerCase()}`) ?? [];
    if (route) return { route, params: {} };
    for (const [key, { test, names, routes }] of this.patterns) {
      const [first] = routes;
      const found = first && key.startsWith(`${wanted} `) && test.exec(path);
      if (!found) continue;
      const params: Record<string, string> = {};
      names.forEach((name, index) => {
        const value = found[index + 1];
        if (value !== undefined) params[name] = decode(value);
      });
      return { route: first, params };
    }
    return undefined;
  }

  /** The methods that a path answers, as for the `Allow` header. */
  allowed(path: string): string[] {
    const methods: string[] = [];
    if (this.match('get', path)) methods.push('GET', 'HEAD');
    if (this.match('post', path)) methods.push('POST');
    return methods;
  }

  /** Tells every route whether it is the one that answers. */
  announce(): void {
    const lists = [...this.exact.values(), ...[...this.patterns.values()].map(({ routes }) => routes)];
    for (const routes of lists) routes.forEach((route, index) => route.shadowed(index > 0));
  }

  private pattern(key: string, path: string): Pattern {
    let pattern = this.patterns.get(key);
    if (!pattern) {
      pattern = { ...compile(path), routes: [] };
      this.patterns.set(key, pattern);
    }
    return pattern;
  }
}

const tables = new WeakMap<object, RouteTable>();

/**
 * The route table of an Express application, installed at first use.
 *
 * @param answerOptions - what OPTIONS gets on a path of ours
 */
export function routesOf(
  app: Application,
  answerOptions: (req: Request, res: Response, allowed: string[]) => void,
): RouteTable {
  let table = tables.get(app);
  if (!table) {
    table = new RouteTable();
    tables.set(app, table);
    app.use(dispatcher(table, answerOptions));
  }
  return table;
}

function dispatcher(
  table: RouteTable,
  answerOptions: (req: Request, res: Response, allowed: string[]) => void,
): RequestHandler {
  return (req, res, next) => {
    if (req.method === 'OPTIONS') {
      const allowed = table.allowed(req.path);
      if (allowed.length > 0) answerOptions(req, res, allowed);
      else next();
      return;
    }
    const found = table.match(req.method, req.path);
    if (!found) {
      next();
      return;
    }
    makeDictionary(req, 'next');
    makeDictionary(res, 'req');
    req.params = found.params;
    found.route.handle(req, res);
  };
}

/** Express's rule: a last slash does not matter (neither does case), and the first may be missing. */
function withoutLastSlash(path: string): string {
  const slashed = path.startsWith('/') ? path : `/${path}`;
  return slashed.length > 1 && slashed.endsWith('/') ? slashed.slice(0, -1) : slashed;
}

function listIn<T>(map: Map<string, T[]>, key: string): T[] {
  let list = map.get(key);
  if (!list) map.set(key, (list = []));
  return list;
}

/** An Express path as a regular expression: `:name`, `:name?`, `:name(\\d+)`, `*`, `?`, `+`, `( )`. */
function compile(path: string): { test: RegExp; names: string[] } {
  const names: string[] = [];
  let stars = 0;
  const source = path.replace(
    PATTERN_PARTS,
    (
      _match: string,
      slash: string | undefined,
      name: string | undefined,
      rule: string | undefined,
      optional: string | undefined,
      star: string | undefined,
      literal: string | undefined,
      operator: string | undefined,
    ) => {
      if (name !== undefined) {
        names.push(name);
        const value = `(${rule ?? '[^/]+?'})`;
        if (!optional) return `${slash ?? ''}${value}`;
        return slash ? `(?:/${value})?` : `${value}?`;
      }
      if (star) {
        names.push(String(stars++));
        return '(.*)';
      }
      if (literal) return `\\${literal}`;
      return operator === '(' ? '(?:' : (operator ?? '');
    },
  );
  return { test: new RegExp(`^${source}/?$`, 'i'), names };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
