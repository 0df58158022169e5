import type { Response } from 'express';
import { Problem, messageOf } from '../problem';

/** An answer in the form in which it is written. */
export interface Answer {
  type?: string;
  body: Buffer | string;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/html; charset=utf-8';

/** Headers that describe another message, left over from an `http request` node. */
const FOREIGN_MARK = 'x-node-red-request-node';
const FOREIGN = new Set(
  'connection content-encoding content-type date keep-alive server trailer transfer-encoding upgrade'.split(' '),
);

/**
 * What a message's content is sent as: JSON for objects, lists and JSON text, bytes for a Buffer,
 * other text as it is, nothing for nothing.
 *
 * @throws Problem `unserialisable` for what JSON cannot hold, `not-an-answer` for a number or boolean
 */
export function serialise(content: unknown): Answer {
  if (content === undefined) return { body: '' };
  if (Buffer.isBuffer(content)) return { type: 'application/octet-stream', body: content };
  if (typeof content === 'string') return { type: isJson(content) ? JSON_TYPE : TEXT_TYPE, body: content };
  if (typeof content !== 'object') throw new Problem('not-an-answer', { field: 'msg.jambonz', value: content });
  try {
    return { type: JSON_TYPE, body: JSON.stringify(content) };
  } catch (error) {
    throw new Problem('unserialisable', { field: 'msg.jambonz', detail: messageOf(error) });
  }
}

/**
 * Writes an answer with status 200.
 *
 * @param headers - of the message; copied unless they describe another response's body
 * @throws Problem `header` when a header cannot be sent; nothing has been written then
 */
export function write(res: Response, { type, body }: Answer, headers?: unknown): void {
  res.statusCode = 200;
  if (typeof headers === 'object' && headers !== null) copyHeaders(res, headers as Record<string, unknown>);
  if (type) {
    if (!res.hasHeader('Content-Type')) {
      res.setHeader('Content-Type', type);
      if (type === JSON_TYPE) res.setHeader('X-Content-Type-Options', 'nosniff');
    }
  }
  res.setHeader('Content-Length', Buffer.byteLength(body));
  res.end(body);
}

function copyHeaders(res: Response, headers: Record<string, unknown>): void {
  const names = Object.keys(headers);
  const foreign = names.some((name) => name.toLowerCase() === FOREIGN_MARK);
  for (const name of names) {
    const value = headers[name];
    const lower = name.toLowerCase();
    if (value === undefined || value === null || lower === 'content-length' || lower === FOREIGN_MARK) continue;
    if (foreign && FOREIGN.has(lower)) continue;
    try {
      res.set(name, Array.isArray(value) ? value.map(String) : String(value));
    } catch (error) {
      for (const set of res.getHeaderNames()) res.removeHeader(set);
      throw new Problem('header', { field: `msg.headers.${name}`, value, detail: messageOf(error) });
    }
  }
}

/** True for text that is a JSON object or list. */
function isJson(text: string): boolean {
  if (!/^\s*[[{]/.test(text)) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
