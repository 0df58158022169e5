import { Agent as HttpAgent, request as requestHttp, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import type { Route } from './api';
import type { Clock } from './clock';

/** How long the engine waits for the beginning of an answer. */
export const ANSWER_TIMEOUT_MS = 10_000;
/** The most that an answer may hold: a limit of the simulator's own. */
export const ANSWER_LIMIT = 1024 * 1024;

/** Connections that nobody has used for so long are closed before the server does it: Node's do after five seconds. */
const IDLE_MS = 2_000;

/** A request that got no answer, in the engine's words. */
export class TransportError extends Error {
  constructor(
    message: string,
    /** Could not connect, took too long, or something else: what retries go by. */
    readonly kind: 'connect' | 'timeout' | 'other',
  ) {
    super(message);
  }
}

export interface WireRequest {
  url: URL;
  /** As it stands in the request line: with what an URL would lose, a fragment for example. */
  path: string;
  method: string;
  headers: Record<string, string>;
  body?: string;
}

export interface WireAnswer {
  status: number;
  contentType: string;
  text: string;
}

/** Sends requests over connections that stay open, as the engine does; the time of the call stands still meanwhile. */
export class Transport {
  private readonly http = new HttpAgent({ keepAlive: true, timeout: IDLE_MS });
  private readonly https = new HttpsAgent({ keepAlive: true, timeout: IDLE_MS });
  private readonly pending = new Set<ClientRequest>();
  private isClosed = false;

  constructor(private readonly route: (url: URL) => Route | undefined = () => undefined) {}

  /** @throws TransportError */
  send(wire: WireRequest, clock: Clock): Promise<WireAnswer> {
    if (this.isClosed) return Promise.reject(new TransportError('the simulator is closed', 'other'));
    const release = clock.hold();
    return this.exchange(wire, clock).then(
      (answer) => {
        release();
        return answer;
      },
      (error: unknown) => {
        releaseLate(release, clock);
        throw error;
      },
    );
  }

  close(): void {
    this.isClosed = true;
    for (const request of this.pending) request.destroy();
    this.http.destroy();
    this.https.destroy();
  }

  private exchange(
    { url: asked, path: wanted, method, headers, body }: WireRequest,
    clock: Clock,
  ): Promise<WireAnswer> {
    const route = this.route(asked);
    const url = route?.to ?? asked;
    const path = route?.prefix && wanted.startsWith(route.prefix) ? wanted.slice(route.prefix.length) || '/' : wanted;
    return new Promise((resolve, reject) => {
      const isSecure = url.protocol === 'https:';
      const length = body === undefined ? undefined : String(Buffer.byteLength(body));
      const request = (isSecure ? requestHttps : requestHttp)({
        agent: isSecure ? this.https : this.http,
        host: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port,
        path,
        method,
        ...(route?.trusted ? { rejectUnauthorized: false } : {}),
        headers: { ...headers, ...route?.headers, ...(length === undefined ? {} : { 'content-length': length }) },
      });
      this.pending.add(request);
      const giveUp = (): void => {
        fail(new TransportError('Headers Timeout Error', 'timeout'));
      };
      const timers = [clock.after(ANSWER_TIMEOUT_MS, giveUp)];
      if (clock.virtual) {
        const real = setTimeout(giveUp, ANSWER_TIMEOUT_MS);
        timers.push({ cancel: () => clearTimeout(real) });
      }
      const settle = (): void => {
        this.pending.delete(request);
        for (const timer of timers) timer.cancel();
      };
      const fail = (error: TransportError): void => {
        settle();
        request.destroy();
        reject(error);
      };
      request.on('error', (error: NodeJS.ErrnoException) => fail(inWordsOfEngine(error)));
      request.on('response', (response) => {
        for (const timer of timers) timer.cancel();
        read(response).then(
          (text) => {
            settle();
            resolve({ status: response.statusCode ?? 0, contentType: response.headers['content-type'] ?? '', text });
          },
          (error: unknown) =>
            fail(error instanceof TransportError ? error : new TransportError('other side closed', 'other')),
        );
      });
      request.end(body);
    });
  }
}

/**
 * A server that has lent itself the clock must have seen that nobody waits for it any more before
 * time goes on, or both would count.
 */
function releaseLate(release: () => void, clock: Clock): void {
  if (!clock.virtual) {
    release();
    return;
  }
  const meanwhile = clock.hold();
  setTimeout(() => {
    meanwhile();
    release();
  }, 20);
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > ANSWER_LIMIT) {
      response.destroy();
      throw new TransportError(`the answer has more than ${ANSWER_LIMIT} bytes`, 'other');
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function inWordsOfEngine(error: NodeJS.ErrnoException): TransportError {
  switch (error.code) {
    case 'ECONNRESET':
    case 'EPIPE':
      return new TransportError('other side closed', 'other');
    case 'ECONNREFUSED':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'ETIMEDOUT':
      return new TransportError(error.message, 'connect');
    default:
      return new TransportError(error.message, 'other');
  }
}
