/**
 * What went wrong with one field, as a key of the message catalog and the facts that fill it in.
 * Pure code throws or collects problems; the node turns them into text in the user's language.
 */
export interface ProblemFacts {
  /** The node's property, or the verb's property path. */
  field?: string;
  /** The offending value; shortened, and hidden when the field holds a secret. */
  value?: unknown;
  /** What the library or the runtime said. */
  detail?: string;
  [fact: string]: unknown;
}

/**
 * An error whose text is looked up in the catalog under `common.problem.<reason>`; a reason with a
 * dot is the whole key of a text that one node alone has.
 */
export class Problem extends Error {
  constructor(
    readonly reason: string,
    readonly facts: ProblemFacts = {},
  ) {
    super(facts.field === undefined ? reason : `${reason}: ${facts.field}`);
    this.name = 'Problem';
  }
}

const SECRET_FIELD = /pass|secret|token|credential|ha1|auth/i;
const SHOWN_LENGTH = 80;

/**
 * A value as it may appear in a log line: at most 80 characters, never a secret.
 *
 * @param field - the property the value was meant for; names such as `authpass` hide it
 */
export function shown(value: unknown, field = ''): string {
  if (SECRET_FIELD.test(field)) return '***';
  const text = typeof value === 'object' ? asJson(value) : String(value);
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text;
}

function asJson(value: object | null): string {
  try {
    return JSON.stringify(value);
  } catch {
    return '[cyclic]';
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  // JSONata throws plain objects.
  const { message } = Object(error) as { message?: unknown };
  return typeof message === 'string' ? message : String(error);
}

/** `RED._`, which finds the text of a catalog key and fills in `__name__` placeholders. */
export type Translate = (key: string, facts?: Record<string, string>) => string;

/** Makes the sentence a user reads: node, field, value and reason. */
export function describe(translate: Translate, node: { name?: string; type: string }, error: unknown): string {
  const name = node.name ? `${node.type} "${node.name}"` : node.type;
  if (!(error instanceof Problem)) {
    return translate('common.problem.unexpected', { node: name, detail: messageOf(error) });
  }
  const { field = '', value, ...facts } = error.facts;
  const texts: Record<string, string> = { node: name, field, value: shown(value, field), detail: '' };
  for (const [fact, text] of Object.entries(facts)) texts[fact] = shown(text);
  const { reason } = error;
  return translate(reason.includes('.') ? reason : `common.problem.${reason}`, texts);
}
