import { createHmac } from 'node:crypto';
import type { BasicAuth } from './api';
import type { Clock } from './clock';
import type { AnswerEvent, RequestEvent } from './events';
import { snakeKeys, type JsonObject } from './json';
import { TransportError, type Transport, type WireAnswer } from './transport';

/** A webhook as verbs name it. */
export type Hook = string | { url: string; method?: string };

/** A hook that could not be called, or whose answer cannot be used. */
export class HookError extends Error {
  constructor(
    message: string,
    /** The HTTP status that it was refused with; absent when there was none, or it was not the trouble. */
    readonly status?: number,
  ) {
    super(message);
  }
}

/** What is asked, and for whom. */
export interface Question {
  hook: RequestEvent['hook'];
  to: Hook;
  body: JsonObject;
  verb?: number;
  property?: string;
  leg?: string;
}

/** What the engine makes of an answer. */
export interface Use<T> {
  effect: NonNullable<AnswerEvent['effect']>;
  value: T;
}

/** Makes something of the parsed answer to a request with this id. */
export type Judge<T> = (body: unknown, request: number) => Use<T>;

/** What requestors share: where requests go through and who is told of them. */
export interface Surroundings {
  clock: Clock;
  transport: Transport;
  secret?: string;
  allow: (url: URL) => boolean;
  /** Writes down that a request is sent. @returns its id */
  asked(question: Omit<RequestEvent, 'type' | 'seq' | 'at' | 'id'>): number;
  answered(answer: Omit<AnswerEvent, 'type' | 'seq' | 'at'>): void;
  alert(alert: string, text: string): void;
}

const ACCEPTED = new Set([200, 202, 204]);
const RETRY_DELAYS_MS = [500, 1000, 2000, 4000, 6000];
/** Opening a connection takes a moment in which others overtake. */
const CONNECT_MS = 1;

/**
 * Asks the webhooks of an application, one after another over one connection.
 *
 * @see engine rule: relative hooks belong to the host of the application's webhook, whose path does not matter;
 *   its credentials go along with every request
 */
export class Requestor {
  private tail: Promise<unknown> = Promise.resolve();
  private isWarm: boolean;

  /**
   * @param url - of the application's webhook: names the host that relative hooks are on
   * @param isWarm - whether its first request goes out at once
   */
  constructor(
    private readonly around: Surroundings,
    readonly url: string,
    readonly auth?: BasicAuth,
    isWarm = true,
  ) {
    this.isWarm = isWarm;
  }

  /** Whether a URL leads to another host than relative hooks do. */
  isElsewhere(url: string): boolean {
    const other = absolute(url);
    return other !== undefined && other.origin !== absolute(this.url)?.origin;
  }

  /** One of the same application, over a connection of its own. */
  another(): Requestor {
    return new Requestor(this.around, this.url, this.auth, false);
  }

  /** One whose relative hooks are on the host of another URL; credentials stay behind. */
  movedTo(url: string): Requestor {
    return new Requestor(this.around, url);
  }

  /**
   * Asks a webhook and makes something of its answer.
   *
   * @param use - what the engine makes of the parsed answer; what it throws makes the answer a failure
   * @throws Error what `use` throws, or HookError in the engine's words
   */
  ask<T>(question: Question, use: Judge<T>): Promise<T> {
    const target = typeof question.to === 'string' ? question.to : question.to.url;
    if (this.isElsewhere(target)) return this.exchange(question, use);
    const turn = this.tail.then(() => this.connect()).then(() => this.exchange(question, use));
    this.tail = turn.catch(() => undefined);
    return turn;
  }

  private connect(): Promise<void> | undefined {
    if (this.isWarm) return undefined;
    this.isWarm = true;
    return new Promise((resolve) => this.around.clock.after(CONNECT_MS, resolve));
  }

  private async exchange<T>(question: Question, use: Judge<T>): Promise<T> {
    const { around } = this;
    const { url: address, method: named } = typeof question.to === 'string' ? { url: question.to } : question.to;
    const method = (named ?? 'POST').toUpperCase();
    const target = this.resolve(address);
    if (typeof target === 'string') {
      around.alert('webhook-connection-failure', target);
      throw new HookError(target);
    }
    const body = snakeKeys(question.body);
    const raw = JSON.stringify(body);
    const headers = this.headers(raw, question.hook);
    const request = {
      hook: question.hook,
      method,
      url: target.shown,
      ...(method === 'GET' ? {} : { body }),
      ...(question.verb === undefined ? {} : { verb: question.verb }),
      ...(question.property === undefined ? {} : { property: question.property }),
      ...(question.leg === undefined ? {} : { leg: question.leg }),
    };
    const wire = { ...target, method, headers, ...(method === 'GET' ? {} : { body: raw }) };
    for (let attempt = 0; ; attempt++) {
      const id = around.asked(request);
      const began = performance.now();
      const took = (): number => Math.round(performance.now() - began);
      let answer: WireAnswer | undefined;
      let failure: Failure;
      try {
        answer = await around.transport.send(wire, around.clock);
        failure = { message: 'Unexpected HTTP Response', status: answer.status };
        if (ACCEPTED.has(answer.status)) {
          const received = parse(answer);
          const { effect, value } = judge(received, id, use);
          around.answered({
            request: id,
            status: answer.status,
            ...(received === undefined ? {} : { body: received }),
            took: took(),
            effect,
          });
          return value;
        }
      } catch (error) {
        failure =
          error instanceof TransportError
            ? { message: error.message, kind: error.kind }
            : { message: error instanceof Error ? error.message : String(error), unusable: error };
      }
      around.answered({
        request: id,
        ...(answer ? { status: answer.status, ...shown(answer) } : {}),
        took: took(),
        error: failure.message,
        effect: 'failed',
      });
      if (failure.unusable instanceof UnusableError) throw failure.unusable.cause;
      const delay = RETRY_DELAYS_MS[attempt];
      if (attempt >= target.retries || delay === undefined || !isWorthAnotherTry(failure, target.policy)) {
        around.alert('webhook-connection-failure', failure.message);
        throw new HookError(failure.message, failure.status);
      }
      await new Promise<void>((resolve) => around.clock.after(delay, resolve));
    }
  }

