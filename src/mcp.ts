import { isObject } from './json-object';
import { Problem } from './problem';
import { hidden } from './secret';
import { isBlank, parseJson, type Reader } from './typed-value';

/** A row of a list of MCP servers, as saved. */
interface ServerRow {
  url?: unknown;
  urlType?: string;
  auth?: unknown;
  authType?: string;
  roots?: unknown;
  rootsType?: string;
}

/** The servers that bring a model more tools: the rows of the field `mcpServers`. */
export async function mcpServers(read: Reader): Promise<object[]> {
  const rows = read.raw('mcpServers');
  const servers: object[] = [];
  for (const [index, row] of (Array.isArray(rows) ? (rows as (ServerRow | null)[]) : []).entries()) {
    const server = row && (await mcpServer(read, row, `mcpServers[${index}]`));
    if (server) servers.push(server);
  }
  return servers;
}

async function mcpServer(read: Reader, row: ServerRow, field: string): Promise<object | undefined> {
  const url = await read.typed(row.url, row.urlType, `${field}.url`);
  if (isBlank(url)) {
    read.problems.push(new Problem('mcp-url', { field: `${field}.url`, value: row.url }));
    return undefined;
  }
  const auth = await hidden(read, `${field}.auth`, async () => {
    const value = await json(read, row.auth, row.authType, `${field}.auth`);
    if (!isBlank(value) && !isObject(value)) throw new Problem('object');
    return value;
  });
  const roots = await json(read, row.roots, row.rootsType, `${field}.roots`);
  if (!isBlank(roots) && !Array.isArray(roots)) throw new Problem('array', { field: `${field}.roots`, value: roots });
  return { url, ...(isBlank(auth) ? {} : { auth }), ...(isBlank(roots) ? {} : { roots }) };
}

async function json(read: Reader, value: unknown, kind: unknown, field: string): Promise<unknown> {
  const evaluated = await read.typed(value, kind, field, 'json');
  return evaluated === '' ? undefined : parseJson(evaluated, field);
}
