import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

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

/** A request to the real API server and its answer; `as` is whose token it carried. */
export interface Recording {
  name: string;
  request: { method: string; path: string; as: string | null; body?: unknown };
  response: { status: number; contentType: string | null; body: unknown };
}

export const recordings = JSON.parse(
  readFileSync(join(__dirname, '../data/rest-recordings.json'), 'utf8'),
) as Recording[];

/**
 * Answers as the real API server did. The same request has several answers where it changed
 * something: they come in their order, and the last one stays.
 */
export function asRecorded(): Respond {
  const answers = new Map<string, Answer[]>();
  for (const { request, response } of recordings) {
    const [path = '', query = ''] = request.path.split('?');
    const key = keyOf(request.method, path, query, request.as ?? '', request.body);
    const { status, contentType, body } = response;
    const headers: Record<string, string> = contentType === null ? {} : { 'content-type': contentType };
    const rawBody = typeof body === 'string' ? body : JSON.stringify(body);
    answers.set(key, [...(answers.get(key) ?? []), { status, headers, rawBody }]);
  }
  return ({ method, path, rawQuery = '', headers, body }) => {
    const whose = (headers.authorization ?? '').replace(`Bearer ${keyFor('')}`, '');
    const left = answers.get(keyOf(method, path, rawQuery, whose, body));
    if (!left) return { status: 599, rawBody: `nothing was recorded for ${method} ${path}?${rawQuery}` };
    return left.length > 1 ? left.shift()! : left[0]!;
  };
}

/** The API key of somebody in the recordings. */
export function keyFor(whose: string): string {
  return `key-of-${whose}`;
}

function keyOf(method: string, path: string, query: string, whose: string, body: unknown): string {
  return JSON.stringify([method, path, new URLSearchParams(query).toString(), whose, body === '' ? undefined : body]);
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
