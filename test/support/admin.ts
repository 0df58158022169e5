import type { NodeRed } from './node-red';

export type Json = Record<string, unknown>;

/** An answer of the editor's API. */
export interface Told {
  status: number;
  /** Its JSON; `{text}` for what is none. */
  body: Json;
}

/** Asks the palette's part of the editor's API, as one of the users of the test's adminAuth; posts what has a body. */
export async function askAdmin(red: NodeRed, path: string, body?: object, user = 'writer'): Promise<Told> {
  const answer = await fetch(`${red.adminUrl}/_jambonz/${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(user !== 'nobody' && { authorization: `Bearer ${user}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text.startsWith('{') ? (JSON.parse(text) as Json) : { text } };
}
