import { accountCompletions } from './account';
import { textOf, type Form } from './form';
import { mustacheKind, textKind } from './kinds';

/** A saved destination of a dial; older releases left out the kinds or had other names. */
type Target = Record<string, unknown>;

const TYPES = ['phone', 'user', 'sip', 'teams'];
const KINDS = ['str', 'msg', 'flow', 'global', 'jsonata', 'env'];
/** All that a row may hold, beside the type; each has the property that keeps its kind. */
const OWNED = ['dest', 'varType', 'destType', 'trunk', 'trunkType', 'user', 'pass', 'tenant', 'tenantType', 'vmail'];
/** Releases before 2.1 saved the destination under a name of its own type. */
const OLD_NAMES = ['number', 'name', 'sipUri'];

function lists(form: Form): { list: JQuery; property: string }[] {
  return form
    .marked('data-targets')
    .map(({ input, property }) => ({ list: input, property: property.replace(/-container$/, '') }));
}

/** `<ol id="node-input-targets-container" data-targets>` edits whom the verb dial calls. */
export function prepareTargets(form: Form): void {
  for (const { list, property } of lists(form)) {
    list.editableList<Target>({
      addItem: (row, _index, target) => addRow(form, row, target),
      addButton: form.node._('common.target.add'),
      removable: true,
      sortable: true,
      height: 'auto',
    });
    const saved = savedTargets(form, property);
    for (const target of saved.length > 0 ? saved : [{}]) list.editableList('addItem', target);
    const check = (): void => {
      // A field that loses the focus while the dialog closes still says that it has changed.
      if (list.editableList('instance') === undefined) return;
      const isLost = !rowsOf(list).some(({ shown }) => shown.dest !== '');
      list.closest('.form-row').find('.jambonz-problem').toggleClass('jambonz-hidden', !isLost);
    };
    check();
    form.element.on('change keyup', check);
  }
}

/**
 * Saves the rows that have a destination, each one that nobody edited as it was, whatever it holds.
 * An untouched list is left alone.
 */
export function saveTargets(form: Form): void {
  for (const { list, property } of lists(form)) {
    const saved = savedTargets(form, property);
    const rows = rowsOf(list);
    const isSaved = (targets: Target[]): boolean =>
      targets.length === saved.length && targets.every((target, index) => target === saved[index]);
    if (rows.every(({ isEdited }) => !isEdited) && isSaved(rows.map(({ target }) => target))) continue;
    const targets = rows
      .filter(({ shown }) => shown.dest !== '')
      .map(({ target, shown, isEdited }) => (isEdited ? { ...withoutOwned(target), ...shown } : target));
    if (!isSaved(targets)) form.node[property] = targets;
  }
}

function savedTargets(form: Form, property: string): Target[] {
  const saved = form.node[property];
  return Array.isArray(saved) ? (saved as (Target | null)[]).filter((target) => target !== null) : [];
}

function withoutOwned(target: Target): Target {
  const known = [...OWNED, ...OLD_NAMES];
  return Object.fromEntries(Object.entries(target).filter(([property]) => !known.includes(property)));
}

function rowsOf(list: JQuery): { target: Target; shown: Target; isEdited: boolean }[] {
  return list
    .editableList('items')
    .toArray()
    .map((item) => {
      const row = $(item).find('.jambonz-target');
      const shown = read(row);
      return {
        target: row.data('target') as Target,
        shown,
        isEdited: JSON.stringify(shown) !== row.data('opening'),
      };
    });
}

/** A row as it would be saved: without what is empty or belongs to another type. */
function read(row: JQuery): Target {
  const type = textOf(field(row, 'type').val());
  const target: Target = { type, ...readTyped(row, 'dest', 'varType') };
  if (type === 'phone' && field(row, 'trunk').val() !== '') Object.assign(target, readTyped(row, 'trunk', 'trunkType'));
  if (type === 'teams') {
    if (field(row, 'tenant').val() !== '') Object.assign(target, readTyped(row, 'tenant', 'tenantType'));
    target.vmail = field(row, 'vmail').prop('checked');
  }
  if (type === 'sip') {
    for (const property of ['user', 'pass']) {
      const value = textOf(field(row, property).val());
      if (value !== '') target[property] = value;
    }
  }
  return target;
}

