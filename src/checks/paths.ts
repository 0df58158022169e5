/** Whether a `webhook in` path, which may have parameters (`/answer/:tenant`), receives a request path. */
export function matches(own: string, path: string): boolean {
  const parts = own.split(/(\/?:\w+(?:\([^)]*\))?\??|\*)/).map((part) => {
    if (part === '*') return '.*';
    if (!/^\/?:\w/.test(part)) return part.replace(/[.+^$()|[\]{}\\]/g, '\\$&');
    const slash = part.startsWith('/') ? '/' : '';
    return part.endsWith('?') ? `(?:${slash}[^/]+)?` : `${slash}[^/]+`;
  });
  return new RegExp(`^${parts.join('')}/?$`, 'i').test(path);
}

/** A path as the router takes it: with a slash in front. */
export function withSlash(path: string): string {
  return path.startsWith('/') ? path : `/${path}`;
}

/** The path of a relative hook, without a query or a fragment; undefined for an absolute address. */
export function pathOf(hook: string): string | undefined {
  return hook.startsWith('/') ? hook.replace(/[?#].*$/, '') : undefined;
}

/** A path without what a proxy may have put in front: `/a/b/c`, `/b/c`, `/c`. */
export function suffixes(path: string): string[] {
  const parts = path.split('/').slice(1);
  return parts.map((_, index) => `/${parts.slice(index).join('/')}`);
}
