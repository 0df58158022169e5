import { textOf, type Form } from './form';

/** What Node-RED puts in the field of a password that it keeps and does not show. */
const KEPT = '__PWRD__';

interface Secret {
  input: JQuery;
  property: string;
}

/**
 * Fields marked `data-secret` edit a password-type credential: the editor knows only that one is
 * saved. The field is then empty and says so, keeps the secret when it is left empty, and has a
 * button that forgets it. (Dots that stand for a secret cannot be combined with a kind or edited.)
 */
export function prepareSecrets(form: Form): void {
  for (const secret of form.marked('data-secret')) {
    const { input } = secret;
    if (textOf(input.val()) !== KEPT) continue;
    input.data('kept', form.kind(secret.property));
    if (input.is('[data-kinds]')) input.typedInput('value', '');
    else input.val('');
    shownInput(input).attr('placeholder', form.node._('common.secret.saved'));
    $('<button type="button" class="red-ui-button red-ui-button-small jambonz-forget">')
      .text(form.node._('common.secret.forget'))
      .on('click', ({ currentTarget }) => {
        forget(secret);
        $(currentTarget).replaceWith(
          $('<p class="jambonz-warning" role="status">').text(form.node._('common.secret.forgotten')),
        );
      })
      .appendTo(input.closest('.form-row'));
  }
}

/** Whether a field stands for a secret that is saved and will be kept. */
export function hasSavedSecret(form: Form, property: string): boolean {
  return form.input(property).data('kept') !== undefined;
}

/**
 * Whether Done keeps the saved secret. Not when another kind was chosen: the name of a variable
 * that the secret would then become is never what was meant.
 */
export function keepsSecret(form: Form, property: string): boolean {
  return form.value(property) === '' && form.input(property).data('kept') === form.kind(property);
}

/** Whether Done deletes the saved secret. */
export function forgets(form: Form, property: string): boolean {
  return form.input(property).data('forgotten') === true;
}

function forget({ input }: Secret): void {
  input.removeData('kept').data('forgotten', true).trigger('change');
  shownInput(input).removeAttr('placeholder');
}

/** A TypedInput hides the input it is made of. */
function shownInput(input: JQuery): JQuery {
  return input.is('[data-kinds]') ? input.next('.red-ui-typedInput-container').find('input') : input;
}
