import { WebhookResponse } from '@jambonz/node-client';
import type { Request } from 'express';
import { messageOf } from '../problem';
import { signedBody } from './body';

/** How far the time in a signature may be off, either way. Retries re-send the first time. */
const TOLERANCE_S = 5 * 60;
const HEADER = 'jambonz-signature';

/**
 * Checks the header `Jambonz-Signature: t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`.
 * The library compares in constant time, but takes an empty secret, a time that is no number and a
 * time in the future; these are refused here first.
 *
 * @param secrets - any of them may have signed (rotation); empty ones never count
 * @returns why the request is refused, or undefined when the signature holds
 * @see https://docs.jambonz.org/webhooks/overview
 */
export function signatureFault(req: Request, secrets: readonly string[]): string | undefined {
  const usable = secrets.filter((secret) => secret.trim() !== '');
  if (usable.length === 0) return 'no secret is set';
  const header = req.get(HEADER);
  if (!header) return 'the header Jambonz-Signature is missing';
  const times = header.split(',').filter((part) => part.startsWith('t='));
  const time = times.length === 1 ? /^t=(\d{1,15})$/.exec(times[0]!)?.[1] : undefined;
  if (time === undefined) return 'the header Jambonz-Signature has no time';
  if (Math.abs(Date.now() / 1000 - Number(time)) > TOLERANCE_S) return 'the signature is older or newer than 5 minutes';
  try {
    const outcome = { verified: false };
    const signed = { url: req.path, body: signedBody(req), get: () => header };
    WebhookResponse.verifyJambonzSignature(usable)(signed, undefined, () => (outcome.verified = true));
    return outcome.verified ? undefined : 'the signature does not match';
  } catch (error) {
    return messageOf(error);
  }
}