  private headers(raw: string, hook: RequestEvent['hook']): Record<string, string> {
    const { secret, clock } = this.around;
    return {
      ...(secret === undefined ? {} : { 'jambonz-signature': signature(secret, raw, Math.floor(clock.date() / 1000)) }),
      ...(this.auth?.username && this.auth.password
        ? { authorization: `Basic ${Buffer.from(`${this.auth.username}:${this.auth.password}`).toString('base64')}` }
        : {}),
      ...(hook === 'verb:hook' ? { b3: NO_TRACE } : {}),
      'user-agent': 'jambonz',
      'content-type': 'application/json',
    };
  }

  /** @returns why it cannot be called, otherwise */
  private resolve(address: string): Target | string {
    const own = absolute(this.url);
    const isRelative = address.startsWith('/');
    const url = isRelative && own ? absolute(`${own.origin}${address}`) : absolute(address);
    if (!url) return 'URL parsing failed.';
    if (url.protocol !== 'http:' && url.protocol !== 'https:') return `the simulator calls no ${url.protocol} webhooks`;
    if (!this.around.allow(url)) return `the simulator may not call ${url.host}`;
    // The engine cuts the fragment off an absolute URL only.
    const path = isRelative ? address : `${url.pathname}${withoutRepeats(url)}`;
    const options = new URLSearchParams(url.hash.slice(1));
    const retries = Math.min(Number(options.get('rc')) || 0, RETRY_DELAYS_MS.length);
    const policy = new Set((options.get('rp') ?? 'ct').split(','));
    return { url, path, shown: `${url.origin}${path}`, retries, policy };
  }
}

/** @see engine rule: of a query's values with the same name an absolute URL keeps the last one */
function withoutRepeats({ search, searchParams }: URL): string {
  const names = [...searchParams.keys()];
  if (new Set(names).size === names.length) return search;
  return `?${new URLSearchParams(Object.fromEntries(searchParams)).toString()}`;
}

/** All zeros: what an engine without tracing sends. */
const NO_TRACE = `${'0'.repeat(32)}-${'0'.repeat(16)}-1`;

interface Target {
  url: URL;
  path: string;
  shown: string;
  retries: number;
  policy: ReadonlySet<string>;
}

interface Failure {
  message: string;
  status?: number;
  kind?: TransportError['kind'];
  unusable?: unknown;
}

/** The answer came as it should, but says something that cannot be. */
class UnusableError extends Error {
  constructor(override readonly cause: Error) {
    super(cause.message);
  }
}

function judge<T>(body: unknown, request: number, use: Judge<T>): Use<T> {
  try {
    return use(body, request);
  } catch (error) {
    throw new UnusableError(error instanceof Error ? error : new Error(String(error)));
  }
}

/** @see engine rule: the content type is compared as it is written, and anything else is no answer at all */
function parse({ contentType, text }: WireAnswer): unknown {
  if (!contentType.includes('application/json')) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    // Newer releases of Node.js add to the message where in the text it is.
    throw new HookError((error as Error).message.replace(/ \(line \d+ column \d+\)$/, ''));
  }
}

/** The body of an answer that was of no use, as far as it can be shown. */
function shown({ text }: WireAnswer): { body?: unknown } {
  if (text === '') return {};
  try {
    return { body: JSON.parse(text) as unknown };
  } catch {
    return { body: text };
  }
}

/** @see engine rule: a time-out or a dropped connection is only ever tried again by the policy `all` */
function isWorthAnotherTry({ status, kind, unusable }: Failure, policy: ReadonlySet<string>): boolean {
  if (unusable) return false;
  if (policy.has('all')) return true;
  if (kind === 'connect') return policy.has('ct');
  if (status === undefined) return false;
  return (status >= 500 && policy.has('5xx')) || (status >= 400 && status < 500 && policy.has('4xx'));
}

/** How jambonz signs a request. */
export function signature(secret: string, raw: string, seconds: number): string {
  return `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${raw}`).digest('hex')}`;
}

function absolute(url: string): URL | undefined {
  if (!/^[a-z][a-z\d+.-]*:\/\//i.test(url)) return undefined;
  return URL.canParse(url) ? new URL(url) : undefined;
}
