import type { Request, Response } from 'express';
import type { Platform } from '../specification';
import { Problem } from '../problem';
import type { Message } from '../typed-value';

/** A request of jambonz that waits for its answer. */
export interface Exchange {
  readonly res: Response;
  /** The jambonz version that will read the answer. */
  readonly platform: Platform;
}

/**
 * What flows get as `msg.res`: the core `http response` node and our `webhook out` use `_res`,
 * function nodes may call the response's own methods (`msg.res.status(…)`).
 */
class Handle implements Exchange {
  constructor(
    readonly _res: Response,
    readonly platform: Platform,
  ) {}

  get res(): Response {
    return this._res;
  }
}

const METHODS = [
  'append attachment clearCookie cookie download end format get json jsonp links location redirect',
  'render send sendFile sendStatus set status type vary',
]
  .join(' ')
  .split(' ') as (keyof Response)[];

for (const method of METHODS) {
  Object.defineProperty(Handle.prototype, method, {
    value(this: Handle, ...args: unknown[]): unknown {
      return (this._res[method] as (...args: unknown[]) => unknown)(...args);
    },
  });
}

/** The requests that are not answered yet, by the `_msgid` of the message that carries them. */
const waiting = new Map<string, Exchange>();

/**
 * Starts the exchange for a request.
 *
 * @param id - the `_msgid` of the message that carries the request through the flow
 * @returns the `req` and `res` to put at the top of that message
 */
export function open(id: string, req: Request, res: Response, platform: Platform): { req: Request; res: object } {
  const handle = new Handle(res, platform);
  waiting.set(id, handle);
  // 'close' follows every end: an answer sent as well as a caller that gave up.
  res.on('close', () => waiting.delete(id));
  return { req, res: handle };
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
    return checkOpen(mine?.res === foreign ? mine : { res: foreign, platform: '0.9' });
  }
  if (!mine) throw new Problem('no-response');
  return checkOpen(mine);
}

/** The request that a message belongs to, answered or not; none for that of another node. */
export function exchangeOf({ res, _msgid }: Message): Exchange | undefined {
  return res instanceof Handle ? res : waiting.get(_msgid);
}

function checkOpen(exchange: Exchange): Exchange {
  const { res } = exchange;
  if (res.headersSent || res.writableEnded) throw new Problem('answered');
  if (res.destroyed) throw new Problem('gone');
  return exchange;
}

function isResponse(value: unknown): value is Response {
  return typeof value === 'object' && value !== null && 'headersSent' in value && 'setHeader' in value;
}
