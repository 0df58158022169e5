import type { Request } from 'express';
import type { arrivalOf } from '../call/call-body';
import { rawBody } from '../http/body';
import type { Kind } from '../http/request';
import type { RequestEvent } from '../simulator/events';

/** What the receiver of a request knows of it already. */
export interface Known {
  body: unknown;
  kind?: Kind;
  /** The call that it belongs to, as `arrivalOf` tells. */
  arrival: ReturnType<typeof arrivalOf>;
  /** The verb's property that named the hook. */
  property?: string;
  /** It is turned away: whoever has sent it may have made it up. */
  refused?: boolean;
}

/** A request as it has come: nothing in it may be kept before its secrets are taken out. */
export interface Arrived {
  /** The id of the call that it belongs to. */
  readonly key: string;
  /** It is the last status event of the call. */
  readonly last: boolean;
  readonly refused: boolean;
  readonly method: string;
  readonly scheme: string;
  readonly host: string;
  /** Path and query. */
  readonly target: string;
  /** The body's JSON. */
  readonly body: Buffer | string;
  readonly hook: RequestEvent['hook'];
  /** '' for none. */
  readonly property: string;
}

/** A body that is longer is not kept. */
const MOST_CHARACTERS = 256 * 1024;

/** Notes what of a request is needed later. */
export function arrivedWith(req: Request, known: Known, arrival: NonNullable<Known['arrival']>): Arrived {
  const { property = '', refused = false } = known;
  const body = known.body as Record<string, unknown>;
  const { headers, method, originalUrl } = req;
  return {
    key: arrival.key,
    last: arrival.last,
    refused,
    method,
    // The address as its caller had it, where a proxy says.
    scheme: (headers['x-forwarded-proto'] as string | undefined) ?? schemeOf(req),
    host: (headers['x-forwarded-host'] as string | undefined) ?? headers.host ?? '',
    target: originalUrl,
    // With what the query has said, if anything. As text, as a flow may change it.
    body: shortened((originalUrl.includes('?') ? undefined : rawBody(req)) ?? JSON.stringify(body)),
    hook: hookOf(body, arrival.status, property),
    property,
  };
}

/** What stands for a text that is too long; undefined for one that is not. */
export function tooLong(length: number): string | undefined {
  return length > MOST_CHARACTERS ? JSON.stringify(`(${length} characters, which are too many to be kept)`) : undefined;
}

function shortened(body: Buffer | string): Buffer | string {
  return tooLong(body.length) ?? body;
}

function hookOf(body: Record<string, unknown>, isStatus: boolean, property: string): RequestEvent['hook'] {
  if (property !== '') return 'verb:hook';
  if (isStatus) return 'call:status';
  return body.sip !== undefined || body.defaults !== undefined ? 'session:new' : 'verb:hook';
}

function schemeOf({ socket }: Request): string {
  return (socket as { encrypted?: boolean }).encrypted ? 'https' : 'http';
}