function readTyped(row: JQuery, property: string, kindProperty: string): Target {
  const input = field(row, property);
  return { [kindProperty]: input.typedInput('type'), [property]: textOf(input.val()).trim() };
}

function field(row: JQuery, property: string): JQuery {
  return row.find(`[data-property="${property}"]`);
}

let count = 0;

function addRow(form: Form, container: JQuery, target: Target): void {
  const { node } = form;
  const row = $('<div class="jambonz-target">').data('target', target).appendTo(container);
  const id = `jambonz-target-${String(++count)}`;
  const type = textOf(target.type) || 'phone';
  const types = TYPES.includes(type) ? TYPES : [...TYPES, type];

  const select = $('<select data-property="type">')
    .attr('aria-label', node._('common.target.type'))
    .append(
      types.map((value) =>
        $('<option>')
          .val(value)
          .text(TYPES.includes(value) ? node._(`common.target.types.${value}`) : value),
      ),
    )
    .val(type)
    .appendTo(row);

  const dest = target.dest ?? target.number ?? target.name ?? target.sipUri;
  typed(node, row, 'dest', dest, target.varType ?? target.destType, node._('common.target.dest'), `${id}-dest`);
  for (const property of ['trunk', 'tenant']) {
    label(node, row, property, `${id}-${property}`);
    typed(
      node,
      row,
      property,
      target[property],
      target[`${property}Type`],
      node._(`common.target.${property}`),
      `${id}-${property}`,
      property === 'trunk' ? accountCompletions(form, 'carriers') : undefined,
    );
  }
  for (const property of ['user', 'pass']) {
    label(node, row, property, `${id}-${property}`);
    $(`<input type="${property === 'pass' ? 'password' : 'text'}" autocomplete="off">`)
      .attr({ id: `${id}-${property}`, 'data-property': property, 'data-part': property })
      .val(textOf(target[property]))
      .appendTo(row);
  }
  $('<label class="jambonz-target-tick" data-part="vmail">')
    .append($('<input type="checkbox" data-property="vmail">').prop('checked', target.vmail === true))
    .append(document.createTextNode(node._('common.target.vmail')))
    .appendTo(row);

  const showParts = (): void => {
    const chosen = textOf(select.val());
    const parts: Record<string, string[]> = { phone: ['trunk'], sip: ['user', 'pass'], teams: ['tenant', 'vmail'] };
    row.find('[data-part]').each((_index, element) => {
      element.classList.toggle('jambonz-hidden', !(parts[chosen] ?? []).includes(element.dataset.part ?? ''));
    });
    const example = TYPES.includes(chosen) ? node._(`common.target.example.${chosen}`) : '';
    field(row, 'dest').next().find('input').attr('placeholder', example);
  };
  select.on('change', showParts);
  showParts();
  row.data('opening', JSON.stringify(read(row)));
}

function label(node: EditorNode, row: JQuery, property: string, id: string): void {
  $('<label>')
    .attr({ for: id, 'data-part': property })
    .text(node._(`common.target.${property}`))
    .appendTo(row);
}

/** A field with kinds; its visible part is named and shown or hidden like any other. */
function typed(
  node: EditorNode,
  row: JQuery,
  property: string,
  value: unknown,
  kind: unknown,
  name: string,
  id: string,
  autoComplete?: TypedInputKind['autoComplete'],
): void {
  const chosen = textOf(kind) || 'str';
  const known = KINDS.includes(chosen) || chosen === 'mustache';
  const kinds = KINDS.map((one) => (one === 'str' && autoComplete ? { ...textKind(), autoComplete } : one));
  const types = [...kinds, mustacheKind(node), ...(known ? [] : [{ value: chosen, label: chosen }])];
  const input = $('<input type="text">').attr('data-property', property).val(textOf(value)).appendTo(row);
  input.typedInput({ types, default: chosen });
  input.typedInput('type', chosen);
  const container = input.next();
  container.find('input, button').attr('aria-label', name);
  container.find('input').attr('id', id);
  if (property !== 'dest') container.attr('data-part', property);
}
