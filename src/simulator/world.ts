import type { Platform } from '../specification';
import type { CallOptions } from './api';
import type { SimulatedCall } from './call';
import type { Clock } from './clock';
import type { Conferences } from './conferences';
import type { CallEvent } from './events';
import type { Queues } from './queues';
import type { Transport } from './transport';

/** What all calls of a simulator share. */
export interface World {
  /** The clocks of calls are made from it. */
  readonly clock: Clock;
  readonly transport: Transport;
  secret(call: CallOptions): string | undefined;
  platform(call: CallOptions): Platform;
  readonly patience: number;
  readonly account: string;
  /** The host that the engine has for its own. */
  readonly address: string;
  /** The host that callers have in their addresses. */
  readonly domain: string;
  /** The full name of a user who is called. */
  userName(name: string): string;
  readonly queues: Queues;
  readonly conferences: Conferences;
  allow(url: URL): boolean;
  duration(text: string, kind: 'say' | 'play', call: CallOptions): number;
  /** Why something cannot be spoken, played or understood: no such file, no credentials for a vendor, ... */
  hindrance(what: 'say' | 'play', text: string): boolean;
  /** Whether there are credentials for a vendor of speech. */
  hasVendor(vendor: string): boolean;
  sipReply(method: string): number | undefined;
  /** Whether a socket can be opened. */
  canConnect(url: string): boolean;
  told(call: SimulatedCall, event: CallEvent): void;
  ended(call: SimulatedCall): void;
}
