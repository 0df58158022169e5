import type { Request } from 'express';
import type { NodeAPI } from 'node-red';
import { literal, textOf, type FlowNode } from '../checks/flow';
import { matches, suffixes, withSlash } from '../checks/paths';
import { hookFields } from '../checks/verbs';
import { OVER } from './call-body';

/** The paths that a flow's own verbs have their webhooks at. */
interface Paths {
  all: string[];
  /** Of those whose bodies look like a final status event. */
  meetings: string[];
}

/** Who calls a path, beside jambonz itself. */
interface Callers {
  verb: boolean;
  meeting: boolean;
}

/** What tells the status of a call, and is no webhook of a verb. */
const STATUS_FIELDS = new Set(['callStatusHook', 'call_status_url']);
const MEETINGS = new Set(['conference', 'jambonz room']);

/** What is known since the flows have started. */
interface Cache {
  paths?: Paths;
  callers: Map<string, Callers>;
}

const caches = new WeakMap<object, Cache>();

/**
 * Whether a request that looks like a status event is the webhook of a verb all the same: of those
 * that bring nothing of their own (redirect, the confirmation of a dial, the end of a conference),
 * only the address tells, so this looks for it in the flows.
 *
 * @param url - the path of the `webhook in` that got the request
 */
export function isVerbHook(RED: NodeAPI, url: string, { body, headers }: Request): boolean {
  const { verb, meeting } = callersOf(RED, url);
  const { call_status } = (body ?? {}) as { call_status?: unknown };
  if (typeof call_status !== 'string' || !OVER.has(call_status)) return verb;
  // Where a verb and jambonz share a path: only the requests of verbs say what they are a part of.
  return meeting && headers.b3 !== undefined;
}

function callersOf(RED: NodeAPI, url: string): Callers {
  const cache = cacheOf(RED);
  let callers = cache.callers.get(url);
  if (!callers) {
    cache.paths ??= pathsOf(RED);
    const own = withSlash(url);
    // Whatever a proxy or httpNodeRoot puts in front.
    const leadsHere = (path: string): boolean => suffixes(path).some((part) => matches(own, part));
    const { all, meetings } = cache.paths;
    cache.callers.set(url, (callers = { verb: all.some(leadsHere), meeting: meetings.some(leadsHere) }));
  }
  return callers;
}

function cacheOf({ events }: NodeAPI): Cache {
  const known = caches.get(events);
  if (known) return known;
  const cache: Cache = { callers: new Map() };
  caches.set(events, cache);
  events.on('flows:started', () => {
    cache.paths = undefined;
    cache.callers.clear();
  });
  return cache;
}

function pathsOf(RED: NodeAPI): Paths {
  const paths: Paths = { all: [], meetings: [] };
  RED.nodes.eachNode((config) => {
    const node = config as unknown as FlowNode;
    for (const field of hookFields(node)) {
      if (STATUS_FIELDS.has(field)) continue;
      const path = pathIn(literal(node, field) ?? textOf(node[field]));
      if (path === undefined) continue;
      paths.all.push(path);
      if (MEETINGS.has(node.type)) paths.meetings.push(path);
    }
  });
  return paths;
}

/** The path of an address, relative or not; what is filled in by a message stays as it is. */
function pathIn(address: string): string | undefined {
  const path = address.trim().replace(/^https?:\/\/[^/]*/i, '');
  return path.startsWith('/') ? path.replace(/[?#].*$/, '') : undefined;
}
