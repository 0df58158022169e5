import { STATUS_CODES } from 'node:http';
import axios, { isAxiosError } from 'axios';
import { Problem, messageOf, type ProblemFacts } from './problem';

/** Where and as whom requests are sent. */
export interface ApiSettings {
  /** The address of the REST API, with or without `/v1` at its end. */
  baseUrl: string;
  accountSid: string;
  token: string;
  /** How long one request may take, its answer included; 30 seconds when absent. */
  timeoutMs?: number;
  /** Answers instead of a server; paths are those below `/v1`, with their query. */
  transport?: (method: string, path: string, body: unknown) => Promise<{ status: number; data: unknown }>;
  /** How often a read that failed for a reason that may pass is tried again; 0 when absent. */
  retries?: number;
}

/** What jambonz answered to a request that it accepted. */
export interface ApiAnswer {
  status: number;
  statusText: string;
  /** The parsed JSON; text when the server does not say JSON, or what it says is none. */
  data: unknown;
}

/** What is known about a request that failed, beside the reason. */
interface Failure {
  status?: number;
  statusText?: string;
  data?: unknown;
  serverMessage?: string;
  code?: string;
  retryAfter?: string;
}

/**
 * A request that failed. Nothing in it holds the API key, and it keeps no request: it may be logged
 * and sent through a flow.
 */
export class ApiError extends Problem {
  /** The HTTP status; absent when no answer was understood. */
  readonly status?: number;
  /** The reason phrase beside the status. */
  readonly statusText?: string;
  /** The body of the answer. */
  readonly data?: unknown;
  /** Why the server refused, in its own words; never a page of HTML. */
  readonly serverMessage?: string;
  /** The system's code for a failed connection, for example `ECONNREFUSED`. */
  readonly code?: string;
  /** The answer's header of that name. */
  readonly retryAfter?: string;

  constructor(reason: string, facts: ProblemFacts, failure: Failure = {}) {
    super(reason, facts);
    this.name = 'ApiError';
    Object.assign(this, failure);
  }
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

const TIMEOUT_MS = 30_000;
const MOST_RETRIES = 10;
const LONGEST_PAUSE_MS = 10_000;
const FIRST_PAUSE_MS = 250;
const LARGEST_ANSWER = 16 * 1024 * 1024;
const LONGEST_MESSAGE = 500;
/** Hiding a shorter text would make others unreadable, and it keeps no secret. */
const SHORTEST_SECRET = 4;

/** The REST API of jambonz. Paths are those below `/v1`; make them with {@link path}. */
export class JambonzApi {
  readonly accountSid: string;
  private readonly address: string;
  private readonly token: string;
  private readonly timeoutMs: number;
  private readonly transport: ApiSettings['transport'];
  private readonly retries: number;

  /** @param signal - ends every request that is under way, and the pauses between them */
  constructor(
    settings: ApiSettings,
    private readonly signal?: AbortSignal,
  ) {
    this.accountSid = settings.accountSid;
    this.address = settings.baseUrl;
    this.token = settings.token.trim();
    this.timeoutMs = settings.timeoutMs ?? TIMEOUT_MS;
    this.transport = settings.transport;
    this.retries = Math.min(settings.retries ?? 0, MOST_RETRIES);
  }

