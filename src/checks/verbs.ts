import { hooksOf } from '../results/outcomes';
import { isBlank, listOf, textOf, type FlowNode } from './flow';
import type { Exit, Graph } from './graph';

/** The nodes that append a verb to the document: those made with `verbNode`, as a test holds. */
export const VERBS: ReadonlySet<string> = new Set(
  (
    'alert|answer|cfg|conference|dequeue|dial|dialogflow|dtmf|dub|enqueue|gather|generic|hangup|jambonz agent|' +
    'jambonz room|jambonz s2s|jambonz transcribe|jambonz transfer|leave|lex|listen|message|pause|play|rasa|redirect|' +
    'say|sip:decline|sip:refer|sip:request|tag'
  ).split('|'),
);

/** Nodes that hand a message on, perhaps by another output or later, and leave its verbs alone. */
const PASSING = new Set(['switch', 'delay', 'junction', 'link in']);

/** Nodes that neither answer a request nor keep a message for somebody who does. */
const SILENT = new Set([
  ...VERBS,
  ...PASSING,
  ...[
    'link out',
    'debug',
    'comment',
    'template',
    'json',
    'xml',
    'yaml',
    'csv',
    'html',
    'range',
    'sort',
    'split',
    'rbe',
  ],
]);

/** Hooks that never become ports, by the node's type. */
const PLAIN_HOOKS: Readonly<Record<string, readonly string[]>> = {
  redirect: ['hook'],
  dequeue: ['confirmHook'],
  'create-call': ['call_hook_url', 'call_status_url'],
};

/** Hooks that count only while another field says so. */
const APPLIES: Readonly<Record<string, (node: FlowNode) => boolean>> = {
  'jambonz transfer onHoldHook': ({ callerPresent }) => callerPresent !== true,
  'gather partialresulthook': ({ speechinput }) => Boolean(speechinput),
  'create-call call_hook_url': ({ mode }) => mode === 'url',
  'create-call call_status_url': ({ mode }) => mode === 'url',
  'lcc callHook': ({ action }) => action === 'redirect',
  'lcc childCallHook': ({ action }) => action === 'redirect',
  'lcc callStatusHook': ({ action }) => action === 'redirect',
  'lcc waitHook': ({ action }) => action === 'hold_conf',
};

export const isVerb = ({ type }: FlowNode): boolean => VERBS.has(type);

export const hasPorts = ({ results }: FlowNode): boolean => results === 'ports';

/** The names of a node's outputs; none without result ports. */
export const portsOf = (node: FlowNode): string[] => (hasPorts(node) ? listOf(node.ports).map(textOf) : []);

/** The fields of a node whose value jambonz will call. */
export function hookFields(node: FlowNode): string[] {
  const own = hooksOf(node.type).filter(({ within }) => within === undefined || Boolean(node[within]));
  const named = hasPorts(node) ? [] : own.map(({ fields }) => fields.find((field) => !isBlank(node[field])));
  const live = node.type === 'lcc' ? ['callHook', 'childCallHook', 'callStatusHook', 'waitHook'] : [];
  const fields = [...named, ...(PLAIN_HOOKS[node.type] ?? []), ...live];
  return fields.flatMap((field) => {
    const applies = field !== undefined && !isBlank(node[field]) && (APPLIES[`${node.type} ${field}`]?.(node) ?? true);
    return applies ? [field] : [];
  });
}

/** Whether a node hands messages on as they are, verbs included. */
export function isPassing(node: FlowNode): boolean {
  return (
    PASSING.has(node.type) ||
    (node.type === 'link out' && node.mode !== 'return') ||
    (node.type === 'change' && !mayTouch(node, /^$|^jambonz\b/))
  );
}

/** Whether a node certainly answers no request, and keeps none for another node to answer. */
export function isSilent(node: FlowNode): boolean {
  if (node.type === 'function') return !/\bres\b|\.set\s*\(|\[\s*['"`]|RED\b|require|eval/.test(textOf(node.func));
  if (node.type === 'change') return !mayTouch(node, /^$|^(res|req)\b/);
  return SILENT.has(node.type);
}

/** Whether a change node reads or writes something in the message. */
function mayTouch({ rules }: FlowNode, what: RegExp): boolean {
  if (!Array.isArray(rules)) return true;
  return listOf(rules).some((rule) => {
    const { p, pt, to, tot, t } = rule as Record<string, unknown>;
    const isHit = (type: unknown, name: unknown): boolean => (type ?? 'msg') === 'msg' && what.test(textOf(name));
    // Only what is copied from a message, or made from all of it, can hold a part of it.
    const reads = t !== 'delete' && (tot === 'jsonata' || ((tot === 'msg' || t === 'move') && isHit(tot, to)));
    return isHit(pt, p) || reads;
  });
}

/**
 * The verbs that certainly come next in the document that leaves by an output: over nodes that hand
 * it on as it is. `through` may let more pass.
 */
export function following(graph: Graph, from: Exit, through: (node: FlowNode) => boolean = isPassing): FlowNode[] {
  const seen = new Set<FlowNode>(graph.direct(from));
  const found: FlowNode[] = [];
  for (const node of seen) {
    if (through(node)) {
      const ports = Array.from({ length: graph.outputs(node) }, (_, port) => graph.direct({ node, port })).flat();
      for (const next of node.type === 'link out' ? graph.linked(node) : ports) seen.add(next);
    } else if (isVerb(node)) found.push(node);
  }
  return found;
}
