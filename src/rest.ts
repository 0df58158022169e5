import { setMaxListeners } from 'node:events';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { settles } from './guard/settled';
import { ApiError, type ApiAnswer, type JambonzApi } from './jambonz-api';
import { Problem, describe, messageOf } from './problem';
import { resultPorts, type ResultPorts } from './results/ports';
import { Incomplete, type ServerNode } from './server';
import { FieldReader, type Fields, type Message, type Reader } from './typed-value';

export { Incomplete } from './server';

/** Properties to set on a message. */
export type Properties = Record<string, unknown>;

/** What a request brought: properties of the message; or of several messages, which are copies of it. */
export type RestResult = Properties | Properties[];

/** What one message needs: its fields, itself, and the API of the server that the node refers to. */
export interface Call {
  read: Reader;
  msg: Message;
  api: JambonzApi;
}

export type RestCall = (call: Call) => RestResult | Promise<RestResult>;

export interface RestOptions {
  /** How `msg.errorMessage` begins when there was no HTTP status; flows may look for it, so it is not translated. */
  failure?: string;
  /** More properties for a message that goes on after a failed request. */
  failed?: (error: ApiError) => Properties;
}

/**
 * The constructor of a REST node, the one way in which a message becomes a request: the call's
 * result is set on the message, which is sent on. When the request fails the message is sent too,
 * as flows of the official palette expect, with `statusCode` (if there was an answer) and
 * `errorMessage`; and the failure is a catchable error, whose `status`, `serverMessage` and `cause`
 * say more. Any other failure, for example a field that cannot be read, stops the message.
 */
export function restNode(RED: NodeAPI, run: RestCall, options: RestOptions = {}) {
  return settles(function (this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const saved = config as unknown as Fields;
    const fields = new FieldReader(RED, this, saved);
    const progress = new Progress(RED, this);
    const results = resultPorts(RED, this, config);
    const closing = new AbortController();
    setMaxListeners(0, closing.signal);

    this.on('close', (_removed: boolean, done: () => void) => {
      progress.close();
      closing.abort();
      done();
    });
    this.on('input', (received, send, done) => {
      const msg = received as Message;
      let problems: readonly Problem[] = [];
      progress.begin();
      const onwards = (message: Message): void => send(results ? results.onwards(message) : message);
      const request = async (): Promise<Message[]> => {
        const server = serverOf(RED, saved.server);
        const api = await server.api(this, msg, closing.signal);
        const read = fields.for(msg, results && fieldsOf(results, server));
        ({ problems } = read);
        return messagesOf(RED, msg, await run({ read, msg, api }));
      };
      const succeed = (messages: Message[]): void => {
        progress.end(problems);
        for (const message of messages) onwards(message);
        done();
      };
      const fail = (error: unknown): void => {
        const failure = progress.fail(problems, error);
        const properties = closing.signal.aborted ? undefined : afterFailure(error, options);
        if (properties) onwards(Object.assign(msg, properties));
        done(failure);
      };
      request().then(succeed, fail).catch(done);
    });
  });
}

/**
 * The fields of a node with result ports. The call has no webhook yet whose host could be meant.
 *
 * @throws Problem when the server does not say where others reach this Node-RED
 */
function fieldsOf(results: ResultPorts, server: ServerNode): Fields {
  const publicUrl = server.publicUrl ?? server.simulatorUrl();
  if (results.isUsed && publicUrl === undefined) throw new Problem('results-public-url');
  return results.fieldsAt({ publicUrl });
}

/** @throws Problem when a node's server is not chosen, or was deleted */
export function serverOf(RED: NodeAPI, id: unknown): ServerNode {
  const server = id ? (RED.nodes.getNode(String(id)) as ServerNode | null) : null;
  if (typeof server?.api !== 'function') throw new Problem('no-server');
  return server;
}

/** An answer's JSON. @throws ApiError when it is none, for example a login page */
export function jsonOf({ data }: ApiAnswer): unknown {
  if (typeof data !== 'string') return data;
  return understood(() => JSON.parse(data) as unknown);
}

