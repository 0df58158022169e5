import type { Response } from 'express';
import type { CallVariables, Vars } from '../call/variables';
import type { Watch } from '../guard/watch';
import type { Platform } from '../specification';
import { Problem } from '../problem';
import type { AnswerKind } from '../results/outcomes';
import { Slots } from '../slots';
import type { Recording } from '../trace/recording';
import type { Message } from '../typed-value';
import type { Kind } from './request';

/** What is known of a request of jambonz beyond the request itself. */
export interface Facts {
  /** The jambonz version that will read the answer. */
  readonly platform: Platform;
  /** Where others reach this Node-RED, as the server that the receiving node refers to says. */
  readonly publicUrl?: string;
  readonly kind?: Kind;
  readonly callSid?: string;
  /** What becomes of the answer; absent for that of a webhook, which jambonz reads. */
  readonly answers?: AnswerKind;
}

/** A request of jambonz that waits for its answer. */
export interface Exchange extends Facts {
  readonly res: Response;
  /** Under which path a reverse proxy serves this Node-RED: `/red`, or nothing. */
  readonly prefix: string;
  /** The call's variables; absent for a request without a call, or while they are being read. */
  variables?: CallVariables;
  /** The object that was sent into the flow as `msg.vars`. */
  vars?: Vars;
  /** Somebody is about to answer. */
  answering: boolean;
  /** Follows the message through the flow; absent when nobody answers in the flow's place. */
  watch?: Watch;
  /** Takes down what becomes of it; absent for what is not recorded. */
  recording?: Recording;
  /** Tells when it is over: answered, or given up by the caller. */
  onAnswered(listener: () => void): void;
}

/**
 * What flows get as `msg.res`: the core `http response` node and our `webhook out` use `_res`,
 * function nodes may call the response's own methods (`msg.res.status(…)`).
 */
class Handle implements Exchange {
  readonly platform: Platform;
  readonly publicUrl?: string;
  readonly kind?: Kind;
  readonly callSid?: string;
  readonly answers?: AnswerKind;
  variables?: CallVariables;
  vars?: Vars;
  answering = false;
  watch?: Watch;
  recording?: Recording;
  private listeners?: (() => void)[];

  constructor(
    readonly _res: Response,
    { platform, publicUrl, kind, callSid, answers }: Facts,
  ) {
    this.platform = platform;
    this.publicUrl = publicUrl;
    this.kind = kind;
    this.callSid = callSid;
    this.answers = answers;
  }

  get res(): Response {
    return this._res;
  }

  get prefix(): string {
    return prefixOf(this._res.req.headers['x-forwarded-prefix']);
  }

  onAnswered(listener: () => void): void {
    (this.listeners ??= []).push(listener);
  }

  over(): void {
    this.recording?.over();
    for (const listener of this.listeners ?? []) listener();
  }
}

const PREFIX = /^(?:\/[\w.~-]+)+\/?$/;

/** A prefix that is a path; a list comes from several proxies, the outermost first. */
function prefixOf(header: string | string[] | undefined): string {
  const text = typeof header === 'string' ? header.split(',', 1)[0]!.trim() : '';
  return PREFIX.test(text) && !text.includes('..') ? text.replace(/\/$/, '') : '';
}

const METHODS = [
  'append attachment clearCookie cookie download end format get json jsonp links location redirect',
  'render send sendFile sendStatus set status type vary',
]
  .join(' ')
  .split(' ') as (keyof Response)[];

/** Those that write the whole answer. */
const ENDS = new Set<string>('download end json jsonp redirect render send sendFile sendStatus'.split(' '));

for (const method of METHODS) {
  Object.defineProperty(Handle.prototype, method, {
    value(this: Handle, ...args: unknown[]): unknown {
      if (ENDS.has(String(method)) && !this.answering) saveAside(this);
      const result = (this._res[method] as (...args: unknown[]) => unknown)(...args);
      return result === this._res ? this : result;
    },
  });
}

/** A function node answers by itself, and does not wait: what it left in the variables is written all the same. */
function saveAside({ variables, vars, res }: Handle): void {
  if (!variables || res.headersSent) return;
  try {
    const saved = variables.save(vars);
    if (saved instanceof Promise) saved.catch(() => undefined);
  } catch {
    // There is no node to report it at.
  }
}

/** The requests that are not answered yet, by the `_msgid` of the message that carries them. */
class Waiting {
  private readonly places = new Map<string, number>();
  private readonly handles = new Slots<Handle>();

  get(id: string): Handle | undefined {
    const place = this.places.get(id);
    return place === undefined ? undefined : this.handles.at(place);
  }

  add(id: string, handle: Handle): void {
    this.remove(id);
    this.places.set(id, this.handles.add(handle));
  }

  remove(id: string): void {
    const place = this.places.get(id);
    if (place === undefined) return;
    this.places.delete(id);
    this.handles.remove(place);
  }
}

const waiting = new Waiting();

/**
 * Starts the exchange for a request.
 *
 * @param id - the `_msgid` of the message that carries the request through the flow
 * @returns what to put at the top of that message as `res`
 */
export function open(id: string, res: Response, facts: Facts): Exchange {
  const handle = new Handle(res, facts);
  waiting.add(id, handle);
  // 'close' follows every end: an answer sent as well as a caller that gave up.
  res.on('close', () => {
    waiting.remove(id);
    handle.over();
  });
  return handle;
}

/**
 * The request that a message answers. A message that has lost its `msg.res` on the way still
 * answers the open request with its `_msgid`.
 *
 * @throws Problem `no-response`, `answered` or `gone` when there is nothing to answer
 */
export function find(msg: Message): Exchange {
  const { res } = msg;
  if (res instanceof Handle) return checkOpen(res);
  const mine = waiting.get(msg._msgid);
  const foreign = (res as { _res?: unknown } | undefined)?._res;
  if (isResponse(foreign)) {
    // A copy of ours, or the request of a core `http in` node.
    return checkOpen(mine?.res === foreign ? mine : new Handle(foreign, { platform: '0.9' }));
  }
  if (!mine) throw new Problem('no-response');
  return checkOpen(mine);
}

/** The request that a message belongs to, answered or not; none for that of another node. */
export function exchangeOf({ res, _msgid }: Message): Exchange | undefined {
  return res instanceof Handle ? res : waiting.get(_msgid);
}

/** Whether a request can still be answered, and nobody is about to. */
export function isOpen({ res, answering }: Exchange): boolean {
  return !answering && !res.headersSent && !res.writableEnded && !res.destroyed;
}

/** @throws Problem `answered` or `gone` */
export function checkOpen(exchange: Exchange): Exchange {
  const { res, answering } = exchange;
  if (answering || res.headersSent || res.writableEnded) {
    throw new Problem(exchange.watch?.ended ? 'late' : 'answered');
  }
  if (res.destroyed) throw new Problem('gone');
  return exchange;
}

function isResponse(value: unknown): value is Response {
  return typeof value === 'object' && value !== null && 'headersSent' in value && 'setHeader' in value;
}
