import type { Call, CallOptions, Listener, RestAnswer, SimulatorOptions } from './api';
import { realClock, type Clock } from './clock';

/** Plays calls against webhooks, as jambonz would. */
export class Simulator {
  readonly clock: Clock;
  private readonly known = new Map<string, Call>();
  private readonly listeners = new Set<Listener>();

  constructor(options: SimulatorOptions = {}) {
    this.clock = options.clock ?? realClock();
  }

  /** All calls that are up, and those that ended not long ago, by call_sid; dialled legs lead to the call they belong to. */
  get calls(): ReadonlyMap<string, Call> {
    return this.known;
  }

  /** A call comes in. */
  call(_options: CallOptions): Call {
    throw new Error('not yet');
  }

  /** jambonz's REST API for these calls; `path` is what follows `/v1`. */
  rest(_method: string, _path: string, _query: Record<string, string>, _body: unknown): Promise<RestAnswer> {
    return Promise.reject(new Error('not yet'));
  }

  /**
   * Hears all that happens, at the moment it happens.
   *
   * @returns stops it
   */
  on(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Ends all calls at once, without another request. */
  close(): void {
    this.clock.close();
  }
}
