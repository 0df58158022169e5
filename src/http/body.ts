import { isUtf8 } from 'node:buffer';
import { json, raw, text, urlencoded } from 'body-parser';
import type { Request, RequestHandler, Response } from 'express';

/** Where a request keeps the bytes of its body. A property, because a WeakMap costs at every collection. */
const BYTES = Symbol('jambonz body bytes');

interface WithBytes {
  [BYTES]?: Buffer;
}

/** Reads a request's body into `req.body` and calls back once, with an error or without. */
export type BodyReader = (req: Request, res: Response, next: (error?: unknown) => void) => void;

/**
 * A reader for JSON, `+json`, urlencoded, text and anything else, as a Node-RED flow expects them:
 * parsed, as text, or as a Buffer when it is not text. No body reads as `{}`.
 *
 * @param limit - most bytes that are read, as in the setting `apiMaxLength`
 * @param keepBytes - keep the bytes for {@link signedBody}
 * @returns calls back with an error whose `status` is 400, 413 or 415 for a body that cannot be read
 */
export function bodyReader(limit: string | number, keepBytes: boolean): BodyReader {
  const options = { limit, type: () => true, ...(keepBytes ? { verify: keep } : {}) };
  const asJson = json(options);
  const asForm = urlencoded({ ...options, extended: true });
  const asText = text(options);
  const asBytes = raw(options);
  const parserFor = (type: string): RequestHandler => {
    if (/[/+]json$/.test(type)) return asJson;
    if (type === 'application/x-www-form-urlencoded') return asForm;
    return type === '' || /^text\/|[/+]xml$/.test(type) ? asText : asBytes;
  };
  return (req, res, next) => {
    if (wasRead(req)) {
      next();
      return;
    }
    req.body = undefined;
    const type = mediaType(req);
    if (!hasBody(req)) {
      req.body = {};
      next();
    } else if (type !== '' && !type.includes('/')) {
      next(Object.assign(new Error('unsupported media type'), { status: 415 }));
    } else {
      parserFor(type)(req, res, (error?: unknown) => {
        if (!error && Buffer.isBuffer(req.body)) req.body = textOrBuffer(req.body, type);
        next(error);
      });
    }
  };
}

/**
 * The text that a signature was made over: the bytes as received or, where the editor's parser
 * has read them first, its JSON written again. The two are the same for what jambonz sends,
 * which is `JSON.stringify` of its payload.
 */
export function signedBody(req: Request): Buffer | string {
  return (req as WithBytes)[BYTES] ?? JSON.stringify(req.body);
}

function keep(req: object, _res: unknown, bytes: Buffer): void {
  (req as WithBytes)[BYTES] = bytes;
}

/** The content type without its parameters, in lower case; '' when there is none. */
function mediaType({ headers }: Request): string {
  const type = headers['content-type'] ?? '';
  const end = type.indexOf(';');
  return (end < 0 ? type : type.slice(0, end)).trim().toLowerCase();
}

/** True when a parser of the editor, mounted on the same root, has read the body already. */
function wasRead(req: Request): boolean {
  return req.body !== undefined && (req.readableEnded || (req as { _body?: boolean })._body === true);
}

function hasBody(req: Request): boolean {
  return req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0;
}

/** What a Buffer stands for: an application type that is valid UTF-8 is text, as in core nodes. */
function textOrBuffer(buffer: Buffer, type: string): Buffer | string {
  const binary = type === 'application/octet-stream' || type === 'application/cbor' || !type.startsWith('application/');
  return !binary && isUtf8(buffer) ? buffer.toString() : buffer;
}
