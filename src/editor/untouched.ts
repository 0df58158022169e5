import { propertiesOf, type Form } from './form';
import { dropOlderName } from './older';
import { forgets, keepsSecret } from './secrets';

/** Remembers what every field shows once the dialog is ready. */
export function rememberFields(form: Form): void {
  const opening = new Map(propertiesOf(form.node).map((property) => [property, form.value(property)]));
  form.element.data('jambonz-opening', opening);
}

/**
 * Takes the fields that nobody has changed out of Node-RED's sight before it saves the form. It
 * would write an empty text for a property that the flow does not have, `true` for an unset
 * boolean and text for an object, and mark the node as changed. A kind goes with its field.
 */
export function leaveUntouchedFields(form: Form): void {
  const opening = form.element.data('jambonz-opening') as Map<string, unknown> | undefined;
  if (!opening) return;
  const isTouched = (property: string): boolean =>
    forgets(form, property) || opening.get(property) !== form.value(property);
  const touched = new Set(propertiesOf(form.node).filter(isTouched));
  for (const property of propertiesOf(form.node)) {
    const isPartOfTouched = property.endsWith('Type') && touched.has(property.slice(0, -4));
    const isFieldOfTouchedKind = touched.has(`${property}Type`) && !keepsSecret(form, property);
    if (touched.has(property) || isPartOfTouched || isFieldOfTouchedKind) dropOlderName(form, property);
    else form.input(property).removeAttr('id');
  }
}
