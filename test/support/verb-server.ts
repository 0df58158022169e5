import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Record<string, unknown>;

/** What an application answers, by path: what JSON makes of it. */
export type Application = Record<string, (body: Json) => unknown>;

export interface Served {
  /** Without a last slash. */
  readonly url: string;
  readonly seen: readonly { path: string; body: string; headers: NodeJS.Dict<string | string[]> }[];
  forget(): void;
  stop(): Promise<void>;
}

/** Serves an application to jambonz; a path that it does not have is answered with 404. */
export async function serve(application: Application): Promise<Served> {
  const seen: { path: string; body: string; headers: NodeJS.Dict<string | string[]> }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      const path = request.url!;
      seen.push({ path, body, headers: request.headers });
      const answer = application[path]?.(body === '' ? {} : (JSON.parse(body) as Json));
      response.setHeader('content-type', 'application/json');
      response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer ?? []));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    forget: () => void (seen.length = 0),
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
