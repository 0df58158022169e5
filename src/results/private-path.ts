import { publicUrl } from '../public-url';

const ROOT = '/_jambonz/results';

/** Characters that mean something in a path of Express. */
const PATTERN = /[*()!']/g;

/**
 * The path of a hook that belongs to one node. It is made of what the flow file says, so that it is
 * the same after a restart and on every instance that runs the same flows; a node in a subflow has
 * an id for each instance.
 */
export function privatePath(node: string, hook: string): string {
  const id = encodeURIComponent(node).replace(PATTERN, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${ROOT}/${id}/${hook}`;
}

/** How jambonz reaches this Node-RED. */
export interface Place {
  /** Where others reach it, for example `https://flows.example.com`. */
  publicUrl?: string;
  /** Under which path a reverse proxy serves it, for a request that came through one. */
  prefix?: string;
}

/**
 * The address of a path as it is written into a document: absolute where the public address is
 * known, otherwise relative, which jambonz takes for the host that it has asked.
 *
 * @param root - the setting `httpNodeRoot`
 */
export function addressOf(path: string, root: string | undefined, { publicUrl: base, prefix = '' }: Place): string {
  const absolute = base === undefined ? undefined : publicUrl(base, root, path);
  if (absolute !== undefined) return absolute;
  const parts = [prefix, root ?? '', path].map((part) => part.replace(/^\/+|\/+$/g, ''));
  return `/${parts.filter((part) => part !== '').join('/')}`;
}
