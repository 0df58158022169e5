import type { Request } from 'express';

/** When jambonz last called a node; 0 for never. */
export interface LastCall {
  at: number;
}

const lastCalls = new Map<string, LastCall>();

/** The record of a node, which outlives its redeployment. */
export function lastCallOf(id: string): LastCall {
  let record = lastCalls.get(id);
  if (!record) lastCalls.set(id, (record = { at: 0 }));
  return record;
}

export function forgetCalls(id: string): void {
  lastCalls.delete(id);
}

/** Whether a request looks like one of jambonz. It says so itself: good enough to show a time, not to trust. */
export function looksLikeJambonz({ headers }: Pick<Request, 'headers'>): boolean {
  return headers['jambonz-signature'] !== undefined || headers['user-agent'] === 'jambonz';
}
