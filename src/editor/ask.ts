/** What the runtime answers to the editor: yes, or why not, as a key below `common.account`. */
export type Answer<T = object> = ({ ok: true } & T) | Refusal;

export interface Refusal {
  ok: false;
  reason: string;
  facts?: Record<string, string>;
}

/** Reads from the runtime. The address is relative, so that Node-RED adds the user's token. */
export function read<T>(path: string, query: Record<string, string> = {}): Promise<Answer<T>> {
  return settle($.ajax({ url: `_jambonz/${path}`, data: query, dataType: 'json' }));
}

/** Has the runtime do something. */
export function send<T>(path: string, body: object): Promise<Answer<T>> {
  const data = JSON.stringify(body);
  return settle($.ajax({ url: `_jambonz/${path}`, type: 'POST', contentType: 'application/json', data }));
}

function settle<T>(request: JQuery.jqXHR): Promise<Answer<T>> {
  return new Promise((resolve) => {
    request.then(
      (answer: Answer<T>) => resolve(answer),
      (failed: unknown) => {
        const { status } = failed as JQuery.jqXHR;
        resolve({ ok: false, reason: status === 401 ? 'no-permission' : 'no-answer' });
      },
    );
  });
}

/** A refusal in words. */
export function sentence(node: EditorNode, { reason, facts = {} }: Refusal): string {
  const field = facts.field ? { field: node._(`common.account.field.${facts.field}`) } : {};
  return node._(`common.account.${reason}`, { ...facts, ...field });
}
