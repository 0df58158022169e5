import { normalizeJambones, validate } from '@jambonz/verb-specifications';
import { check, type Platform } from '../specification';
import { isObject, type JsonObject } from './json';
import { kindOf } from './verbs';

/** A verb as it stands in a document, with its name in the engine's terms. */
export interface Written {
  /** `listen` for `stream`, `llm` for `openai_s2s`, ... */
  verb: string;
  /** As the application called it. */
  name: string;
  data: JsonObject;
}

const quiet = { info: () => undefined };

/**
 * Reads what an application has answered.
 *
 * @returns its verbs; undefined when the answer is no list, and none of its verbs is to be carried out
 * @throws Error in the engine's words, when it refuses the list as a whole
 */
export function readDocument(body: unknown, platform: Platform): Written[] | undefined {
  return Array.isArray(body) ? readVerbs(body, platform) : undefined;
}

/** @throws Error in the engine's words */
export function readVerbs(body: unknown, platform: Platform): Written[] {
  const verbs = normalized(body);
  if (platform === '0.9') validate(quiet, body);
  else refuseForNewer(body as unknown[]);
  for (const { verb, data } of verbs) construct(verb, data, platform);
  return verbs;
}

function normalized(body: unknown): Written[] {
  let entries: Record<string, unknown>[];
  try {
    entries = normalizeJambones(quiet, body);
  } catch (error) {
    const { message } = error as Error;
    throw new Error(message.includes('missing verb') ? 'malformed jambonz application payload' : message, {
      cause: error,
    });
  }
  return entries.map((entry, index) => {
    const [verb, data] = Object.entries(entry)[0]!;
    const source = (body as JsonObject[])[index]!;
    const name = typeof source.verb === 'string' ? source.verb : Object.keys(source)[0]!;
    return { verb, name, data: isObject(data) ? data : {} };
  });
}

function refuseForNewer(body: unknown[]): void {
  // Its schema leaves every object open.
  const problem = check(body, '10').problems.find(({ reason }) => reason !== 'unknown-property');
  if (!problem) return;
  const { verb, field, detail } = problem.facts as { verb?: string; field?: string; detail?: string };
  throw new Error(
    problem.reason === 'unknown-verb'
      ? `invalid instruction: ${verb}`
      : (detail ?? `${verb ?? 'verb'}: ${field === undefined ? '' : `${field}: `}${problem.reason}`),
  );
}

/** What the engine asks of a verb, and of those within it, when it makes its task. */
function construct(verb: string, data: JsonObject, platform: Platform): void {
  const kind = kindOf(verb);
  const fault = kind?.check?.(data, platform);
  if (fault !== undefined) throw new Error(fault);
  for (const nested of kind?.nested ?? []) {
    const inner = data[nested];
    if (isObject(inner)) construct(nested, inner, platform);
  }
}
