/** jambonz's REST API over HTTP, for the calls of a simulator: what the REST nodes of a flow under test ask. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { CallOptions, Simulator } from '../simulator';

const MAX_BODY = 1024 * 1024;

/** A request to the API and how it was answered. */
export interface RestSeen {
  method: string;
  path: string;
  body: unknown;
  /** Absent until it is answered. */
  status?: number;
}

export interface RestApi {
  url: string;
  close(): Promise<void>;
}

type Json = Record<string, unknown>;

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > MAX_BODY) throw new Error('the request is too long');
    chunks.push(chunk as Buffer);
  }
  return length === 0 ? undefined : JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

/** Whatever application a new call names is the one that the saved call is about. */
function learnApplication(simulator: Simulator, body: unknown, application: Partial<CallOptions>): void {
  const { application_sid: sid } = body as Json;
  const { url } = application;
  if (typeof sid === 'string' && url !== undefined)
    simulator.applications.set(sid, { from: '', to: '', ...application, url });
}

/** Serves the API until it is closed. */
export async function serveRest(
  simulator: Simulator,
  application: Partial<CallOptions>,
  { host, port }: { host: string; port: number },
  /** Hears of each request twice: when it has come, and when it is answered. */
  seen: (request: RestSeen) => void,
): Promise<RestApi> {
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const method = request.method ?? 'GET';
    const path = pathname.replace(/^.*?\/v1(?=\/)/, '');
    const asked: RestSeen = { method, path, body: undefined };
    let reply: { status: number; data?: unknown };
    try {
      const body = (asked.body = await bodyOf(request));
      seen(asked);
      const isCreated = method === 'POST' && path.endsWith('/Calls');
      if (isCreated && typeof body === 'object' && body !== null) learnApplication(simulator, body, application);
      reply = await simulator.rest(method, path, Object.fromEntries(searchParams), body);
    } catch (error) {
      reply = { status: 400, data: { msg: (error as Error).message } };
    }
    const { status, data } = reply;
    const text = data === undefined ? '' : typeof data === 'string' ? data : JSON.stringify(data);
    const type = typeof data === 'string' ? 'text/plain' : 'application/json';
    response.writeHead(status, text === '' ? {} : { 'content-type': `${type}; charset=utf-8` }).end(text);
    asked.status = status;
    seen(asked);
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(port, host);
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${bound}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
