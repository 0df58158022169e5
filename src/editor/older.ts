import { textOf, type Form } from './form';

/**
 * What older flows hold under another name, or not at all, shown in today's fields:
 * `<input data-legacy="queuename">` shows that property while its own is empty, and
 * `<select data-absent="warn">` shows that option for a property that is not there.
 */
export function prepareOlder(form: Form): void {
  for (const { input } of form.marked('data-legacy')) {
    const saved = textOf(form.node[input.attr('data-legacy') ?? '']);
    if (textOf(input.val()) === '' && saved !== '') input.val(saved);
  }
  for (const { input, property } of form.marked('data-absent')) {
    if (textOf(form.node[property]) === '') input.val(input.attr('data-absent') ?? '');
  }
}

/** Removes the older name of a field that was edited, which would come back when the field is emptied. */
export function dropOlderName(form: Form, property: string): void {
  const legacy = form.input(property).attr('data-legacy');
  // Node-RED saves a property that is undefined by leaving it out.
  if (legacy !== undefined) form.node[legacy] = undefined;
}
