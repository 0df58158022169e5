import type { Application, Request, RequestHandler, Response } from 'express';
import type { NodeAPI } from 'node-red';

/** What the editor is told: the wish was met, or why not, as a key of the catalog with its facts. */
export type Outcome<T extends object = object> = ({ ok: true } & T) | Refusal;

export interface Refusal {
  ok: false;
  reason: string;
  facts?: Record<string, string>;
}

export interface AdminRoute {
  /** `get` reads; `post` changes something, or must not be kept in a cache. */
  method: 'get' | 'post';
  path: string;
  /** One permission or several, which are all needed. */
  permission: string | string[];
  /** Some requests need another one, too. */
  further?: { when: (input: Record<string, unknown>) => boolean; permission: string };
  /** `input` is the query of a `get`, the JSON of a `post`. */
  handle: (params: Record<string, string>, input: Record<string, unknown>) => Promise<Outcome> | Outcome;
}

type Mounted = Map<string, AdminRoute['handle']>;

/** Where an application keeps our handlers, also when this module is loaded twice: the last one counts. */
const MOUNTED = Symbol.for('@callflows/node-red-jambonz/admin');

/**
 * Serves routes of the editor's API. They answer 200 with an {@link Outcome} to everything that was
 * asked correctly: that the jambonz server is down is an answer, too.
 */
export function serveAdmin(RED: NodeAPI, routes: AdminRoute[]): void {
  const admin = RED.httpAdmin as (Application & { [MOUNTED]?: Mounted }) | undefined;
  // Node-RED without an editor has none.
  if (typeof admin?.get !== 'function') return;
  const mounted = (admin[MOUNTED] ??= new Map<string, AdminRoute['handle']>());
  for (const { method, path, permission, further, handle } of routes) {
    const key = `${method} ${path}`;
    const isNew = !mounted.has(key);
    mounted.set(key, handle);
    if (!isNew) continue;
    // Several permissions work as well; the types do not say so.
    const allowed: RequestHandler[] = [RED.auth.needsPermission(permission as string)];
    if (further) {
      const needed = RED.auth.needsPermission(further.permission);
      allowed.push((req, res, next) => {
        if (further.when(inputOf(req))) needed(req, res, next);
        else next();
      });
    }
    admin[method](path, ...allowed, (req: Request, res: Response) => {
      answer(req, res, mounted.get(key)!).catch(() => {
        // The error's text stays unsaid: nobody knows what is in it.
        if (!res.headersSent) res.status(500).json({ ok: false, reason: 'failed' });
      });
    });
  }
}

async function answer(req: Request, res: Response, handle: AdminRoute['handle']): Promise<void> {
  res.set('Cache-Control', 'no-store');
  // Node-RED lets other origins ask, and without adminAuth there is no token that they lack.
  if (req.headers['sec-fetch-site'] === 'cross-site') {
    res.status(403).json({ ok: false, reason: 'failed' });
  } else if (req.method === 'POST' && !req.is('application/json')) {
    res.status(415).json({ ok: false, reason: 'failed' });
  } else {
    res.json(await handle(req.params as Record<string, string>, inputOf(req)));
  }
}

function inputOf(req: Request): Record<string, unknown> {
  const input: unknown = req.method === 'POST' ? req.body : req.query;
  return typeof input === 'object' && input !== null ? (input as Record<string, unknown>) : {};
}

/** A value of the input when it is text, trimmed. */
export function textIn(input: Record<string, unknown>, name: string): string {
  const value = input[name];
  return typeof value === 'string' ? value.trim() : '';
}
