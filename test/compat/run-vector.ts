import { once } from 'node:events';
import type { Node } from 'node-red';
import helper from 'node-red-node-test-helper';
import { palette } from '../support/palette';
import { startRestServer, type Answer, type RestServer, type Seen } from '../support/rest-server';

type Json = Record<string, unknown>;

/** A recorded input of the official palette and what came of it; see the README of the vectors. */
export interface Vector {
  id: string;
  config: Json & { type: string };
  credentials?: Json;
  /** The config node that the node refers to. */
  server?: { config: Json & { type?: string }; credentials?: Json };
  /** What its API answers; an array has one answer for each request. */
  response?: Answer | Answer[];
  env?: Record<string, string>;
  flowEnv?: unknown[];
  flowContext?: Json;
  globalContext?: Json;
  msg?: Json;
  msgs?: Json[];
  secrets?: string[];
  upstreamBug?: string;
  expect: Outcome & { errors?: { kind: string }[] };
}

/** What a node made of its input, as far as it binds. */
export interface Outcome {
  sent: boolean;
  msg?: Json;
  msgs?: Json[];
  more?: Json[];
  request?: Seen;
  requests?: Seen[];
}

export interface Result extends Outcome {
  /** Texts of errors that a Catch node sees. */
  caught: string[];
  /** Texts of the other log lines. */
  logged: string[];
}

const SINK = 'out';
const SUBJECT = 'n1';
const SERVER = 'srv';
/** Stands in vectors for the address of the API. */
const ADDRESS = '__STUB__';
/** Stands in vectors for an id that was made up. */
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;

/** Runs one vector on the palette in a real runtime. Every input must end in `done()` or `done(error)`. */
export async function runVector(recorded: Vector): Promise<Result> {
  const api = recorded.server ? await startRestServer(recorded.response ?? { status: 200, body: {} }) : undefined;
  const vector = api ? replaced(recorded, ADDRESS, api.url) : recorded;
  const environment = { ...process.env };
  // No test asks a real jambonz: what is meant for one ends at ours.
  Object.assign(process.env, vector.env, api && { https_proxy: api.url });
  try {
    await helper.load(palette(), flowOf(vector), {
      [SUBJECT]: vector.credentials ?? {},
      [SERVER]: vector.server?.credentials ?? {},
    });
    const result = await feed(vector);
    return api ? replaced({ ...result, ...requestsOf(api, recorded) }, api.url, ADDRESS) : result;
  } finally {
    await helper.unload();
    await api?.stop();
    for (const name of ['https_proxy', ...Object.keys(vector.env ?? {})]) {
      if (environment[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = environment[name];
    }
  }
}

function flowOf(vector: Vector): (Json & { id: string; type: string })[] {
  const flow = [
    { id: 'f1', type: 'tab', label: 'f', env: vector.flowEnv ?? [] },
    { ...structuredClone(vector.config), id: SUBJECT, z: 'f1', wires: [[SINK]] },
    { id: SINK, z: 'f1', type: 'helper', wires: [] },
  ];
  const { server } = vector;
  return server ? [...flow, { type: 'jambonz_auth', ...structuredClone(server.config), id: SERVER }] : flow;
}

function requestsOf(api: RestServer, vector: Vector): Pick<Outcome, 'request' | 'requests'> {
  const input = JSON.stringify([vector.config, vector.msg ?? vector.msgs, vector.env]);
  const text = JSON.stringify(api.seen).replace(UUID, (id) => (input.includes(id) ? id : '<uuid>'));
  const [request, ...further] = JSON.parse(text) as Seen[];
  if (!request) return {};
  return further.length === 0 ? { request } : { requests: [request, ...further] };
}

/** A copy with another text in the place of one, in keys and values. */
function replaced<T>(value: T, from: string, to: string): T {
  return JSON.parse(JSON.stringify(value).replaceAll(from, to)) as T;
}

async function feed(vector: Vector): Promise<Result> {
  const node = helper.getNode(SUBJECT) as Node & Json;
  const context = node.context();
  for (const [key, value] of Object.entries(vector.flowContext ?? {})) context.flow.set(key, revive(value));
  for (const [key, value] of Object.entries(vector.globalContext ?? {})) context.global.set(key, revive(value));

  const sent: Json[] = [];
  const caught: string[] = [];
  const logged: string[] = [];
  const inputs = (vector.msgs ?? [vector.msg ?? {}]).map((msg) => revive(msg) as Json);
  helper.getNode(SINK).on('input', (msg) => void sent.push(msg));
  const finished = finishing(node, inputs.length);
  for (const level of ['error', 'warn', 'log'] as const) {
    const original = (node[level] as (...args: unknown[]) => void).bind(node);
    node[level] = (text: unknown, msg?: unknown) => {
      (msg ? caught : logged).push(text instanceof Error ? text.message : String(text));
      original(text, msg);
    };
  }
  for (const input of inputs) node.receive(input);
  await finished;
  // A message is delivered in the turn after the one in which it was sent.
  await new Promise(setImmediate);
  while (sent.length < inputs.length && caught.length === 0) await once(helper.getNode(SINK), 'input');
  const [first, ...more] = sent.map(wire);
  const outcome: Outcome = { sent: sent.length > 0 };
  if (vector.msgs) outcome.msgs = sent.map(wire);
  else if (first) outcome.msg = first;
  if (!vector.msgs && more.length > 0) outcome.more = more;
  return { ...outcome, caught, logged };
}

/** Resolves when the node has completed that many messages, with an error or without. */
function finishing(node: Node & Json, count: number): Promise<void> {
  return new Promise((resolve) => {
    const complete = (node._complete as (...args: unknown[]) => void).bind(node);
    node._complete = (...args: unknown[]) => {
      complete(...args);
      if (--count === 0) resolve();
    };
  });
}

/** A message as JSON carries it, without its id. */
function wire(msg: Json): Json {
  return JSON.parse(JSON.stringify({ ...msg, _msgid: undefined })) as Json;
}

/** Values that JSON cannot express are written as `{"$buffer": …}`, `{"$undefined": true}`, `{"$nan": true}`. */
export function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive);
  if (typeof value !== 'object' || value === null) return value;
  const [[key, inner] = [], second] = Object.entries(value);
  if (second === undefined) {
    if (key === '$buffer') return Buffer.from(String(inner));
    if (key === '$undefined') return undefined;
    if (key === '$nan') return Number.NaN;
  }
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, revive(item)]));
}