/** Takes something out of an answer. @throws ApiError when the answer has another form */
export function understood<T>(take: () => T): T {
  try {
    return take();
  } catch (error) {
    throw new ApiError('api-answer', { detail: messageOf(error) });
  }
}

/** Several messages are numbered as a split node does it, so that a join node makes one list of them. */
function messagesOf(RED: NodeAPI, msg: Message, result: RestResult): Message[] {
  if (!Array.isArray(result)) return [Object.assign(msg, result)];
  const { parts } = msg;
  const lengths = result.map(({ payload }) => (Array.isArray(payload) ? payload.length : 1));
  const series = {
    id: RED.util.generateId(),
    type: 'array',
    count: result.length,
    // A join node puts lists together only when they are said to be longer than one.
    len: Math.max(2, ...lengths),
    ...(parts !== undefined && { parts }),
  };
  return result.map((properties, index) =>
    Object.assign(RED.util.cloneMessage(msg), properties, { parts: { ...series, index } }),
  );
}

/** What a message carries on after a failure; undefined when it goes no further. */
function afterFailure(error: unknown, options: RestOptions): Properties | undefined {
  if (error instanceof Incomplete) return {};
  if (!(error instanceof ApiError)) return undefined;
  const { status, statusText, reason, facts } = error;
  const more = options.failed?.(error) ?? {};
  if (status !== undefined) return { statusCode: status, errorMessage: statusText ?? '', ...more };
  // The engine's own words for a lost connection, which flows have met so far.
  const detail = reason === 'api-unreachable' ? 'fetch failed' : (facts.detail ?? reason);
  return { errorMessage: `${options.failure ?? 'Request failed'} ${detail}`, ...more };
}

/** Shows on a node what is under way and how the last request ended. */
class Progress {
  private pending = 0;
  private outcome: 'failed' | 'left-out' | undefined;
  private isClosed = false;

  constructor(
    private readonly RED: NodeAPI,
    private readonly node: Node,
  ) {}

  begin(): void {
    this.pending++;
    this.show();
  }

  /** Reports what was left out of a request that went well. */
  end(problems: readonly Problem[]): void {
    this.settle(problems, problems.length > 0 ? 'left-out' : undefined);
  }

  /** @returns the error for `done` */
  fail(problems: readonly Problem[], error: unknown): Error {
    this.settle(problems, 'failed');
    const failure = new Error(this.text(error));
    if (!(error instanceof ApiError)) return failure;
    const { status, statusText, serverMessage, code, data } = error;
    const facts = { status, serverMessage, code, cause: { status, statusText, message: serverMessage, body: data } };
    return Object.assign(failure, withoutUndefined({ ...facts, cause: withoutUndefined(facts.cause) }));
  }

  /** A node that has gone shows nothing. */
  close(): void {
    this.isClosed = true;
  }

  private settle(problems: readonly Problem[], outcome: 'failed' | 'left-out' | undefined): void {
    for (const problem of problems) this.node.error(this.text(problem));
    this.pending--;
    this.outcome = outcome;
    this.show();
  }

  private show(): void {
    if (this.isClosed) return;
    if (this.pending > 0) {
      // Begins with a digit, so that the editor does not look for it in a catalog.
      const text = this.RED._('common.status.pending', { pending: String(this.pending) });
      this.node.status({ fill: 'blue', shape: 'dot', text });
    } else if (this.outcome === 'failed') {
      this.node.status({ fill: 'red', shape: 'ring', text: 'common.status.failed' });
    } else if (this.outcome === 'left-out') {
      this.node.status({ fill: 'yellow', shape: 'ring', text: 'common.status.left-out' });
    } else {
      this.node.status({});
    }
  }

  private text(problem: unknown): string {
    return describe((key, facts) => this.RED._(key, facts ?? {}), this.node, problem);
  }
}

function withoutUndefined(object: Properties): Properties {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
