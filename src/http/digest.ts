import { createHash, timingSafeEqual } from 'node:crypto';

/** What a client proves that it knows: a password, or `H(username:realm:password)`. */
export type Secret = { password: string } | { ha1: string };

/**
 * Why a digest does not hold.
 * - `secret`: there is nothing to compare with
 * - `incomplete`: the request lacks a field that the digest covers
 * - `algorithm`, `qop`: one that is not known here (`auth-int` covers a SIP body that jambonz does not pass on)
 * - `mismatch`: another password, or another request than the one that was signed
 */
export type DigestFault = 'secret' | 'incomplete' | 'algorithm' | 'qop' | 'mismatch';

/** RFC 8760's algorithms for SIP and the names that OpenSSL has for them. */
const HASHES: Readonly<Record<string, string>> = { md5: 'md5', 'sha-256': 'sha256', 'sha-512-256': 'sha512-256' };
const SESSION = '-sess';

/**
 * Checks the digest with which a SIP client answers a challenge: MD5, SHA-256 or SHA-512-256, each
 * with or without `-sess`; with `qop=auth` or, as in RFC 2069, without. Never throws.
 *
 * @param request - the fields of the Authorization header, and the `method` of the SIP request
 * @returns why the digest is refused, or undefined when it holds
 * @see https://www.rfc-editor.org/rfc/rfc8760
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.4
 */
export function digestFault(request: object, secret: Secret): DigestFault | undefined {
  const field = (name: string): string => text((request as Record<string, unknown>)[name]);
  const known = 'ha1' in secret ? secret.ha1 : secret.password;
  if (known === '') return 'secret';

  const algorithm = (field('algorithm') || 'MD5').toLowerCase();
  const session = algorithm.endsWith(SESSION);
  const hash = hasher(session ? algorithm.slice(0, -SESSION.length) : algorithm);
  if (!hash) return 'algorithm';
  const qop = field('qop');
  if (qop !== '' && qop.toLowerCase() !== 'auth') return 'qop';

  const [method, uri, nonce, response] = [field('method'), field('uri'), field('nonce'), field('response')];
  const [username, realm, nc, cnonce] = [field('username'), field('realm'), field('nc'), field('cnonce')];
  const needed = [method, uri, nonce, response, username, realm];
  if (qop) needed.push(nc, cnonce);
  if (session) needed.push(cnonce);
  if (needed.includes('')) return 'incomplete';

  const base = 'ha1' in secret ? secret.ha1 : hash(username, realm, secret.password);
  // A hash of another algorithm, or a word that is no hash at all.
  if (base.length !== hash().length) return 'mismatch';
  const ha1 = session ? hash(base, nonce, cnonce) : base;
  const ha2 = hash(method, uri);
  const accepted = qop ? [hash(ha1, nonce, nc, cnonce, qop, ha2)] : [hash(ha1, nonce, ha2)];
  // Some clients send nc and cnonce without a qop and sign them; jambonz has always taken these.
  if (!qop && cnonce) accepted.push(hash(ha1, nonce, nc, cnonce, ha2));
  return accepted.some((expected) => equal(expected, response)) ? undefined : 'mismatch';
}

/** A header field as text: a query may carry a number, or a list with one entry. Nothing else is text. */
function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value.join(',') : '';
}

/** Hashes parts with colons between them; undefined for an algorithm that this platform lacks. */
function hasher(name: string): ((...parts: string[]) => string) | undefined {
  const algorithm = Object.hasOwn(HASHES, name) ? HASHES[name] : undefined;
  if (!algorithm) return undefined;
  try {
    // A Node.js in FIPS mode knows the name of MD5 and still refuses it.
    createHash(algorithm);
  } catch {
    return undefined;
  }
  return (...parts) => createHash(algorithm).update(parts.join(':'), 'utf8').digest('hex');
}

/** Compares in a time that does not tell how much is right. A digest is lower-case by its RFC. */
function equal(expected: string, given: string): boolean {
  const [left, right] = [Buffer.from(expected), Buffer.from(given)];
  return left.length === right.length && timingSafeEqual(left, right);
}
