import { STATUS_CODES } from 'node:http';
import type { Application, ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { bodyReader } from './body';
import { cors, type CorsSetting } from './cors';
import { answeredProbe } from './probe';
import { routesOf, type Method, type RouteTable } from './routes';

/** The settings of Node-RED that say how webhooks are served. */
interface HttpSettings {
  httpNodeRoot?: string | false;
  httpNodeMiddleware?: RequestHandler | RequestHandler[];
  httpNodeCors?: CorsSetting;
  apiMaxLength?: string | number;
}

/** A node that receives webhooks. */
export interface Listener {
  /** The node's id. */
  id: string;
  method: Method;
  path: string;
  /** Signatures are checked: the bytes of a body are kept for it. */
  signed: boolean;
  /** A request whose body is in `req.body`. It must be answered. */
  receive(req: Request, res: Response): void;
  /** A request that was refused before the node saw it. */
  refused(status: number, reason: string): void;
  shadowed(taken: boolean): void;
}

const DEFAULT_LIMIT = '5mb';
const watched = new WeakSet<object>();
const guarded = new WeakSet<object>();

/**
 * Serves a node's webhook until the returned function is called.
 * Honours `httpNodeMiddleware`, `httpNodeCors` and `apiMaxLength`.
 *
 * @returns undefined when the setting `httpNodeRoot: false` has switched webhooks off
 */
export function listen(RED: NodeAPI, listener: Listener): (() => void) | undefined {
  const settings = RED.settings as unknown as HttpSettings;
  if (settings.httpNodeRoot === false) return undefined;
  const allowOrigin = cors(settings.httpNodeCors);
  const table = routesOf(RED.httpNode, (req, res, allowed) => {
    runAll(allowOrigin, req, res, () => void res.set('Allow', allowed.join(',')).send(allowed.join(',')));
  });
  announceAfterDeploys(RED, table);
  guardEditorParser(RED.httpAdmin, table, settings.httpNodeRoot ?? '/');

  const before = [...[settings.httpNodeMiddleware ?? []].flat(), ...allowOrigin];
  const readBody = bodyReader(settings.apiMaxLength ?? DEFAULT_LIMIT, listener.signed);
  return table.add({
    method: listener.method,
    path: listener.path,
    shadowed: (taken) => listener.shadowed(taken),
    handle(req, res) {
      const receive = (error?: unknown): void => {
        if (error) {
          refuse(res, error, listener);
        } else {
          req.cookies = cookiesOf(req.headers.cookie);
          listener.receive(req, res);
        }
      };
      runAll(before, req, res, (error) => {
        if (!error && answeredProbe(req, res, listener.id)) return;
        if (error || listener.method === 'get') receive(error);
        else readBody(req, res, receive);
      });
    },
  });
}

/** Answers with a status and a text, its standard phrase if none is given: never a stack trace. */
export function answerStatus(res: Response, status: number, text = STATUS_CODES[status] ?? String(status)): void {
  if (res.headersSent || res.closed) return;
  res.status(status).type('text/plain').send(text);
}

/** Runs middleware in turn; `done` gets its error, or nothing when all have passed. */
function runAll(handlers: RequestHandler[], req: Request, res: Response, done: (error?: unknown) => void): void {
  if (handlers.length === 0) {
    done();
    return;
  }
  let index = 0;
  const next = (error?: unknown): void => {
    const handler = error ? undefined : handlers[index++];
    if (!handler) {
      done(error);
      return;
    }
    try {
      // Middleware may be asynchronous, and reject.
      Promise.resolve(handler(req, res, next)).catch(done);
    } catch (thrown) {
      done(thrown);
    }
  };
  next();
}

function refuse(res: Response, error: unknown, listener: Pick<Listener, 'refused'>): void {
  const { status = 500, message } = error as { status?: number; message?: string };
  const code = status >= 400 && status < 600 ? status : 500;
  answerStatus(res, code);
  listener.refused(code, String(message));
}

function announceAfterDeploys(RED: NodeAPI, table: RouteTable): void {
  if (watched.has(table)) return;
  watched.add(table);
  RED.events.on('flows:started', () => table.announce());
}

/**
 * Where editor and webhooks share a root, the editor's body parser sees every request first and a
 * body it cannot read would be answered with a page that shows a stack trace.
 */
function guardEditorParser(nodesAdmin: Application | undefined, table: RouteTable, root: string): void {
  // The parser belongs to the application in which the one for nodes is mounted.
  const admin = (nodesAdmin as { parent?: Application } | undefined)?.parent;
  if (!admin || guarded.has(admin)) return;
  guarded.add(admin);
  const prefix = root.replace(/\/$/, '');
  const guard: ErrorRequestHandler = (error: { status?: number }, req, res, next) => {
    const path = req.originalUrl.split('?', 1)[0]!;
    const ours = path.startsWith(prefix) && table.match(req.method, path.slice(prefix.length));
    if (ours && error.status && error.status < 500) answerStatus(res, error.status);
    else next(error);
  };
  admin.use(guard);
}

/** A request's cookies, which flows know from core nodes as `msg.req.cookies`. */
function cookiesOf(header: string | undefined): Record<string, string> {
  const cookies: Record<string, string> = {};
  if (header === undefined) return cookies;
  for (const pair of header.split(';')) {
    const [name = '', ...value] = pair.split('=');
    if (value.length === 0 || name.trim() === '__proto__') continue;
    const text = value
      .join('=')
      .trim()
      .replace(/^"(.*)"$/, '$1');
    try {
      cookies[name.trim()] = decodeURIComponent(text);
    } catch {
      cookies[name.trim()] = text;
    }
  }
  return cookies;
}
