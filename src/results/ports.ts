import type { Request, Response } from 'express';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { arrivalOf } from '../call/call-body';
import { DEFAULT_FALLBACK, type Fallback } from '../guard/guard';
import { answerStatus, listen } from '../http/adapter';
import { serialise, write } from '../http/answer';
import { receive } from '../http/receive';
import { signatureFault } from '../http/signature';
import { platformOfServer } from '../platform';
import { Problem } from '../problem';
import type { ServerNode } from '../server';
import { traceOf } from '../trace/trace';
import type { Fields, Message } from '../typed-value';
import { demandOn, watchDemand } from './demand';
import {
  hooksFor,
  hooksOf,
  NEXT,
  portIndex,
  type AnswerKind,
  type Body,
  type Outcome,
  type ResultHook,
} from './outcomes';
import { addressOf, privatePath, type Place } from './private-path';

/** The properties of a node that has result ports. */
interface Saved extends NodeDef {
  results?: unknown;
  ports?: unknown;
  server?: unknown;
}

/** What goes back to a model whose tool nobody handles. */
const NO_HANDLER = { error: 'no handler' };

/**
 * What is answered when the flow does not, after the time that the `webhook in` before it gives:
 * the usual, its counterpart for a tool, nothing where it has been answered.
 */
function fallbackFor(answer: AnswerKind, milliseconds = DEFAULT_FALLBACK.milliseconds): Fallback | null {
  if (answer === 'ignored' || milliseconds === Infinity) return null;
  return answer === 'tool' ? { milliseconds, document: NO_HANDLER } : { milliseconds };
}

/**
 * The result ports of a node: its hooks are served under paths of its own, and what they bring
 * leaves by the port of its outcome.
 *
 * @returns undefined for a node whose results go to addresses
 */
export function resultPorts(RED: NodeAPI, node: Node, config: NodeDef): ResultPorts | undefined {
  const { results, ports } = config as Saved;
  if (results !== 'ports' || hooksOf(node.type).length === 0) return undefined;
  const names = Array.isArray(ports) ? ports.map(String) : [NEXT];
  return new ResultPorts(RED, node, config, names);
}

export class ResultPorts {
  private readonly hooks: readonly ResultHook[];
  private readonly next: number;
  private readonly root: string | undefined;
  private readonly isServed: boolean;
  private last: { place: string; fields: Fields } | undefined;
  /** The node's status says something of ours. */
  private isMarked = false;

  constructor(
    private readonly RED: NodeAPI,
    private readonly node: Node,
    private readonly config: Saved,
    private readonly ports: readonly string[],
  ) {
    this.hooks = hooksFor(node.type, ports);
    this.next = Math.max(0, ports.indexOf(NEXT));
    const { httpNodeRoot } = RED.settings as unknown as { httpNodeRoot?: string | false };
    this.root = httpNodeRoot === false ? undefined : httpNodeRoot;
    const closing = this.hooks.map((hook) => this.serve(hook));
    this.isServed = !closing.includes(undefined);
    closing.push(watchDemand(RED, node.id));
    node.on('close', (_removed: boolean, done: () => void) => {
      for (const close of closing) close?.();
      done();
    });
  }

  /** True when the node has any hook: a verb can have none. */
  get isUsed(): boolean {
    return this.hooks.length > 0;
  }

  /**
   * The node's properties, with the addresses of its own hooks in those that hold addresses.
   *
   * @param place - where jambonz reaches this Node-RED
   * @throws Problem when Node-RED serves no webhooks
   */
  fieldsAt(place: Place): Fields {
    if (!this.isServed) throw new Problem('results-off');
    const key = `${place.publicUrl ?? ''} ${place.prefix ?? ''}`;
    if (this.last?.place === key) return this.last.fields;
    const fields: Fields = { ...this.config };
    for (const hook of hooksOf(this.node.type)) {
      const address = this.hooks.includes(hook) ? this.address(hook, place) : '';
      for (const field of hook.fields) {
        fields[field] = address;
        fields[`${field}Type`] = 'str';
      }
    }
    this.last = { place: key, fields };
    return fields;
  }

