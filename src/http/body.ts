import { isUtf8 } from 'node:buffer';
import { json, raw, text, urlencoded } from 'body-parser';
import type { NextFunction, Request, RequestHandler, Response } from 'express';

/** The bytes of request bodies that we read ourselves; a signature covers bytes, not values. */
const bytes = new WeakMap<object, Buffer>();
const keepBytes = (req: object, _res: unknown, buffer: Buffer): void => void bytes.set(req, buffer);

const JSON_TYPES = ['json', '+json'];
const isText = (type: string): boolean => type === '' || /^text\/|[/+]xml$/.test(type);
const mediaType = ({ headers }: { headers: Request['headers'] }): string =>
  (headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();

/** Reads a request's body into `req.body` and calls back once, with an error or without. */
export type BodyReader = (req: Request, res: Response, next: (error?: unknown) => void) => void;

/**
 * A reader for JSON, `+json`, urlencoded, text and anything else, as a Node-RED flow expects them:
 * parsed, as text, or as a Buffer when it is not text. No body reads as `{}`.
 *
 * @param limit - most bytes that are read, as in the setting `apiMaxLength`
 * @returns calls back with an error whose `status` is 400, 413 or 415 for a body that cannot be read
 */
export function bodyReader(limit: string | number): BodyReader {
  const common = { limit, verify: keepBytes };
  const parsers: RequestHandler[] = [
    json({ ...common, type: JSON_TYPES }),
    urlencoded({ ...common, extended: true }),
    text({ ...common, type: (req) => isText(mediaType(req)) }),
    raw({ ...common, type: () => true }),
  ];
  return (req, res, next) => {
    if (wasRead(req)) {
      next();
      return;
    }
    if (!hasBody(req)) {
      req.body = {};
      next();
      return;
    }
    const type = mediaType(req);
    if (type !== '' && !type.includes('/')) {
      next(Object.assign(new Error('unsupported media type'), { status: 415 }));
      return;
    }
    let index = 0;
    const step: NextFunction = (error?: unknown) => {
      const parser = error ? undefined : parsers[index++];
      if (parser && req.body === undefined) {
        parser(req, res, step);
        return;
      }
      if (!error && Buffer.isBuffer(req.body)) req.body = textOrBuffer(req.body, type);
      next(error);
    };
    req.body = undefined;
    step();
  };
}

/**
 * The text that a signature was made over: the bytes as received or, where the editor's parser
 * has read them first, its JSON written again. The two are the same for what jambonz sends,
 * which is `JSON.stringify` of its payload.
 */
export function signedBody(req: Request): Buffer | string {
  return bytes.get(req) ?? JSON.stringify(req.body);
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
