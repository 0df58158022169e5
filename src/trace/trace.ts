import { ServerResponse } from 'node:http';
import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import { rawBody } from '../http/body';
import { classify } from '../http/request';
import type { Route } from '../simulator';
import type { CallEvent, CallRecord, CallSummary } from '../simulator/events';
import { arrivedWith, tooLong, type Known } from './arrived';
import { CallLog, LIMITS, type KeptCall, type Limits } from './call-log';
import { Doorbell } from './doorbell';
import { Intake } from './intake';
import type { PassedNode } from './path';
import { Recording } from './recording';
import { plainJson } from './redact';
import { RequestEntry } from './request-entry';

/** A request that a simulator is about to make, or has made. */
interface Announced {
  id: number;
  /** Path and query. */
  target: string;
  body: string | undefined;
}

const RECORDING = Symbol('jambonz recording');

type Ending = (this: unknown, ...args: unknown[]) => unknown;

interface Recorded {
  [RECORDING]?: Recording;
  end: Ending;
}

const { end: plainEnd } = ServerResponse.prototype as unknown as { end: Ending };

/**
 * Takes an answer down when it goes out, whoever gives it. One function for all responses: with one for each, which
 * would have to hold its response, no request would be collected when it is over (seen on Node 20).
 */
function recordedEnd(this: unknown, chunk?: unknown, encoding?: unknown, done?: unknown): unknown {
  const recording = (this as Recorded)[RECORDING]!;
  try {
    recording.answer((this as Response).statusCode, chunk);
  } catch {
    // The trace must not be in the way of a call.
  }
  return (recording.end ?? plainEnd).call(this, chunk, encoding, done);
}

/** Every call that this Node-RED has answered, or simulated. */
export class Trace {
  /** How simulated requests get here, where that is another way than their address says. */
  route: (url: URL) => Route | undefined = () => undefined;
  private readonly announced = new WeakMap<KeptCall, Announced[]>();
  /** The simulated calls that go on, by the ids of their legs, too. */
  private readonly simulated = new Map<string, KeptCall>();
  private order = 0;
  private readonly kept: CallLog;
  private readonly intake: Intake;

  /** @param isOn - real calls are recorded */
  constructor(
    public isOn: boolean,
    publish: (call: { id: string; seq: number }) => void = () => undefined,
    limits: Limits = LIMITS,
  ) {
    const bell = new Doorbell(publish, () => this.intake.empty());
    this.kept = new CallLog(limits, (call) => bell.ring(call));
    this.intake = new Intake(this.kept, () => bell.wake());
  }

  /** All that is kept by now. */
  get log(): CallLog {
    this.intake.empty();
    return this.kept;
  }

  /**
   * Takes down a request of a call, and its answer when that goes out. Never fails.
   *
   * @returns undefined for what belongs to no call, or is not to be recorded
   */
  request(node: PassedNode, req: Request, res: Response, known: Known): Recording | undefined {
    if (!known.arrival || (!this.isOn && this.simulated.size === 0)) return undefined;
    try {
      const recording = this.begin(node, req, known, known.arrival);
      if (recording) {
        const ending = res as unknown as Recorded;
        ending[RECORDING] = recording;
        // What middleware has put there stays in use.
        if (ending.end !== plainEnd) recording.end = ending.end;
        ending.end = recordedEnd;
      }
      return recording;
    } catch {
      return undefined;
    }
  }

  /** Starts to keep a simulated call. */
  simulate(summary: CallSummary): void {
    const call = this.log.open(summary);
    this.simulated.set(summary.id, call);
  }

  /** Takes down what happens in a simulated call. */
  happened(summary: CallSummary, event: CallEvent): void {
    const call = this.simulated.get(summary.id) ?? this.log.get(summary.id);
    if (call?.source !== 'simulator') return;
    const { direction, from, to, status, duration, over } = summary;
    const isOver = over || event.type === 'end';
    Object.assign(call, { direction, from, to, status, over: isOver, ...(duration !== undefined && { duration }) });
    call.time = event.at;
    if (event.type === 'request') this.announce(call, event);
    if (event.type === 'leg') {
      call.alias(event.leg, event.name);
      this.belongs(event.leg, call);
    }
    this.keep(call, { ...event, order: ++this.order });
  }

