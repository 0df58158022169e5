import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cause } from './events';
import { filled, sentence } from './sentence';

type Texts = Readonly<Record<string, string>>;

let texts: Texts | undefined;

/** The clauses as the catalog has them; the panel reads the same ones. */
export function clauseTexts(): Texts {
  if (texts) return texts;
  // In the package, and in the sources.
  const places = ['../../nodes/locales/en-US', '../../locales/en-US'].map((path) =>
    join(__dirname, path, 'jambonz-auth.json'),
  );
  const file = places.find((place) => existsSync(place));
  if (file === undefined) return (texts = {});
  const { simulator } = JSON.parse(readFileSync(file, 'utf8')) as { simulator?: { because?: Texts } };
  return (texts = simulator?.because ?? {});
}

/** Why a call has ended, as one sentence; '' when nothing is known. */
export function sentenceOf(causes: readonly Cause[]): string {
  return sentence(causes, ({ what, facts }) => {
    const text = Object.hasOwn(clauseTexts(), what) ? clauseTexts()[what] : undefined;
    return text === undefined ? undefined : filled(text, facts);
  });
}
