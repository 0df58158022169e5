import type { Form } from './form';
import { hasPort } from './ports';

/**
 * Shows only the rows and groups that apply. An element says when it does:
 * `data-show-if="vendor=google|aws"`, `"beep"` (ticked, or not empty) or `"!beep"`; several
 * conditions, with spaces between them, must all hold, and `||` parts alternatives. `"port:status"`
 * asks for a result port.
 */
export function showWhatApplies(form: Form): void {
  form.element.find('[data-show-if]').each((_index, element) => {
    const alternatives = (element.dataset.showIf ?? '').split(' || ').map((all) => all.split(' ').filter(Boolean));
    const applies = alternatives.some((conditions) => conditions.every((condition) => holds(form, condition)));
    element.classList.toggle('jambonz-hidden', !applies);
  });
}

function holds(form: Form, condition: string): boolean {
  const [, not, property = '', choices] = /^(!?)([^=]+)(?:=(.*))?$/.exec(condition) ?? [];
  const value = property.startsWith('port:') ? hasPort(form, property.slice(5)) : form.value(property);
  const isTrue = choices === undefined ? isSet(value) : choices.split('|').includes(String(value ?? ''));
  return isTrue !== (not === '!');
}

/** A config node's list says `_ADD_` when none is chosen. */
export function isSet(value: string | boolean | undefined): boolean {
  return value !== undefined && value !== '' && value !== false && value !== '_ADD_';
}
