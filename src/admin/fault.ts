import { ApiError } from '../jambonz-api';
import { Incomplete } from '../server';
import type { Refusal } from './routes';

const BY_CODE: Readonly<Record<string, string>> = {
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'broken',
  EPIPE: 'broken',
  ERR_BAD_RESPONSE: 'broken',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ETIMEDOUT: 'timeout',
  ECONNABORTED: 'timeout',
  CERT_HAS_EXPIRED: 'tls-expired',
  CERT_NOT_YET_VALID: 'tls-expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-untrusted',
  CERT_UNTRUSTED: 'tls-untrusted',
  EPROTO: 'tls-none',
  ERR_SSL_WRONG_VERSION_NUMBER: 'tls-none',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'tls-none',
};

/** Why a connection failed, from the system's code. */
export function connectionFault(code: string | undefined): string {
  const known = BY_CODE[code ?? ''];
  if (known) return known;
  return /^(ERR_SSL|ERR_TLS|CERT_|UNABLE_TO)/.test(code ?? '') ? 'tls' : 'unreachable';
}

export const refusal = (reason: string, facts?: Record<string, unknown>): Refusal => ({
  ok: false,
  reason,
  ...(facts && { facts: Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, textOf(value)])) }),
});

/**
 * Why a request to jambonz's REST API failed, in terms of what a user can put right. The reasons
 * are keys below `common.account`.
 */
export function apiFault(error: unknown): Refusal {
  if (error instanceof Incomplete) return refusal('incomplete', { field: error.reason.replace('no-', '') });
  if (!(error instanceof ApiError)) throw error;
  const { reason, status, serverMessage, code, facts } = error;
  if (reason === 'api-address' || reason === 'api-token') return refusal(reason === 'api-token' ? 'token' : 'address');
  if (reason === 'api-timeout') return refusal('timeout', { host: hostOf(facts.host), seconds: facts.seconds });
  if (reason === 'api-redirect') return refusal('redirect', { location: plain(facts.location) });
  if (status === undefined) {
    const fault = reason === 'api-unreachable' ? connectionFault(code) : 'no-jambonz';
    return refusal(fault, { host: hostOf(facts.host), code: code ?? '', seconds: '' });
  }
  if (status === 401) return refusal('token');
  if (status === 403) return refusal('forbidden');
  if (isPage(error.data) || status === 405) return refusal('no-jambonz', { status });
  if (status === 404) return refusal('not-found');
  if (status === 400 && serverMessage === 'Bad request') return refusal('malformed');
  return refusal('status', { status, message: serverMessage ?? error.statusText ?? '' });
}

/** A page of HTML, as other servers and proxies answer. */
export function isPage(data: unknown): boolean {
  return typeof data === 'string' && data.trimStart().startsWith('<');
}

/** An address without what may be secret in it. */
function plain(address: unknown): string {
  try {
    const { origin, pathname } = new URL(textOf(address));
    return `${origin}${pathname}`;
  } catch {
    return textOf(address).split(/[?#]/, 1)[0]!;
  }
}

function hostOf(address: unknown): string {
  try {
    return new URL(textOf(address)).host;
  } catch {
    return textOf(address);
  }
}

const textOf = (value: unknown): string => (value === undefined || value === null ? '' : String(value));
