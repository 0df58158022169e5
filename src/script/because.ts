/** Why a call has ended, as a sentence: the texts are those that the panel shows. */
import type { EndEvent } from '../simulator';
import { sentenceOf as sentenceOfCauses } from '../simulator/sentences';
import { endText } from './describe';

/** `The menu timed out after 8 s, ..., and jambonz hung up.` */
export function sentenceOf(end: EndEvent): string {
  const sentence = sentenceOfCauses(end.because);
  if (sentence !== '') return sentence;
  const text = endText(end);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
