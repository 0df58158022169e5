import type { JsonObject } from './json';
import { snakeKeys } from './json';

/** jambonz's words for the state of a call. */
export type CallStatus =
  'trying' | 'ringing' | 'early-media' | 'in-progress' | 'completed' | 'failed' | 'busy' | 'no-answer';

/** What does not change in the course of a call. */
export interface Identity {
  direction: 'inbound' | 'outbound';
  callSid: string;
  from: string;
  to: string;
  callId: string;
  accountSid: string;
  applicationSid: string;
  traceId: string;
  /** The display name that came with the call; '' without one. */
  callerName: string;
  /** The host that plays the call. */
  address: string;
  parentCallSid?: string;
  /** The number that a dialled party is shown. */
  callerId?: string;
  originatingSipIp?: string;
  originatingSipTrunkName?: string;
}

/** What hooks and status events say of a leg. */
export class CallInfo {
  callStatus: CallStatus = 'trying';
  sipStatus = 100;
  sipReason = 'Trying';
  sbcCallid?: string;
  callTerminationBy?: 'caller' | 'jambonz';
  duration?: number;
  /** The headers of the request that ended the call. */
  headers?: JsonObject;
  /** The tag: replaced as a whole, never merged. */
  customerData?: JsonObject;

  constructor(readonly identity: Identity) {}

  /** As verb hooks and status events have it, before its keys are written in snake case. */
  toJSON(): JsonObject {
    const { identity } = this;
    return {
      callSid: identity.callSid,
      direction: identity.direction,
      from: identity.from,
      to: identity.to,
      callId: identity.callId,
      sbcCallid: this.sbcCallid,
      sipStatus: this.sipStatus,
      sipReason: this.sipReason,
      callStatus: this.callStatus,
      callerId: identity.callerId,
      accountSid: identity.accountSid,
      traceId: identity.traceId,
      applicationSid: identity.applicationSid,
      fsSipAddress: identity.address,
      parentCallSid: identity.parentCallSid,
      originatingSipIp: identity.originatingSipIp,
      originatingSipTrunkName: identity.originatingSipTrunkName,
      callTerminationBy: this.callTerminationBy,
      duration: this.duration,
      customerData: this.customerData,
      headers: this.headers,
    };
  }

  /**
   * As a few hooks have it, which send the engine's own object.
   *
   * @see engine rule: conference waitHook and enterHook, transcriptionHook; the tag comes as `customerdata`, its keys in
   *   snake case
   */
  raw(): JsonObject {
    const { fsSipAddress, customerData, ...rest } = this.toJSON();
    return {
      ...rest,
      callerName: this.identity.callerName,
      hasRecording: false,
      localSipAddress: fsSipAddress,
      customerdata: customerData && snakeKeys(customerData as JsonObject, NOTHING),
    };
  }
}

const NOTHING: ReadonlySet<string> = new Set();