  /** A message for the port by which the document goes on, as `send` takes it. */
  onwards(msg: Message): (Message | null)[] {
    return at(this.next, msg);
  }

  private address(hook: ResultHook, place: Place): string {
    return addressOf(privatePath(this.node.id, hook.key), this.root, place);
  }

  private serve(hook: ResultHook): (() => void) | undefined {
    const { RED, node } = this;
    return listen(RED, {
      id: node.id,
      method: 'post',
      path: privatePath(node.id, hook.key),
      signed: true,
      receive: (req, res) => this.receive(hook, req, res),
      refused: (status, reason) => node.warn(RED._('common.results.refused', { status: String(status), reason })),
      shadowed: () => undefined,
    });
  }

  private receive(hook: ResultHook, req: Request, res: Response): void {
    const { RED, node } = this;
    const demand = demandOn(node.id);
    // Nobody knows yet whether it must be signed.
    if (!demand) {
      this.record(hook, req, res);
      answerStatus(res, 503);
      return;
    }
    if (demand.secrets && signatureFault(req, demand.secrets)) {
      this.record(hook, req, res, true);
      answerStatus(res, 401);
      this.mark('red', 'common.status.unsigned');
      return;
    }
    const outcome = hook.classify(bodyOf(req));
    const port = portIndex(hook, this.ports, outcome);
    if (!this.isWired(port)) {
      this.record(hook, req, res);
      write(res, serialise(hook.answer === 'tool' ? NO_HANDLER : []));
      this.mark('grey', RED._('common.status.unwired', { port: labelOf(RED, outcome.port) }));
      return;
    }
    this.mark(undefined);
    const { platform, publicUrl } = demand.entrance ?? this.ownServer();
    const send = (msg: Message): void => node.send(at(port, msg));
    const receiver = {
      platform,
      publicUrl,
      method: 'post',
      kind: 'call' as const,
      hook: true,
      property: propertyOf(hook),
      answers: hook.answer,
      fallback: fallbackFor(hook.answer, demand.answerWithinMs),
      send,
    };
    receive(RED, node, receiver, req, res, { result: outcome.result } satisfies Pick<Outcome, 'result'>);
  }

  /** Takes down a request that reaches no flow. */
  private record(hook: ResultHook, req: Request, res: Response, refused = false): void {
    const body = bodyOf(req);
    const known = { body, kind: 'call' as const, arrival: arrivalOf(body, true), property: propertyOf(hook), refused };
    traceOf(this.RED).request(this.node, req, res, known);
  }

  /** For calls that start here and have not come in by any webhook. */
  private ownServer(): { platform: ReturnType<typeof platformOfServer>; publicUrl?: string } {
    const { server: id } = this.config;
    const server = id ? (this.RED.nodes.getNode(String(id)) as ServerNode | null) : null;
    return { platform: platformOfServer(this.RED, this.node, server), publicUrl: server?.publicUrl };
  }

  private isWired(port: number): boolean {
    const { wires } = this.node as Node & { wires?: unknown[][] };
    return port >= 0 && (wires?.[port]?.length ?? 0) > 0;
  }

  private mark(fill: 'red' | 'grey' | undefined, text = ''): void {
    if (!fill && !this.isMarked) return;
    this.isMarked = fill !== undefined;
    this.node.status(fill ? { fill, shape: 'ring', text } : {});
  }
}

function at(port: number, msg: Message): (Message | null)[] {
  const outputs: (Message | null)[] = new Array<null>(port).fill(null);
  outputs.push(msg);
  return outputs;
}

function propertyOf({ path }: ResultHook): string {
  return path.join('.');
}

function bodyOf({ body }: Request): Body {
  return typeof body === 'object' && body !== null ? (body as Body) : {};
}

/** A port as the editor labels it; a tool's has the tool's own name. */
function labelOf(RED: NodeAPI, port: string): string {
  const key = `common.port.${port}`;
  const label = RED._(key);
  return label === key ? port : label;
}
