/** The message property under which a flow finds what jambonz sent. */
export type Kind = 'call' | 'authRequest' | 'sms';

/**
 * What a webhook's body is about.
 * - a SIP registration or authentication has a `method`
 * - a text message has a `provider`, or a `carrier` and no `message_status`
 *   (a status event of the message verb has both)
 * - anything else is about a call
 */
export function classify(body: unknown): Kind {
  const { method, provider, carrier, message_status } = (body ?? {}) as Record<string, unknown>;
  if (method) return 'authRequest';
  if (provider || (carrier && !message_status)) return 'sms';
  return 'call';
}

/** A body with the query's parameters in it; they win. Text stays as it is. */
export function withQuery(body: unknown, query: object, method: string): unknown {
  const target = method === 'get' ? {} : (body ?? {});
  if (typeof target !== 'object') return target;
  for (const [name, value] of Object.entries(query)) {
    // Reflect.set leaves read-only properties (a Buffer's length) alone instead of throwing.
    if (name !== '__proto__') Reflect.set(target, name, value);
  }
  return target;
}
