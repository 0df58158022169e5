import { textOf, listOf, type Finding, type FlowNode } from './flow';
import type { Graph } from './graph';
import { following, isPassing } from './verbs';
import { allHooks, isNamed, pathOfWebhook } from './webhooks';

/** Verbs that leave a call as it is: unanswered. */
const QUIET = new Set(['pause', 'tag', 'alert', 'message']);
/** What a new call has; to choose by it says nothing about whether the call was answered. */
const OF_CALLER = /^call\.(from|to|caller_name|caller_id|originating_sip_ip|originating_sip_trunk_name)$/;

/** A `hangup` that a new call meets before anything has answered it: jambonz skips it then. */
export function hangupFirst(graph: Graph): Omit<Finding, 'check'>[] {
  // An outgoing call has been answered, and any webhook may be its.
  if (graph.ofType('create-call').length > 0 || allHooks(graph).some(({ isKnown }) => !isKnown)) return [];
  const found = new Set<FlowNode>();
  for (const node of graph.ofType('webhook in')) {
    const path = pathOfWebhook(node);
    const hangups = following(graph, { node, port: 0 }, passesNewCalls).filter(({ type }) => type === 'hangup');
    if (path === undefined || hangups.length === 0 || isNamed(graph, path)) continue;
    for (const hangup of hangups) found.add(hangup);
  }
  return [...found].map(({ id }) => ({ node: id, facts: {} }));
}

function passesNewCalls(node: FlowNode): boolean {
  if (node.type === 'switch') return textOf(node.propertyType) === 'msg' && OF_CALLER.test(textOf(node.property));
  return isPassing(node) || (QUIET.has(node.type) && listOf(node.more).length === 0);
}
