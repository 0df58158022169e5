/** Why a call has ended, as a sentence: the texts are those that the panel shows. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cause, EndEvent } from '../simulator';
import { endText } from './describe';

type Texts = Record<string, string>;

let texts: Texts | undefined;

/** The catalog of the package, built or not. */
function catalog(): Texts {
  if (texts) return texts;
  // In the package, and in the sources.
  const places = ['../../nodes/locales/en-US', '../../locales/en-US'].map((path) => join(__dirname, path));
  const files = places.flatMap((place) => ['jambonz-auth.json', 'common.json'].map((file) => join(place, file)));
  for (const file of files.filter((path) => existsSync(path))) {
    const { simulator } = JSON.parse(readFileSync(file, 'utf8')) as { simulator?: { because?: Texts } };
    if (simulator?.because) return (texts = simulator.because);
  }
  return (texts = {});
}

function clause({ what, facts = {} }: Cause): string {
  const text = catalog()[what];
  if (text !== undefined) return text.replace(/__(\w+)__/g, (all, name: string) => String(facts[name] ?? all));
  const values = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
  return what.replaceAll('-', ' ') + (values.length > 0 ? ` (${values.join(', ')})` : '');
}

/** `The menu timed out after 8 s, ..., jambonz hung up.` */
export function sentenceOf(end: EndEvent): string {
  const sentence = end.because
    .map(clause)
    .join(', ')
    .replace(/[.\s]+$/, '');
  const whole = sentence === '' ? endText(end) : sentence;
  return `${whole.charAt(0).toUpperCase()}${whole.slice(1)}.`;
}
