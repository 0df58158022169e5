import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';

/** Marks a request that the runtime sends to itself, the way that jambonz would come. */
export const PROBE_HEADER = 'x-jambonz-probe';
const LIFETIME_MS = 30_000;

interface Pending {
  digest: Buffer;
  answer: string;
  until: number;
  arrived(receiver: string): void;
}

const pending = new Set<Pending>();
const digestOf = (text: string): Buffer => createHash('sha256').update(text).digest();

/** A probe that is about to be sent: its token, the answer that it must bring back, and where it arrived. */
export interface Probe {
  token: string;
  answer: string;
  /** The id of the node that got it; undefined while it has not come. */
  receiver?: string;
  /** Ends the wait; the token is worth nothing afterwards. */
  forget(): void;
}

/** Announces a probe. It is answered once, within 30 seconds. */
export function expectProbe(now = Date.now()): Probe {
  const token = randomBytes(24).toString('base64url');
  const answer = randomBytes(24).toString('base64url');
  const entry: Pending = {
    digest: digestOf(token),
    answer,
    until: now + LIFETIME_MS,
    arrived: (receiver) => {
      probe.receiver = receiver;
    },
  };
  const probe: Probe = { token, answer, forget: () => void pending.delete(entry) };
  pending.add(entry);
  return probe;
}

/**
 * Answers a request that carries the token of a probe that is on its way. Any other request is
 * left alone, so that the header tells nobody anything.
 *
 * @returns whether it was one
 */
export function answeredProbe(req: Request, res: Response, receiver: string, now = Date.now()): boolean {
  if (pending.size === 0) return false;
  const token = req.headers[PROBE_HEADER];
  if (typeof token !== 'string') return false;
  const digest = digestOf(token);
  let found: Pending | undefined;
  for (const entry of pending) {
    if (timingSafeEqual(entry.digest, digest)) found = entry;
  }
  if (!found) return false;
  pending.delete(found);
  if (found.until < now) return false;
  found.arrived(receiver);
  res.status(200).set('Cache-Control', 'no-store').type('text/plain').send(found.answer);
  return true;
}
