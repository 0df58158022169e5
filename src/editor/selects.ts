import { propertiesOf, textOf, type Form } from './form';

/** Adds a saved value that a list does not offer, from a flow of another release, so that it is shown and kept. */
export function offerSavedOptions(form: Form): void {
  for (const property of propertiesOf(form.node)) {
    // Node-RED itself fills the list of a config node.
    if (form.node._def.defaults[property]?.type) continue;
    const select = form.input(property).filter('select');
    const saved = textOf(form.node[property]);
    if (saved === '' || select.val() === saved) continue;
    const offered = select.find('option').filter((_index, option) => $(option).val() === saved);
    if (offered.length === 0) $('<option>').val(saved).text(saved).appendTo(select);
    select.val(saved);
  }
}