  /**
   * Reads. Query values that are undefined, null or empty are left out; 0 and false are not.
   *
   * @throws ApiError for every failure, as the other methods do
   */
  async get(path: string, query: Record<string, unknown> = {}): Promise<ApiAnswer> {
    const target = path + queryOf(query);
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.request('GET', target);
      } catch (error) {
        if (attempt >= this.retries || !mayPass(error)) throw error;
        await this.pause(pauseBefore(attempt, error.retryAfter));
      }
    }
  }

  /** Creates, or tells a call what to do. Sent once, whatever happens. */
  post(path: string, body?: unknown): Promise<ApiAnswer> {
    return this.request('POST', path, body);
  }

  /** Changes. Sent once, whatever happens. */
  put(path: string, body?: unknown): Promise<ApiAnswer> {
    return this.request('PUT', path, body);
  }

  /** Removes. Sent once, whatever happens. */
  delete(path: string): Promise<ApiAnswer> {
    return this.request('DELETE', path);
  }

  private async request(method: Method, target: string, body?: unknown): Promise<ApiAnswer> {
    if (this.transport) return this.simulated(this.transport, method, target, body);
    const url = this.urlOf(target);
    if (!/^[\x21-\x7e]+$/.test(this.token)) {
      throw new ApiError('api-token', { field: 'apiToken', detail: 'the API key cannot be sent' });
    }
    if (this.signal?.aborted) throw stopped();
    const { origin } = url;
    const abort = new AbortController();
    const stop = (): void => abort.abort();
    const timer = setTimeout(stop, this.timeoutMs);
    this.signal?.addEventListener('abort', stop);
    try {
      const response = await axios.request<string>({
        url: url.href,
        method,
        headers: { authorization: `Bearer ${this.token}`, ...(body !== undefined && { 'content-type': JSON_TYPE }) },
        ...(body !== undefined && { data: JSON.stringify(body) }),
        signal: abort.signal,
        maxRedirects: 0,
        maxContentLength: LARGEST_ANSWER,
        maxBodyLength: LARGEST_ANSWER,
        responseType: 'text',
        transformResponse: (text: string) => text,
        validateStatus: () => true,
      });
      const { status, statusText } = response;
      const header = (name: string): string => textOf(response.headers[name]);
      const data = parsed(response.data, header('content-type'));
      if (status >= 200 && status < 300) return { status, statusText, data };
      throw this.refusal({ status, statusText, data, retryAfter: header('retry-after') }, header('location'));
    } catch (error) {
      if (error instanceof ApiError) throw error;
      if (this.signal?.aborted) throw stopped();
      if (abort.signal.aborted) {
        const seconds = this.timeoutMs / 1000;
        throw new ApiError('api-timeout', { host: origin, seconds, detail: `no answer within ${seconds} s` });
      }
      throw this.broken(error, origin);
    } finally {
      clearTimeout(timer);
      this.signal?.removeEventListener('abort', stop);
    }
  }

  /** As over the wire: with copies, and with jambonz's refusals. */
  private async simulated(
    transport: NonNullable<ApiSettings['transport']>,
    method: Method,
    target: string,
    body: unknown,
  ): Promise<ApiAnswer> {
    if (this.signal?.aborted) throw stopped();
    const { status, data } = await transport(method, target, copyOf(body));
    const statusText = STATUS_CODES[status] ?? '';
    const answer = { status, statusText, data: data === undefined ? '' : copyOf(data) };
    if (status >= 200 && status < 300) return answer;
    throw this.refusal(answer, '');
  }

  private urlOf(target: string): URL {
    const root = apiRoot(this.address);
    if (root !== undefined) return new URL(`${root}/${target}`);
    const value = this.address.replace(/\/\/[^/]*@/, '//***@');
    throw new ApiError('api-address', {
      field: 'url',
      value,
      detail: `Failed to parse URL from ${value}/v1/${target}`,
    });
  }

  /** An answer other than 2xx. */
  private refusal(failure: Failure & { status: number; statusText: string }, location: string): ApiError {
    const { status, statusText, retryAfter } = failure;
    const data = this.withoutToken(failure.data);
    const serverMessage = serverMessageOf(data);
    const known: Failure = { status, statusText, data };
    if (serverMessage !== undefined) known.serverMessage = serverMessage;
    if (retryAfter) known.retryAfter = retryAfter;
    const facts: ProblemFacts = { status, statusText };
    if (status >= 300 && status < 400) {
      return new ApiError('api-redirect', { ...facts, location: this.withoutToken(location) }, known);
    }
    if (serverMessage === undefined) return new ApiError('api-status', facts, known);
    return new ApiError('api-refused', { ...facts, detail: serverMessage }, known);
  }

  /** No answer, or one that broke off. The library's own error holds the request and is dropped. */
  private broken(error: unknown, host: string): ApiError {
    const code = isAxiosError(error) ? error.code : undefined;
    const said = textOf(this.withoutToken(messageOf(error)));
    const detail = said === '' ? (code ?? 'no connection') : said;
    if (detail.startsWith('maxContentLength')) {
      return new ApiError(
        'api-oversize',
        { host, megabytes: LARGEST_ANSWER / 1024 / 1024, detail },
        { code: 'EMSGSIZE' },
      );
    }
    return new ApiError('api-unreachable', { host, detail }, code === undefined ? {} : { code });
  }

  /** A server that repeats the key must not bring it into a log. */
  private withoutToken(value: unknown): unknown {
    if (this.token.length < SHORTEST_SECRET) return value;
    if (typeof value === 'string') return value.replaceAll(this.token, '***');
    if (typeof value !== 'object' || value === null) return value;
    const text = JSON.stringify(value);
    return text.includes(this.token) ? JSON.parse(text.replaceAll(this.token, '***')) : value;
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        reject(stopped());
      };
      const timer = setTimeout(() => {
        this.signal?.removeEventListener('abort', leave);
        resolve();
      }, ms);
      if (this.signal?.aborted) leave();
      else this.signal?.addEventListener('abort', leave, { once: true });
    });
  }
}

