import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Record<string, unknown>;

/** What the API answers, or how it fails. */
export interface Answer {
  status?: number;
  statusText?: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is. */
  rawBody?: string;
  /** Breaks the connection off instead of answering. */
  destroy?: boolean;
  /** Breaks the connection off after the headers and a part of the body. */
  destroyInBody?: boolean;
  /** Sends the headers and a part of the body, and then nothing more. */
  stall?: boolean;
  /** Answers that much later. */
  delayMs?: number;
}

/** A request as the vectors record it. */
export interface Seen {
  method: string;
  path: string;
  rawQuery?: string;
  query?: Record<string, string>;
  headers: Record<string, string>;
  body?: unknown;
  rawBody?: string;
}

/** Decides on an answer, at once or later. */
export type Respond = (request: Seen) => Answer | Promise<Answer>;

export interface RestServer {
  /** Without a last slash. */
  readonly url: string;
  /** Every request that has arrived. */
  readonly seen: readonly Seen[];
  /** Resolves when that many requests have arrived. */
  arrived(count: number): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a REST API on 127.0.0.1. A list has one answer for each request, the last one for all
 * further ones.
 */
export async function startRestServer(answers: Answer | Answer[] | Respond): Promise<RestServer> {
  const seen: Seen[] = [];
  const respond: Respond =
    typeof answers === 'function'
      ? answers
      : Array.isArray(answers)
        ? () => answers[Math.min(seen.length, answers.length) - 1]!
        : () => answers;
  const server = createServer((request, response) => {
    void serve(request, response);
  });
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = await readRequest(request);
    seen.push(asked);
    server.emit('seen');
    const answer = await respond(asked);
    if (answer.delayMs) setTimeout(write, answer.delayMs, response, answer).unref();
    else write(response, answer);
  };
  // Asked to be a proxy for another server it says no, and remembers for which.
  server.on('connect', ({ url = '' }, socket) => {
    seen.push({ method: 'CONNECT', path: url, headers: {} });
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    async arrived(count) {
      while (seen.length < count) await once(server, 'seen');
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function readRequest(request: IncomingMessage): Promise<Seen> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  const [path = '', ...query] = request.url!.split('?');
  const headers: Json = {};
  for (const name of ['authorization', 'content-type']) {
    if (request.headers[name]) headers[name] = request.headers[name];
  }
  const asked: Seen = { method: request.method!, path, headers: headers as Record<string, string> };
  if (query.length > 0) {
    asked.rawQuery = query.join('?');
    asked.query = Object.fromEntries(new URLSearchParams(asked.rawQuery));
  }
  if (text === '') return asked;
  try {
    return { ...asked, body: JSON.parse(text) as unknown };
  } catch {
    return { ...asked, rawBody: text };
  }
}

function write(response: ServerResponse, answer: Answer): void {
  const { status = 200, statusText, headers = {}, body, rawBody } = answer;
  if (answer.destroy) {
    response.destroy();
    return;
  }
  const all = { ...headers };
  if (rawBody === undefined && body !== undefined) all['content-type'] ??= 'application/json; charset=utf-8';
  const text = rawBody ?? (body === undefined ? undefined : JSON.stringify(body));
  if (statusText === undefined) response.writeHead(status, all);
  else response.writeHead(status, statusText, all);
  if (answer.stall || answer.destroyInBody) {
    response.write((text ?? '').slice(0, 5), () => {
      if (answer.destroyInBody) response.destroy();
    });
  } else {
    response.end(text);
  }
}
