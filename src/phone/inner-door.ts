import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NodeAPI } from 'node-red';
import type { Route } from '../simulator';

interface LoginSettings {
  httpNodeAuth?: unknown;
  httpNodeRoot?: string | false;
}

type Application = (request: IncomingMessage, response: ServerResponse) => void;

const KEY = 'x-simulator-key';

/** Whether this Node-RED asks whoever calls its webhooks for a login. */
export function asksForLogin(RED: NodeAPI): boolean {
  return Boolean((RED.settings as LoginSettings).httpNodeAuth);
}

/**
 * A way of simulated calls to the webhooks of this Node-RED where it asks everybody else for a login: of
 * `httpNodeAuth` only a hash is known here, so nobody could give the password.
 *
 * Others cannot use it: it needs a key that is made anew by every process, and that no flow gets to see.
 */
export class InnerDoor {
  private readonly key = randomBytes(32).toString('hex');
  private readonly root: string;
  private readonly server: Server;

  constructor(private readonly RED: NodeAPI) {
    const { httpNodeRoot } = RED.settings as LoginSettings;
    this.root = typeof httpNodeRoot === 'string' ? httpNodeRoot.replace(/^\/*|\/+$/g, '').replace(/^(?=.)/, '/') : '';
    this.server = createServer((request, response) => this.enter(request, response));
    // Without it simulated calls are asked for the login, and say so.
    this.server.on('error', () => undefined);
    this.server.listen(0, '127.0.0.1').unref();
  }

  /** How a request gets in that has such a way to here otherwise. */
  behind(url: URL, route: Route | undefined): Route | undefined {
    const address = this.server.address() as AddressInfo | null;
    if (!route || !address) return route;
    const path = url.pathname.slice(route.prefix?.length ?? 0);
    const isWebhook = this.root === '' || path === this.root || path.startsWith(`${this.root}/`);
    if (!isWebhook) return route;
    return { ...route, to: new URL(`http://127.0.0.1:${address.port}`), headers: { [KEY]: this.key } };
  }

  private enter(request: IncomingMessage, response: ServerResponse): void {
    if (!this.isKey(request.headers[KEY])) {
      response.writeHead(403).end();
      return;
    }
    const { url = '/', rawHeaders } = request;
    const headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => name !== KEY));
    const rest = url.slice(this.root.length);
    // As for an application that Express has put below a path.
    Object.assign(request, {
      originalUrl: url,
      baseUrl: this.root,
      headers,
      url: rest.startsWith('/') ? rest : `/${rest}`,
      rawHeaders: rawHeaders.filter((_text, index) => rawHeaders[index - (index % 2)]!.toLowerCase() !== KEY),
    });
    (this.RED.httpNode as unknown as Application)(request, response);
  }

  private isKey(given: unknown): boolean {
    return (
      typeof given === 'string' &&
      given.length === this.key.length &&
      timingSafeEqual(Buffer.from(given), Buffer.from(this.key))
    );
  }
}
