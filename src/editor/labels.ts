import { listOf, serverFor } from './account';
import type { Answer } from './ask';
import type { Form } from './form';

type Credentials = Answer<{ items: { label?: string }[] }>;

const labels = new WeakMap<Form, readonly string[]>();

/**
 * The labels by which the account tells its speech credentials apart.
 *
 * @param refresh - called once they are there, when the dialog is the first to want them
 */
export function speechLabels(form: Form, refresh: () => void): readonly string[] {
  const known = labels.get(form);
  if (known) return known;
  labels.set(form, []);
  const server = serverFor(form);
  if (server === '') return [];
  const learn = (answer: Credentials): void => {
    const found = answer.ok ? answer.items.flatMap(({ label }) => (label ? [label] : [])) : [];
    if (found.length === 0 || !form.isOpen) return;
    labels.set(form, [...new Set(found)]);
    refresh();
  };
  void listOf<Credentials>(server, 'speech').then(learn, () => undefined);
  return [];
}
