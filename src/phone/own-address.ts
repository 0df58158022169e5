import type { Server } from 'node:net';
import type { NodeAPI } from 'node-red';
import type { Route } from '../simulator';

interface HttpSettings {
  uiHost?: string;
  uiPort?: number | string;
  https?: unknown;
  httpNodeRoot?: string | false;
}

const ANY = new Set(['', '0.0.0.0', '::']);
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** Where this Node-RED serves webhooks, and which addresses lead there. */
export class OwnAddress {
  private readonly settings: HttpSettings;

  constructor(
    private readonly RED: NodeAPI,
    /** Under which addresses others reach it, as the servers say. */
    private readonly publicUrls: () => string[],
  ) {
    this.settings = RED.settings;
  }

  /** The address of this process, for example `http://127.0.0.1:1880`; known once it listens. */
  get origin(): URL {
    const { uiHost = '', uiPort = 1880, https } = this.settings;
    const { server } = this.RED as { server?: Server };
    const listening = server?.address();
    const port = typeof listening === 'object' && listening ? listening.port : Number(uiPort);
    const host = ANY.has(uiHost) ? '127.0.0.1' : uiHost;
    const scheme = https || (server && 'setSecureContext' in server) ? 'https' : 'http';
    return new URL(`${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}`);
  }

  /** The path under which a webhook is served. */
  pathOf(path: string): string {
    const { httpNodeRoot } = this.settings;
    const parts = [typeof httpNodeRoot === 'string' ? httpNodeRoot : '', path].map((part) =>
      part.trim().replace(/^\/+|\/+$/g, ''),
    );
    return `/${parts.filter((part) => part !== '').join('/')}`.replaceAll(' ', '%20');
  }

  /** How a request gets here, for an address that leads here; undefined for one of somebody else. */
  route(url: URL): Route | undefined {
    const to = this.origin;
    const isHere =
      url.protocol === to.protocol &&
      portOf(url) === portOf(to) &&
      (url.hostname === to.hostname || (LOOPBACK.has(url.hostname) && LOOPBACK.has(to.hostname)));
    if (isHere) return { to, trusted: true };
    for (const address of this.publicUrls()) {
      const base = parsed(address);
      const prefix = base?.pathname.replace(/\/+$/, '') ?? '';
      const isBelow = url.pathname === prefix || url.pathname.startsWith(`${prefix}/`);
      // What comes in under a public address need not go out and come back: no proxy, no tunnel is needed for it.
      if (url.origin === base?.origin && isBelow) return { to, prefix, trusted: true };
    }
    return undefined;
  }
}

function portOf({ protocol, port }: URL): string {
  return port === '' ? (protocol === 'https:' ? '443' : '80') : port;
}

function parsed(address: string): URL | undefined {
  try {
    return new URL(address.trim());
  } catch {
    return undefined;
  }
}
