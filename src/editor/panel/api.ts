import type { CallEvent, CallRecord, CallSummary } from '../../simulator/events';
import type { Wish } from '../../phone/wished-call';
import type { LegPlan } from '../../simulator/leg-plan';
import { read, send, type Answer } from '../ask';

/** A `webhook in` that can be called. */
export interface Webhook {
  node: string;
  /** The label of its tab. */
  flow: string;
  name: string;
  method: string;
  url: string;
  /** It accepts only signed requests. */
  signed: boolean;
  /** It gets status events. */
  status: boolean;
}

/** How the phone is set up. */
export interface PhoneState {
  enabled: boolean;
  webhooks: Webhook[];
  /** Webhooks ask everybody but simulated calls for a login. */
  login?: boolean;
  /** Where the REST nodes' requests go. */
  rest: 'simulator' | 'jambonz';
}

export interface CallsState {
  calls: CallSummary[];
  trace: boolean;
  simulator: boolean;
}

/** What is done in a call; `leg` is another party than the caller. */
export type Deed =
  | { did: 'press'; digits: string; leg?: string }
  | { did: 'say'; text: string; leg?: string }
  | { did: 'hangup'; leg?: string }
  | { did: 'answer'; leg: string }
  | { did: 'reject'; leg: string; status: number }
  | { did: 'model'; say?: string; tool?: { name: string; args: unknown }; end?: string }
  | { did: 'plan'; legs: Record<string, LegPlan> }
  | { did: 'go-on' }
  | { did: 'skip' };

export type { LegPlan, Wish };

/** Several calls in a file. */
export interface CallsFile {
  format: 'jambonz-calls';
  version: 1;
  calls: CallRecord[];
}

const at = encodeURIComponent;
const revealed = (reveal: boolean): Record<string, string> => (reveal ? { reveal: '1' } : {});

export const api = {
  calls: (q: string): Promise<Answer<CallsState>> => read('calls', q === '' ? {} : { q }),

  events: (id: string, after: number, reveal: boolean): Promise<Answer<{ call: CallSummary; events: CallEvent[] }>> =>
    read(`calls/${at(id)}`, { after: String(after), ...revealed(reveal) }),

  export: (id: string, reveal: boolean): Promise<Answer<{ file: CallsFile }>> =>
    read(`calls/${at(id)}/export`, revealed(reveal)),

  import: (file: unknown): Promise<Answer<{ calls: string[] }>> => send('calls/import', { file }),

  clear: (): Promise<Answer> => send('calls/clear', {}),

  phone: (): Promise<Answer<PhoneState>> => read('phone'),

  call: (wish: Wish): Promise<Answer<{ call: string }>> => send('phone/call', wish),

  act: (id: string, deed: Deed): Promise<Answer> => send(`phone/${at(id)}/do`, deed),

  rest: (use: boolean): Promise<Answer> => send('phone/rest', { use }),

  test: (id: string): Promise<Answer<{ file: unknown }>> => send(`phone/test/${at(id)}`, {}),
};
