import type { NodeAPI } from 'node-red';
import type { Platform } from '../specification';
import { reachedFrom, type FlowNode } from './reach';

/** What a `webhook in` asks of requests, and what is known of the server that it gets them from. */
export interface Entrance {
  /** Any of these signs a request; absent when nobody has to. */
  secrets?: readonly string[];
  platform: Platform;
  publicUrl?: string;
  /** How long its flow has for an answer; Infinity when nobody answers in its place. */
  answerWithinMs: number;
}

/** The `webhook in` nodes that run, by their ids. */
const entrances = new Map<string, Entrance>();
/** Which of them reach a node; a node that is not in here has not been looked at since it started. */
const known = new Map<string, readonly string[]>();
/** The nodes with result ports that run. */
const asking = new Set<string>();
const watched = new WeakSet<object>();

/** Says how a `webhook in` takes requests. @returns takes it back */
export function addEntrance(id: string, entrance: Entrance): () => void {
  entrances.set(id, entrance);
  return () => {
    if (entrances.get(id) === entrance) entrances.delete(id);
  };
}

/** How a `webhook in` takes requests; undefined for one that does not run. */
export function entranceOf(id: string): Entrance | undefined {
  return entrances.get(id);
}

/** Where others reach this Node-RED, as the servers of its webhooks say. */
export function publicUrls(): string[] {
  return [...new Set([...entrances.values()].flatMap(({ publicUrl }) => publicUrl ?? []))];
}

/** What a node with result ports has to ask of its requests, as the deployed flows say. */
export interface Demand {
  /** Any of these must have signed; empty when one must but there is none. Absent when nobody has to. */
  secrets?: readonly string[];
  /** Of the first `webhook in` that reaches the node. */
  entrance?: Entrance;
  /** The shortest time that any of them gives its flow; absent when none reaches the node. */
  answerWithinMs?: number;
}

/** Has a node looked at whenever flows have started. @returns ends that */
export function watchDemand(RED: NodeAPI, id: string): () => void {
  known.delete(id);
  asking.add(id);
  if (!watched.has(RED.events)) {
    watched.add(RED.events);
    RED.events.on('flows:started', () => lookAgain(RED));
  }
  return () => {
    asking.delete(id);
    known.delete(id);
  };
}

function lookAgain(RED: NodeAPI): void {
  if (asking.size === 0) return;
  const nodes: FlowNode[] = [];
  RED.nodes.eachNode((node) => void nodes.push(node as unknown as FlowNode));
  const reached = reachedFrom(nodes, ({ type }) => type === 'webhook in');
  known.clear();
  for (const id of asking) known.set(id, [...(reached.get(id) ?? [])]);
}

/** @returns undefined while nothing is known */
export function demandOn(id: string): Demand | undefined {
  const sources = known.get(id);
  if (!sources) return undefined;
  const running = sources.map((source) => entrances.get(source)).filter((one) => one !== undefined);
  const signed = running.filter(({ secrets }) => secrets !== undefined);
  return {
    secrets: signed.length > 0 ? [...new Set(signed.flatMap(({ secrets }) => secrets!))] : undefined,
    entrance: running.find(({ publicUrl }) => publicUrl !== undefined) ?? running[0],
    answerWithinMs: running.length > 0 ? Math.min(...running.map((one) => one.answerWithinMs)) : undefined,
  };
}
