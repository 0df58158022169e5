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
interface ResponseHandle {
  readonly _res: Response;
}

const METHODS = [
  'append attachment clearCookie cookie download end format get json jsonp links location redirect',
  'render send sendFile sendStatus set status type vary',
]
  .join(' ')
  .split(' ') as (keyof Response)[];

class Handle implements ResponseHandle {
  constructor(readonly _res: Response) {}
}
for (const method of METHODS) {
  Object.defineProperty(Handle.prototype, method, {
    value(this: Handle, ...args: unknown[]): unknown {
      return (this._res[method] as (...args: unknown[]) => unknown)(...args);
    },
  });
}

const byResponse = new WeakMap<object, Exchange>();
const openByMessage = new Map<string, Exchange>();

/**
 * Starts the exchange for a request.
 *
 * @param id - the `_msgid` of the message that carries the request through the flow
 * @returns the `req` and `res` to put at the top of that message
 */
export function open(
  id: string,
  req: Request,
  res: Response,
  platform: Platform,
): { req: Request; res: ResponseHandle } {
  const exchange: Exchange = { res, platform };
  byResponse.set(res, exchange);
  openByMessage.set(id, exchange);
  // 'close' follows every end: an answer sent as well as a caller that gave up.
  res.once('close', () => openByMessage.delete(id));
  return { req, res: new Handle(res) };
}

/**
 * The request that a message answers. A message that has lost its `msg.res` on the way still
 * answers the open request with its `_msgid`.
 *
 * @throws Problem `no-response`, `answered` or `gone` when there is nothing to answer
 */
export function find(msg: Message): Exchange {
  const res = (msg.res as Partial<ResponseHandle> | undefined)?._res;
  if (!isResponse(res)) {
    const open = openByMessage.get(msg._msgid);
    if (!open) throw new Problem('no-response');
    return checkOpen(open);
  }
  // A request that came in through a core `http in` node has no exchange of ours.
  return checkOpen(byResponse.get(res) ?? { res, platform: '0.9' });
}

function checkOpen(exchange: Exchange): Exchange {
  const { res } = exchange;
  if (res.headersSent || res.writableEnded) throw new Problem('answered');
  if (res.closed || res.destroyed) throw new Problem('gone');
  return exchange;
}

function isResponse(value: unknown): value is Response {
  return typeof value === 'object' && value !== null && 'headersSent' in value && 'setHeader' in value;
}
