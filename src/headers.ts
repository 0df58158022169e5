import type { Reader } from './typed-value';

/** A row of a header list: name, value and, where the list has kinds, the value's kind. */
interface HeaderRow {
  h?: string;
  v?: unknown;
  vType?: string;
}

type Headers = Record<string, unknown>;

/** SIP headers from rows of plain text; rows without a name or a text are left out. */
export function plainHeaders(rows: unknown): Headers {
  return collect(rowsOf(rows).map(({ h, v }) => [h, typeof v === 'string' ? v : undefined]));
}

/** SIP headers from rows whose values have kinds; rows that come out empty, 0 or false are left out. */
export async function typedHeaders(read: Reader, field: string): Promise<Headers> {
  const headers: [string | undefined, unknown][] = [];
  for (const { h, v, vType } of rowsOf(read.raw(field))) {
    headers.push([h, await read.typed(v, vType, `${field}.${h ?? ''}`)]);
  }
  return collect(headers);
}

function rowsOf(rows: unknown): HeaderRow[] {
  return Array.isArray(rows) ? rows.filter((row): row is HeaderRow => typeof row === 'object' && row !== null) : [];
}

function collect(headers: [string | undefined, unknown][]): Headers {
  return Object.fromEntries(
    headers.filter((header): header is [string, unknown] =>
      Boolean(header[0] && header[0] !== '__proto__' && header[1]),
    ),
  );
}
