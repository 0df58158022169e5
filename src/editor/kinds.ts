import { accountCompletions } from './account';
import { textOf, type Form } from './form';
import { webhookPaths } from './hooks';

/** Shown for a field that may be left open; never saved. */
export const UNSET = 'unset';

/**
 * Turns every `<input data-kinds="str msg …">` into a TypedInput whose kind is kept in the hidden
 * input `<id>Type`. A field saved without a kind opens as the first one, which means the literal
 * value; a kind that the list lacks is offered too, so that a saved choice is never lost.
 * The kind `unset` stands for "no value", whatever the saved kind.
 */
export function prepareKinds(form: Form): void {
  for (const { input, property } of form.marked('data-kinds')) {
    const kinds = (input.attr('data-kinds') ?? '').split(' ').filter(Boolean);
    const typeField = form.input(`${property}Type`);
    let kind = textOf(typeField.val());
    if (kinds.includes(UNSET) && textOf(input.val()) === '') kind = UNSET;
    if (kind === '') kind = kinds[0] ?? 'str';
    if (!kinds.includes(kind)) kinds.push(kind);
    typeField.val(kind);
    input.typedInput({ types: kinds.map((name) => definition(form, input, name)), default: kind, typeField });
    nameParts(form, input, property);
  }
}

/** Writes the kind `unset` as what is saved for it: an empty value. */
export function saveKinds(form: Form): void {
  for (const { input, property } of form.marked('data-kinds')) {
    if (form.kind(property) !== UNSET) continue;
    input.val('');
    const [literal = 'str'] = (input.attr('data-kinds') ?? '').split(' ').filter((kind) => kind !== UNSET);
    form.input(`${property}Type`).val(literal);
  }
}

/** The name of a kind as this form shows it, or what Node-RED needs to know about one of ours. */
function definition(form: Form, input: JQuery, kind: string): string | TypedInputKind {
  if (kind === 'mustache') return mustacheKind(form.node);
  if (kind === UNSET) return { value: UNSET, label: form.node._('common.kind.unset'), hasValue: false };
  if (/^https?:/.test(kind)) return { value: kind, label: kind.replace(/^https?:\/\//, ''), hasValue: false };
  if (kind === 'str' && input.is('[data-secret]')) return { ...textKind(), inputType: 'password' };
  if (kind === 'str' && input.is('[data-hook]')) return { ...textKind(), autoComplete: webhookPaths };
  const list = input.attr('data-account');
  if (kind === 'str' && list) {
    return { ...textKind(), autoComplete: accountCompletions(form, list, input.attr('data-server')) };
  }
  return KNOWN.has(kind) ? kind : { value: kind, label: kind };
}

const KNOWN = new Set(['str', 'num', 'bool', 'json', 'msg', 'flow', 'global', 'jsonata', 'env']);

/** Plain text, for a kind that has more to it than its name. */
export function textKind(): TypedInputKind {
  return { value: 'str', label: RED._('typedInput.type.str'), icon: 'red/images/typedInput/az.svg' };
}

/** A text with `{{placeholders}}`, the one kind that Node-RED does not have. */
export function mustacheKind(node: EditorNode): TypedInputKind {
  return { value: 'mustache', label: node._('common.kind.mustache'), icon: 'fa fa-code' };
}

/** The visible parts of a TypedInput are not the labelled input: give them its name. */
function nameParts(form: Form, input: JQuery, property: string): void {
  const label = form.element.find(`label[for="${form.prefix}-${property}"]`);
  const name = input.attr('aria-labelledby') ?? label.attr('id');
  const container = input.next('.red-ui-typedInput-container');
  if (name) container.find('input.red-ui-typedInput-input, button').attr('aria-labelledby', name);
  // A hidden input cannot be focused, so a click on the label goes to the visible one.
  label.on('click', () => {
    container.find('input:visible, button:visible').last().trigger('focus');
  });
}