const JSON_TYPE = 'application/json';

/**
 * A path below `/v1` with its ids encoded, so that none can lead to another resource.
 *
 * @example
 * path`Accounts/${{ accountSid }}/Calls/${{ callSid }}`
 * @param ids - text, or an object of one property whose name is named in problems
 * @throws Problem for an id that is empty, or that stands for another folder
 */
export function path(parts: TemplateStringsArray, ...ids: unknown[]): string {
  return parts.reduce((text, part, index) => text + encodedId(ids[index - 1], text) + part);
}

function encodedId(id: unknown, before: string): string {
  const named = Object.entries(typeof id === 'object' ? ((id ?? {}) as Record<string, unknown>) : {})[0];
  const [field, value] = named ?? [before.split('/').at(-2) ?? '', id];
  const text = textOf(value).trim();
  if (text === '') throw new Problem('api-no-id', { field });
  // Even percent-encoded, dots would mean the folder or the one above it.
  if (text === '.' || text === '..') throw new Problem('api-id', { field, value: text });
  return encodeURIComponent(text);
}

/** The address below which the API's paths lie, without a last slash; undefined when it is none. */
export function apiRoot(address: string): string | undefined {
  let url: URL;
  try {
    url = new URL(address.trim());
  } catch {
    return undefined;
  }
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return undefined;
  return `${url.origin}${url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '').replace(/\/+$/, '')}/v1`;
}

function queryOf(query: Record<string, unknown>): string {
  const entries = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([name, value]) => [name, textOf(value)]);
  return entries.length === 0 ? '' : `?${new URLSearchParams(entries).toString()}`;
}

function copyOf(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The body of an answer: parsed when it is JSON and nothing says otherwise. */
function parsed(text: unknown, contentType: string): unknown {
  if (typeof text !== 'string' || text === '') return '';
  if (contentType !== '' && !/json/i.test(contentType)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function serverMessageOf(data: unknown): string | undefined {
  if (typeof data === 'string') {
    const text = data.trim();
    return text === '' || text.startsWith('<') ? undefined : text.slice(0, LONGEST_MESSAGE);
  }
  if (typeof data !== 'object' || data === null) return undefined;
  const { msg, message, error } = data as Record<string, unknown>;
  const said = [msg, message, error].find((text) => typeof text === 'string' && text !== '');
  return said === undefined ? undefined : textOf(said).slice(0, LONGEST_MESSAGE);
}

/** True for a failure that another attempt may not meet. A timeout is none: who asks has waited enough. */
function mayPass(error: unknown): error is ApiError {
  if (!(error instanceof ApiError)) return false;
  const { reason, status = 0 } = error;
  return reason === 'api-unreachable' || status === 429 || status >= 500;
}

/** The server's own wish, a number of seconds or a date; otherwise twice as long each time. */
function pauseBefore(attempt: number, retryAfter = ''): number {
  const wished = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - Date.now();
  const pause = Number.isNaN(wished) ? FIRST_PAUSE_MS * 2 ** attempt : wished;
  return Math.min(Math.max(pause, 0), LONGEST_PAUSE_MS);
}

function stopped(): ApiError {
  return new ApiError('api-stopped', { detail: 'stopped' });
}
