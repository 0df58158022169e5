import type { SipRequest } from './api';
import type { CallInfo } from './call-info';

const REASONS: Readonly<Record<number, string>> = {
  100: 'Trying',
  180: 'Ringing',
  183: 'Session Progress',
  200: 'OK',
  202: 'Accepted',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  410: 'Gone',
  415: 'Unsupported Media Type',
  480: 'Temporarily Unavailable',
  481: 'Call/Transaction Does Not Exist',
  482: 'Loop Detected',
  483: 'Too Many Hops',
  484: 'Address Incomplete',
  485: 'Ambiguous',
  486: 'Busy Here',
  487: 'Request Terminated',
  488: 'Not Acceptable Here',
  500: 'Server Internal Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Server Time-out',
  600: 'Busy Everywhere',
  603: 'Decline',
  604: 'Does Not Exist Anywhere',
  606: 'Not Acceptable',
};

/** The usual text of a SIP status (RFC 3261, section 21). */
export function reasonOf(status: number): string {
  return REASONS[status] ?? '';
}

/** The headers that a request of the party carries, with those that every request has (RFC 3261, section 8.1.1). */
export function requestHeaders(request: SipRequest, info: CallInfo, host: string): Record<string, string> {
  const { identity } = info;
  const isOwn = identity.direction === 'inbound';
  const [near, far] = isOwn ? [identity.to, identity.from] : [identity.from, identity.to];
  return {
    via: `SIP/2.0/UDP ${host};branch=z9hG4bK${identity.callId.slice(0, 8)}`,
    max_forwards: '70',
    from: `<sip:${far}@${host}>;tag=${identity.callSid.slice(0, 8)}`,
    to: `<sip:${near}@${host}>`,
    call_id: identity.callId,
    cseq: `1 ${request.method}`,
    contact: `<sip:${far}@${host}>`,
    content_length: String(Buffer.byteLength(request.body ?? '')),
    ...Object.fromEntries(
      Object.entries(request.headers ?? {}).map(([name, value]) => [name.toLowerCase().replace(/-/g, '_'), value]),
    ),
  };
}
