import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that an application got. */
export interface Asked {
  path: string;
  method: string;
  headers: IncomingMessage['headers'];
  raw: string;
  body: Record<string, unknown>;
}

/** What it answers: verbs, or a status. */
export type Answer = unknown[] | { status: number; text?: string } | 'never';

/** A web server that plays an application for the simulator. */
export class Application {
  readonly asked: Asked[] = [];
  private readonly server: Server;

  private constructor(answer: (asked: Asked, count: number) => Answer) {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const raw = Buffer.concat(chunks).toString();
        const body = raw === '' ? {} : (JSON.parse(raw) as Record<string, unknown>);
        const { url: path = '', method = '', headers } = request;
        const asked = { path, method, headers, raw, body };
        this.asked.push(asked);
        const reply = answer(asked, this.asked.filter((other) => other.path === path).length);
        if (reply === 'never') return;
        if (Array.isArray(reply)) {
          response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
        } else response.writeHead(reply.status, { 'content-type': 'application/json' }).end(reply.text ?? '[]');
      });
    });
  }

  static async start(answer: (asked: Asked, count: number) => Answer): Promise<Application> {
    const application = new Application(answer);
    await new Promise<void>((resolve) => application.server.listen(0, '127.0.0.1', resolve));
    return application;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  paths(): string[] {
    return this.asked.map(({ path }) => path);
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
