const CATALOG = '@callflows/node-red-jambonz/jambonz-auth:';

/** A text of the panel. */
export function text(key: string, facts: Record<string, unknown> = {}): string {
  return RED._(`${CATALOG}panel.${key}`, facts);
}

/** A text of the catalog that may be missing there. */
export function textIfKnown(key: string, facts: Record<string, unknown> = {}): string | undefined {
  // What comes from elsewhere may hold anything; a colon would name another catalog.
  if (!/^[\w.-]+$/.test(key)) return undefined;
  const found: unknown = RED._(`${CATALOG}${key}`, facts);
  return typeof found === 'string' && found !== '' && !found.endsWith(key) ? found : undefined;
}

/** What a node is called on the canvas; its type when it has no name, undefined when it is gone. */
export function nameOf(id: string): string | undefined {
  const node = RED.nodes.node(id);
  if (!node) return undefined;
  const { name } = node;
  return RED.utils.getNodeLabel(node, typeof name === 'string' && name !== '' ? name : node.type);
}

/** A point in time of a call: `0:05.2`. */
export function clock(ms: number): string {
  const tenths = Math.round(ms / 100);
  const minutes = Math.floor(tenths / 600);
  const seconds = (tenths % 600) / 10;
  return `${minutes}:${seconds < 10 ? '0' : ''}${seconds.toFixed(1)}`;
}

/** How long something took: `35 ms`, `2.4 s`, `1 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 1000) return text('unit.ms', { count: Math.round(ms) });
  if (ms < 60_000) return text('unit.s', { count: Number((ms / 1000).toFixed(1)) });
  return text('unit.min', { minutes: Math.floor(ms / 60_000), seconds: Math.round((ms % 60_000) / 1000) });
}
