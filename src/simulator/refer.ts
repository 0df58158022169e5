import type { SipRequest } from './api';
import type { JsonObject } from './json';
import { HookError } from './requestor';

/** A REFER is taken only once its hook has been asked. */
export const TAKEN = 202;
const NOT_POSSIBLE = 501;

/**
 * How a REFER is answered whose hook has failed.
 *
 * @param unusable - what it is when the hook has answered, but nothing that can be carried out
 * @see engine rule: with the hook's own HTTP status; with 501 when it had none
 */
export function refusalOf(error: unknown, unusable = NOT_POSSIBLE): number {
  return error instanceof HookError ? (error.status ?? NOT_POSSIBLE) : unusable;
}

/** What hooks are told of a REFER. */
export function describeRefer(request: SipRequest, referring: string, referred: string | undefined): JsonObject {
  const headers = Object.entries(request.headers ?? {});
  const header = (name: string): string | undefined => headers.find(([key]) => key.toLowerCase() === name)?.[1];
  const referTo = header('refer-to');
  const referredBy = header('referred-by');
  const userAgent = header('user-agent');
  const own = headers.filter(([name]) => /^x-/i.test(name));
  return {
    sip_refer_to: referTo,
    ...(referredBy === undefined ? {} : { sip_referred_by: referredBy, referred_by_user: userOf(referredBy) }),
    ...(userAgent === undefined ? {} : { sip_user_agent: userAgent }),
    refer_to_user: userOf(referTo),
    referring_call_sid: referring,
    referred_call_sid: referred ?? null,
    ...Object.fromEntries(own),
  };
}

/** The user of `<sip:user@host>`. */
function userOf(address: string | undefined): string | undefined {
  return /sips?:([^@;>]+)@/.exec(address ?? '')?.[1];
}
