import { ServerResponse } from 'node:http';
import type { Request, Response } from 'express';
import type { NodeAPI } from 'node-red';
import type { arrivalOf } from '../call/call-body';
import { rawText } from '../http/body';
import { classify, type Kind } from '../http/request';
import type { Route } from '../simulator';
import type { CallEvent, CallRecord, CallSummary, EndEvent, RequestEvent } from '../simulator/events';
import { Allowance } from './allowance';
import { CallLog, LIMITS, type KeptCall, type Limits } from './call-log';
import { Doorbell } from './doorbell';
import { causesOf, endOf, failsToBegin, type End } from './ending';
import type { PassedNode } from './path';
import { Recording, short, type Keeper } from './recording';
import { plainJson, plainText } from './redact';

type Body = Record<string, unknown>;

/** What the receiver of a request knows of it already. */
export interface Known {
  body: unknown;
  kind?: Kind;
  /** The call that it belongs to, as `arrivalOf` tells. */
  arrival: ReturnType<typeof arrivalOf>;
  /** The verb's property that named the hook. */
  property?: string;
  /** It is turned away: whoever has sent it may have made it up. */
  refused?: boolean;
}

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

/** Takes an answer down when it goes out, whoever gives it. */
function recordedEnd(this: unknown, chunk?: unknown, encoding?: unknown, done?: unknown): unknown {
  const recording = (this as Recorded)[RECORDING]!;
  try {
    recording.answered((this as Response).statusCode, chunk);
  } catch {
    // The trace must not be in the way of a call.
  }
  return (recording.end ?? plainEnd).call(this, chunk, encoding, done);
}

/** Every call that this Node-RED has answered, or simulated. */
export class Trace implements Keeper {
  readonly log: CallLog;
  /** How simulated requests get here, where that is another way than their address says. */
  route: (url: URL) => Route | undefined = () => undefined;
  private readonly announced = new WeakMap<KeptCall, Announced[]>();
  /** The simulated calls that go on, by the ids of their legs, too. */
  private readonly simulated = new Map<string, KeptCall>();
  private order = 0;

  private readonly allowance = new Allowance();

  /** @param isOn - real calls are recorded */
  constructor(
    public isOn: boolean,
    publish: (call: { id: string; seq: number }) => void = () => undefined,
    limits: Limits = LIMITS,
  ) {
    const bell = new Doorbell(publish);
    this.log = new CallLog(limits, (call) => bell.ring(call));
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
    if (text !== undefined) this.log.addEvent(call, short(text.length) === undefined ? text : withoutBody(event));
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
    const recording = new Recording(this, call, found.id, true, node, call.now());
    recording.keep();
    return recording;
  }

  private begin(
    node: PassedNode,
    req: Request,
    { body, kind, property, refused = false }: Known,
    arrival: NonNullable<Known['arrival']>,
  ): Recording | undefined {
    const content = body as Body;
    const simulated = this.simulated.size > 0 ? this.simulated.get(arrival.key) : undefined;
    if (simulated) return this.own(simulated, node, req, rawText(req) ?? JSON.stringify(req.body));
    if (!this.isOn || (kind ?? classify(body)) !== 'call') return undefined;

    const known = this.log.get(arrival.key);
    const hook = hookOf(content, arrival.status, property);
    // Whatever else is left out of a call: that it is over is told.
    if (!this.allowance.take(known?.requests, hook === 'session:new') && !(known && arrival.last)) {
      known?.omit();
      return undefined;
    }
    const { call, isNew } = this.callOf(content, arrival, refused);
    const recording = new Recording(this, call, ++call.requests, false, node, isNew ? 0 : call.now());
    const { headers, originalUrl } = req;
    recording.method = req.method;
    // The address as its caller had it, where a proxy says.
    recording.scheme = (headers['x-forwarded-proto'] as string | undefined) ?? schemeOf(req);
    recording.host = (headers['x-forwarded-host'] as string | undefined) ?? headers.host ?? '';
    recording.target = plainText(originalUrl);
    recording.asked = kept(body, rawText(req));
    recording.hook = hook;
    recording.property = property;
    const isChild = content.call_sid !== arrival.key;
    if (isChild) recording.leg = text(content.call_sid);
    recording.keep();
    if (refused) return recording;

    if (!isChild) learn(call, content);
    else call.alias(text(content.call_sid), text(content.to));
    if (arrival.last) {
      call.over = true;
      recording.turn = 'last';
    } else if (isNew && hook === 'session:new') {
      recording.turn = 'first';
    }
    return recording;
  }

  /** Notes what follows from an answer, or from its absence. */
  settled(recording: Recording): void {
    const { call, turn } = recording;
    const end = turn === 'last' ? endOf(parsed(recording.asked)) : failsToBegin(recording);
    if (!end) return;
    if (turn === 'first') {
      call.over = true;
      call.status = 'failed';
    }
    this.end(call, end);
  }

  private callOf(
    body: Body,
    { key }: NonNullable<Known['arrival']>,
    refused: boolean,
  ): { call: KeptCall; isNew: boolean } {
    const known = this.log.get(key);
    if (known?.source === 'jambonz') {
      if (!refused) this.log.accept(known);
      return { call: known, isNew: false };
    }
    const opening = {
      id: key,
      source: 'jambonz' as const,
      direction: directionOf(body),
      from: text(body.from),
      to: text(body.to),
      started: Date.now(),
      status: text(body.call_status),
    };
    return { call: this.log.open(opening, refused), isNew: true };
  }

  private end(call: KeptCall, end: End): void {
    const { by, status, reason } = end;
    const event: Omit<EndEvent, 'seq'> = {
      at: call.now(),
      type: 'end',
      by,
      ...(status !== undefined && { status }),
      ...(reason !== undefined && { reason }),
      because: causesOf(call.entries, end),
    };
    this.log.addEvent(call, plainJson(event)!);
  }
}

/** What the call's own requests tell of it. */
function learn(call: KeptCall, body: Body): void {
  if (typeof body.call_status === 'string') call.status = body.call_status;
  if (typeof body.duration === 'number') call.duration = body.duration;
  if (typeof body.call_id === 'string') call.alias(body.call_id);
  // One that began before this Node-RED did, or with a request of one of its legs.
  if (call.from === '') call.from = text(body.from);
  if (call.to === '') call.to = text(body.to);
}

function hookOf(body: Body, isStatus: boolean, property: string | undefined): RequestEvent['hook'] {
  if (property !== undefined) return 'verb:hook';
  if (isStatus) return 'call:status';
  return body.sip !== undefined || body.defaults !== undefined ? 'session:new' : 'verb:hook';
}

function directionOf({ direction }: Body): CallSummary['direction'] {
  return direction === 'outbound' ? 'outbound' : 'inbound';
}

function schemeOf({ socket }: Request): string {
  return (socket as { encrypted?: boolean }).encrypted ? 'https' : 'http';
}

/** A body without secrets, as JSON. */
function kept(body: unknown, raw: string | undefined): string | undefined {
  const json = plainJson(body, raw);
  return json === undefined ? undefined : (short(json.length) ?? json);
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

function parsed(json: string | undefined): Body {
  try {
    return JSON.parse(json ?? '{}') as Body;
  } catch {
    return {};
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 200) : '';
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