  /** A simulated call and all that followed from it is over. */
  finished(id: string): void {
    const call = this.simulated.get(id);
    for (const [key, other] of this.simulated) if (other === call) this.simulated.delete(key);
  }

  /** Keeps a call of a file. @returns its id here */
  import(record: CallRecord): string {
    let id = record.id;
    for (let copy = 2; this.log.get(id); copy++) id = `${record.id} (${copy})`;
    const { direction, from, to, started, status, duration, over, events } = record;
    const call = this.log.open({ id, source: 'import', direction, from, to, started, status });
    Object.assign(call, { over, ...(duration !== undefined && { duration }) });
    for (const event of events) this.keep(call, event);
    return id;
  }

  private keep(call: KeptCall, event: CallEvent): void {
    const text = plainJson({ ...event, seq: 0 });
    if (text !== undefined) this.log.addEvent(call, tooLong(text.length) === undefined ? text : withoutBody(event));
  }

  /** Somebody whom a call tells of is a leg of it, unless it is the caller of another one. */
  private belongs(leg: string, call: KeptCall): void {
    if (!this.simulated.has(leg)) this.simulated.set(leg, call);
  }

  private announce(call: KeptCall, { id, url, body, leg }: CallEvent & { type: 'request' }): void {
    if (leg !== undefined) this.belongs(leg, call);
    const list = this.announced.get(call) ?? [];
    this.announced.set(call, list);
    list.push({ id, target: this.targetOf(url), body: body === undefined ? undefined : JSON.stringify(body) });
    // To other hosts, which never come here.
    if (list.length > 100) list.shift();
  }

  /** Path and query of an address, as they will arrive here. */
  private targetOf(address: string): string {
    const url = parsedUrl(address);
    if (!url) return address;
    const { prefix = '' } = this.route(url) ?? {};
    return url.pathname.slice(url.pathname.startsWith(prefix) ? prefix.length : 0) + url.search;
  }

  /**
   * The recording of a request that a simulator here has made. Nothing in the request says so, as it
   * is to be the one that jambonz would send: it is known by its call, address and body.
   */
  private own(call: KeptCall, node: PassedNode, req: Request, text: string | undefined): Recording | undefined {
    const list = this.announced.get(call) ?? [];
    const there = list.filter(({ target }) => target === req.originalUrl);
    const found = there.find(({ body }) => body === text) ?? there[0];
    if (!found) return undefined;
    list.splice(list.indexOf(found), 1);
    const recording = new Recording(this.intake, node);
    recording.call = call;
    recording.entry = new RequestEntry(call, found.id, recording);
    this.log.add(call, recording.entry);
    this.intake.changed(recording, 0);
    return recording;
  }

  private begin(
    node: PassedNode,
    req: Request,
    known: Known,
    arrival: NonNullable<Known['arrival']>,
  ): Recording | undefined {
    const { body, kind } = known;
    const simulated = this.simulated.size > 0 ? this.simulated.get(arrival.key) : undefined;
    if (simulated) return this.own(simulated, node, req, rawBody(req)?.toString() ?? JSON.stringify(req.body));
    if (!this.isOn || (kind ?? classify(body)) !== 'call') return undefined;
    const arrived = arrivedWith(req, known, arrival);
    const recording = new Recording(this.intake, node, arrived);
    this.intake.changed(recording, arrived.body.length);
    return recording;
  }
}

function withoutBody(event: CallEvent): string {
  return JSON.stringify({ ...event, seq: 0, body: undefined, data: undefined });
}

function parsedUrl(address: string): URL | undefined {
  try {
    return new URL(address);
  } catch {
    return undefined;
  }
}

const traces = new WeakMap<object, Trace>();

/** The trace of the Node-RED that this is. */
export function traceOf(RED: NodeAPI): Trace {
  let trace = traces.get(RED.events);
  if (!trace) traces.set(RED.events, (trace = create(RED)));
  return trace;
}

function create(RED: NodeAPI): Trace {
  const { jambonzTrace } = RED.settings as { jambonzTrace?: unknown };
  const { comms } = RED as { comms?: NodeAPI['comms'] };
  return new Trace(jambonzTrace !== false, (call) => {
    // Only that there is something: what it is can be read by those who may.
    comms?.publish('jambonz/calls', call, false);
  });
}
