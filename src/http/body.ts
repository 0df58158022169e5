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

/** A body up to this size that is plain JSON is read by ourselves: what jambonz sends, at less than half the cost. */
const PLAIN_LIMIT = 100 * 1024;
const UNITS: Record<string, number> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/**
 * A reader for JSON, `+json`, urlencoded, text and anything else, as a Node-RED flow expects them:
 * parsed, as text, or as a Buffer when it is not text. No body reads as `{}`.
 *
 * @param limit - most bytes that are read, as in the setting `apiMaxLength`
 * @param keepBytes - keep the bytes for {@link signedBody}, of any body; those of plain JSON are always kept
 * @returns calls back with an error whose `status` is 400, 413 or 415 for a body that cannot be read
 */
export function bodyReader(limit: string | number, keepBytes: boolean): BodyReader {
  const options = { limit, type: () => true, ...(keepBytes ? { verify: keep } : {}) };
  const asJson = json(options);
  const asForm = urlencoded({ ...options, extended: true });
  const asText = text(options);
  const asBytes = raw(options);
  const plainLimit = Math.min(PLAIN_LIMIT, bytesIn(limit));
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
    if (type === 'application/json' && isPlain(req, plainLimit)) {
      readJson(req, next);
    } else if (!hasBody(req)) {
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

/** True for JSON as jambonz sends it: of a known, small length, not encoded, in the default character set. */
function isPlain({ headers }: Request, limit: number): boolean {
  const length = Number(headers['content-length']);
  return (
    length > 0 &&
    length <= limit &&
    headers['content-encoding'] === undefined &&
    (headers['content-type']!.length === 'application/json'.length ||
      /;\s*charset=utf-8$/i.test(headers['content-type']!))
  );
}

function readJson(req: Request, next: (error?: unknown) => void): void {
  const chunks: Buffer[] = [];
  req.on('data', (chunk: Buffer) => chunks.push(chunk));
  // A connection that breaks in the middle ends without 'end', and there is nobody left to answer.
  req.on('end', () => {
    const body = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    keep(req, undefined, body);
    try {
      req.body = objectOrList(body.toString());
    } catch (error) {
      next(Object.assign(error as Error, { status: 400 }));
      return;
    }
    next();
  });
}

/** Parses as the library does: at the top of a document must be an object or a list. */
function objectOrList(text: string): unknown {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) throw new SyntaxError('neither an object nor a list');
  return value;
}

/** A size such as `5mb` in bytes; 0 when it is written in another way. */
function bytesIn(size: string | number): number {
  if (typeof size === 'number') return size;
  const [, number, unit = 'b'] = /^\s*(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)?\s*$/i.exec(size) ?? [];
  return number === undefined ? 0 : Number(number) * UNITS[unit.toLowerCase()]!;
}

/**
 * The text that a signature was made over: the bytes as received or, where the editor's parser
 * has read them first, its JSON written again. The two are the same for what jambonz sends,
 * which is `JSON.stringify` of its payload.
 */
export function signedBody(req: Request): Buffer | string {
  return (req as WithBytes)[BYTES] ?? JSON.stringify(req.body);
}

/** The JSON that a request has brought, as it came; undefined where that was not kept. */
export function rawBody(req: Request): Buffer | undefined {
  return (req as WithBytes)[BYTES];
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
