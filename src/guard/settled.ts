/** What a node must show of itself to tell whether it is done with a message when it says so. */
export interface Settling {
  type: string;
  constructor: unknown;
  func?: unknown;
  rules?: unknown;
  [property: string]: unknown;
}

/**
 * Core nodes that keep nothing of a message: what they have to send was sent when they complete.
 * Not among them, for example: delay, trigger, join, batch, split, exec.
 */
const SETTLED = new Set([
  ...['catch', 'complete', 'status', 'link in', 'link out', 'link call', 'junction', 'debug', 'http response'],
  ...['http request', 'template', 'range', 'json', 'xml', 'yaml', 'html'],
]);

/** Properties that lead back to the request: whoever keeps one can answer later. */
const LEADS_BACK = /^(?:\[?["']?)(?:res|req|_msgid)\b/;

const ours = new WeakSet<object>();
const known = new WeakMap<object, boolean>();

/** Says that nodes of this constructor keep nothing of a message once they have completed. */
export function settles<T extends object>(constructor: T): T {
  ours.add(constructor);
  return constructor;
}

/**
 * Whether a node that has completed a message will certainly send nothing more for it. False when
 * it cannot be known.
 */
export function isSettled(node: Settling): boolean {
  let settled = known.get(node);
  if (settled === undefined) known.set(node, (settled = look(node)));
  return settled;
}

function look(node: Settling): boolean {
  if (typeof node.constructor === 'function' && ours.has(node.constructor)) return true;
  if (node.type === 'function') return typeof node.func === 'string' && isPlainFunction(node.func);
  const rules = Array.isArray(node.rules) ? (node.rules as Rule[]) : undefined;
  if (node.type === 'change') return rules?.every(keepsNothing) ?? false;
  return SETTLED.has(node.type);
}

/** A rule of a change node. */
interface Rule {
  t?: string;
  /** Where it writes: `msg`, `flow` or `global`. */
  pt?: string;
  to?: unknown;
  /** What `to` is. */
  tot?: string;
}

function keepsNothing({ t, pt = 'msg', to, tot = 'str' }: Rule): boolean {
  if (t === 'move') return pt === 'msg' && tot === 'msg';
  if (pt === 'msg' || t !== 'set') return true;
  if (tot === 'msg') return typeof to === 'string' && to.trim() !== '' && !LEADS_BACK.test(to.trim());
  return tot !== 'jsonata';
}

/** What a function needs to go on later, or to reach what outlives it. */
const LATER = new RegExp(
  [
    String.raw`\b(?:async|await|Promise|setTimeout|setInterval|setImmediate|queueMicrotask)\b`,
    String.raw`\b(?:_?res|_msgid|globalThis|arguments|__\w+)\b`,
    String.raw`\bthis\s*[.[]`,
    String.raw`\b(?:eval|Function|require|import)\s*\(`,
    String.raw`\.\s*(?:then|on|once|emit|send|done)\s*\(`,
  ].join('|'),
);
/** Of the node itself only what reports; of the request only its parts; of the contexts only values. */
const FAR = [
  /\bnode\b(?!\s*\.\s*(?:warn|log|error|debug|trace|status|id|name|path|outputCount)\b)/,
  /\breq\b(?!\s*\.\s*\w)/,
  /\b(?:context|flow|global)\b(?!\s*\.\s*(?:get|set|keys|flow|global)\b)/,
];
/** The uses of the whole message that keep nothing of it. */
const HARMLESS = new RegExp(
  [
    String.raw`\breturn\s+msg\s*(?=[;}\n]|$)`,
    String.raw`\breturn\b(?:[^;{}()=]|[=!]==?)*\?\s*(?:msg\s*:\s*(?:null|undefined)|(?:null|undefined)\s*:\s*msg)\b`,
    String.raw`\breturn\s*\[[\s\w,[\]]*\]`,
    String.raw`\breturn\s*\{\s*\.\.\.\s*msg\b`,
    String.raw`\b(?:JSON\.stringify|Object\.keys)\(\s*msg\s*[,)]`,
    String.raw`\bnode\.(?:error|warn|log|debug|trace)\([^()]*,\s*msg\s*\)`,
  ].join('|'),
  'g',
);

/**
 * Whether a function node's code does all that it does before it returns. Reads the text and no
 * more, so anything out of the ordinary counts as no.
 */
export function isPlainFunction(code: string): boolean {
  if (LATER.test(code) || FAR.some((pattern) => pattern.test(code))) return false;
  const rest = code.replace(HARMLESS, '');
  return !/\bmsg\b(?!\s*(?:\?\.|\.)\s*[\w$])(?!\s*\[\s*["'])/.test(rest);
}
