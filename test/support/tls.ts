import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** An authority of the tests, and servers on 127.0.0.1 whose certificates are wrong in one way each. */
export interface Certificates {
  /** The file with the authority's certificate. */
  authority: string;
  /** Addresses of servers that answer nothing. */
  urls: Record<'expired' | 'untrusted' | 'misnamed', string>;
  stop(): Promise<void>;
}

export async function startTlsServers(): Promise<Certificates> {
  const folder = mkdtempSync(join(tmpdir(), 'jambonz-tls-'));
  const file = (name: string): string => join(folder, name);
  const { ensureProgram } = await import('../../scripts/programs.mjs');
  const program = ensureProgram('openssl');
  const openssl = (...args: string[]): void => {
    execFileSync(program, args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  const names = (name: string, san: string): string => {
    writeFileSync(file(`${name}.ext`), `subjectAltName=${san}\n`);
    return file(`${name}.ext`);
  };
  openssl('req', '-x509', ...KEY, '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '30', '-subj', '/CN=test authority');
  openssl('req', ...KEY, '-keyout', 'leaf.key', '-out', 'leaf.csr', '-subj', '/CN=leaf');
  const sign = (name: string, san: string, days: number): void => {
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
    const use = ['-days', String(days), '-extfile', names(name, san), '-out', `${name}.pem`];
    openssl('x509', '-req', '-in', 'leaf.csr', ...by, ...use);
  };
  sign('expired', 'IP:127.0.0.1', -1);
  sign('misnamed', 'DNS:other.example.com', 30);
  openssl('x509', '-req', '-in', 'leaf.csr', '-signkey', 'leaf.key', '-days', '30', '-out', 'untrusted.pem');

  const servers: Server[] = [];
  const urls = {} as Certificates['urls'];
  for (const name of ['expired', 'untrusted', 'misnamed'] as const) {
    const server = createServer({ key: readFileSync(file('leaf.key')), cert: readFileSync(file(`${name}.pem`)) });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
    urls[name] = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }
  return {
    authority: file('ca.pem'),
    urls,
    async stop() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      }
      rmSync(folder, { recursive: true });
    },
  };
}
