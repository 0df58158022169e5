import type { NodeAPI } from 'node-red';
import { JambonzApi, apiRoot, path } from '../jambonz-api';
import type { ServerNode } from '../server';
import { apiFault, refusal } from './fault';
import { textIn, type Outcome, type Refusal } from './routes';

const TIMEOUT_MS = 10_000;
/** An answer that takes longer than this would be felt in a call. */
const SLOW_MS = 3_000;

/**
 * Tries the server that an open dialog describes: `{id, url, urlType, accountSid, accountSidType,
 * apiToken, apiTokenType, keepToken}`. With `keepToken` the deployed key is meant. It goes to the
 * deployed address only: otherwise whoever may edit flows could have it sent to a server of theirs.
 */
export async function testAccount(RED: NodeAPI, input: Record<string, unknown>): Promise<Outcome<{ name: string }>> {
  const node = RED.nodes.getNode(textIn(input, 'id')) as ServerNode | null;
  const value = (name: string): string | Refusal =>
    resolve(RED, node, name, textIn(input, name), textIn(input, `${name}Type`));

  const url = value('url');
  if (typeof url !== 'string') return url;
  const accountSid = value('accountSid');
  if (typeof accountSid !== 'string') return accountSid;
  const root = apiRoot(url);
  if (root === undefined) return refusal('address');

  let token = input.keepToken === true ? keptToken(RED, node, root) : value('apiToken');
  if (typeof token !== 'string') return token;
  token = token.trim();

  const begun = Date.now();
  const api = new JambonzApi({ baseUrl: url, accountSid, token, timeoutMs: TIMEOUT_MS, retries: 0 });
  try {
    const { data } = await api.get(path`Accounts/${accountSid}`);
    const { account_sid, name } = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
    if (account_sid === undefined) return refusal('no-jambonz');
    const ms = Date.now() - begun;
    return { ok: true, name: String(name ?? account_sid), ...(ms > SLOW_MS && { seconds: (ms / 1000).toFixed(1) }) };
  } catch (error) {
    const fault = apiFault(error);
    // Here, what was not found or is refused is the account.
    const reasons: Record<string, string> = {
      forbidden: 'account-forbidden',
      'not-found': 'account-unknown',
      malformed: 'account-malformed',
    };
    return { ...fault, reason: reasons[fault.reason] ?? fault.reason };
  }
}

/** A field's value as the runtime would take it; only what needs no message can be had. */
function resolve(RED: NodeAPI, node: ServerNode | null, field: string, value: string, kind: string): string | Refusal {
  if (/^https?:/.test(kind)) return kind;
  if (['msg', 'flow', 'global'].includes(kind)) return refusal('kind', { field, kind });
  const name = kind === 'env' ? value : /^\$\{([^}]+)\}$/.exec(value)?.[1];
  if (value === '') return refusal('incomplete', { field });
  if (name === undefined) return value;
  // The types want a node, but a new server has none yet.
  const found: unknown = RED.util.evaluateNodeProperty(name, 'env', node!, {});
  const text = found === undefined || found === null ? '' : String(found).trim();
  return text === '' ? refusal('env', { field, name }) : text;
}

function keptToken(RED: NodeAPI, node: ServerNode | null, root: string): string | Refusal {
  const { url = '', urlType = '', apiToken = '', apiTokenType = '' } = node?.deployed ?? {};
  if (apiToken === '') return refusal('token-missing');
  const address = resolve(RED, node, 'url', url, urlType);
  if (typeof address !== 'string' || apiRoot(address) !== root) return refusal('token-elsewhere');
  return resolve(RED, node, 'apiToken', apiToken, apiTokenType);
}
