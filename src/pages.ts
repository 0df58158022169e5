import type { ApiAnswer } from './jambonz-api';
import { jsonOf, understood, type Call, type Properties, type RestResult } from './rest';

/** Where a node that reads all pages stops unless its field says otherwise. */
const MOST_ENTRIES = 10_000;
const PAGE_SIZE = 25;

/** What jambonz answers for one page; 0.9 writes the last two numbers as text. */
interface Page {
  data?: unknown;
  total?: unknown;
  page_size?: unknown;
  page?: unknown;
}

/**
 * Reads a list that jambonz hands out in pages, as the node's field `pages` says: the page that the
 * query names; `each`, that page and all after it as one message each; `all`, those in one list.
 *
 * @param query - with `page` and `count`
 */
export async function readPages({ read, api }: Call, path: string, query: Properties): Promise<RestResult> {
  const mode = read.raw('pages');
  if (mode !== 'each' && mode !== 'all') return pageOf(await api.get(path, query));
  const limit = await limitOf(read);
  const start = positive(query.page) ?? 1;
  const count = positive(query.count) ?? PAGE_SIZE;
  const pages: (Properties & { payload: unknown[] })[] = [];
  for (let entries = 0; entries < limit;) {
    const page = pageOf(await api.get(path, { ...query, page: start + pages.length, count }));
    const list = understood(() => [...(page.payload as unknown[])]);
    if (list.length === 0 && pages.length > 0) break;
    pages.push({ ...page, payload: list.slice(0, limit - entries) });
    entries += list.length;
    const total = positive(page.total);
    if (list.length === 0 || (total ? (start - 1) * count + entries >= total : list.length < count)) break;
  }
  return mode === 'each' ? pages : { ...pages[0], payload: pages.flatMap(({ payload }) => payload) };
}

/** The answer of a list that jambonz hands out whole, in the same forms. */
export async function inPages({ read }: Call, answer: ApiAnswer): Promise<RestResult> {
  const list = jsonOf(answer);
  if (!Array.isArray(list)) return { payload: list };
  const kept = list.slice(0, await limitOf(read, list.length)) as unknown[];
  if (read.raw('pages') !== 'each') return { payload: kept };
  const size = positive(await read.integer('count')) ?? PAGE_SIZE;
  const pages = Math.max(1, Math.ceil(kept.length / size));
  return Array.from({ length: pages }, (_page, index) => ({
    payload: kept.slice(index * size, (index + 1) * size),
    total: list.length,
    page_size: size,
    page: index + 1,
  }));
}

async function limitOf(read: Call['read'], most = MOST_ENTRIES): Promise<number> {
  return positive(await read.integer('limit')) ?? most;
}

function pageOf(answer: ApiAnswer): Properties {
  const body = jsonOf(answer) as Page;
  return understood(() => ({ payload: body.data, total: body.total, page_size: body.page_size, page: body.page }));
}

function positive(value: unknown): number | undefined {
  const number = Number(value);
  return number > 0 ? Math.floor(number) : undefined;
}
