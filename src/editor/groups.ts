import { propertiesOf, textOf, type Form } from './form';
import { hasMore } from './more';
import { headerLists, rowsOf } from './headers';
import { mcpLists, serversOf } from './mcp';
import { hasSavedSecret } from './secrets';
import { problemOf } from './valid';

/** Opens the groups (`<details class="jambonz-group">`) that hold something a user has set or must repair. */
export function openUsedGroups(form: Form): void {
  form.element.find('details.jambonz-group').each((_index, group) => {
    const inside = propertiesOf(form.node).filter((property) => group.contains(form.input(property)[0] ?? null));
    const isUsed =
      inside.some((property) => differs(form, property) || problemOf(form, property) !== '') ||
      (hasMore(form) && $(group).find('[data-more]').length > 0) ||
      headerLists(form).some(({ list }) => group.contains(list[0] ?? null) && rowsOf(list).length > 0) ||
      mcpLists(form).some(({ list }) => group.contains(list[0] ?? null) && serversOf(list).length > 0);
    if (isUsed) group.setAttribute('open', '');
  });
}

/** Whether a field shows something else than a new node's would. A kind alone says nothing. */
function differs(form: Form, property: string): boolean {
  const { defaults } = form.node._def;
  if (property.endsWith('Type') && property.slice(0, -4) in { ...defaults, ...form.node._def.credentials })
    return false;
  if (hasSavedSecret(form, property)) return true;
  const value = form.value(property);
  const initial = defaults[property]?.value;
  if (typeof value === 'boolean') return value !== Boolean(initial);
  return value !== '_ADD_' && value !== textOf(initial);
}
