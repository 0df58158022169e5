import axios, { isAxiosError } from 'axios';
import { PROBE_HEADER, expectProbe } from '../http/probe';
import { connectionFault, refusal } from './fault';
import type { Outcome } from './routes';

const TIMEOUT_MS = 10_000;
const LARGEST_ANSWER = 64 * 1024;

/**
 * Calls a node's public address with a marked request and tells whether it came back to that node.
 * It goes out from this machine: jambonz's own network may see other names and other firewalls.
 */
export async function probe(url: string, method: string, id: string): Promise<Outcome> {
  const sent = expectProbe();
  const host = new URL(url).host;
  try {
    const { status, data } = await axios.request<string>({
      url,
      method,
      headers: { [PROBE_HEADER]: sent.token, 'content-type': 'application/json', 'user-agent': 'node-red-jambonz' },
      ...(method === 'post' && { data: '{}' }),
      timeout: TIMEOUT_MS,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      maxRedirects: 0,
      maxContentLength: LARGEST_ANSWER,
      responseType: 'text',
      transformResponse: (text: string) => text,
      validateStatus: () => true,
    });
    if (sent.receiver !== undefined && sent.receiver !== id) return refusal('other-node');
    if (sent.receiver === id) return data === sent.answer ? { ok: true } : refusal('altered', { host });
    if (status >= 300 && status < 400) return refusal('redirected', { host, status });
    if (status === 401 || status === 403) return refusal('locked', { host, status });
    if (status === 404 || status === 405) return refusal('nothing-there', { host, status });
    if (status >= 500) return refusal('gateway', { host, status });
    return refusal('elsewhere', { host, status });
  } catch (error) {
    if (sent.receiver === id) return refusal('altered', { host });
    const code = isAxiosError(error) ? error.code : undefined;
    const reason = code === 'ERR_CANCELED' ? 'timeout' : connectionFault(code);
    return refusal(reason, { host, code: code ?? '', seconds: TIMEOUT_MS / 1000 });
  } finally {
    sent.forget();
  }
}
