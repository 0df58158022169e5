/** A usable public address, or undefined. */
function parse(address: string): URL | undefined {
  let url: URL;
  try {
    url = new URL(address.trim());
  } catch {
    return undefined;
  }
  const isPlain = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return /^https?:$/.test(url.protocol) && isPlain ? url : undefined;
}

/**
 * The address under which others reach a path of this Node-RED.
 *
 * @param address - where they reach Node-RED itself, for example `https://flows.example.com/red`
 * @param root - the setting `httpNodeRoot`
 * @returns undefined when the address is not one of HTTP, or has a query or a password in it
 */
export function publicUrl(address: string, root: string | undefined, path: string): string | undefined {
  const url = parse(address);
  if (!url) return undefined;
  const parts = [url.pathname, root ?? '', path].map((part) => part.trim().replace(/^\/+|\/+$/g, ''));
  return `${url.origin}/${parts.filter((part) => part !== '').join('/')}`.replaceAll(' ', '%20');
}
