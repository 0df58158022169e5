import { textOf, type Form } from './form';
import { mustacheKind } from './kinds';

interface Header {
  h?: unknown;
  v?: unknown;
  vType?: unknown;
}

const KINDS = ['str', 'msg', 'flow', 'global', 'jsonata', 'env'];

/**
 * The lists of SIP headers in a dialog: `<ol id="node-input-headers-container" data-headers="plain">`
 * edits the property `headers`. `typed` gives every value a kind.
 */
export function headerLists(form: Form): { list: JQuery; property: string; typed: boolean }[] {
  return form.marked('data-headers').map(({ input, property }) => ({
    list: input,
    property: property.replace(/-container$/, ''),
    typed: input.attr('data-headers') === 'typed',
  }));
}

export function prepareHeaders(form: Form): void {
  for (const { list, property, typed } of headerLists(form)) {
    list.editableList<Header>({
      addItem: (row, _index, data) => addRow(form.node, row, data, typed),
      addButton: form.node._('common.button.add-header'),
      removable: true,
      sortable: true,
      height: 'auto',
    });
    const saved = form.node[property];
    for (const header of Array.isArray(saved) ? (saved as (Header | null)[]) : []) {
      list.editableList('addItem', header ?? {});
    }
    list.data('opening', JSON.stringify(rowsOf(list)));
  }
}

/** Saves the lists that were edited; an untouched one stays as it was, whatever it holds. */
export function saveHeaders(form: Form): void {
  for (const { list, property } of headerLists(form)) {
    const rows = rowsOf(list);
    if (JSON.stringify(rows) === list.data('opening')) continue;
    form.node[property] = rows.filter(({ h, v }) => h !== '' || v !== '');
  }
}

/** The rows as they are shown now. */
export function rowsOf(list: JQuery): Header[] {
  return list
    .editableList('items')
    .toArray()
    .map((item) => {
      const value = $(item).find('.jambonz-header-value');
      const header: Header = {
        h: textOf($(item).find('.jambonz-header-name').val()).trim(),
        v: textOf(value.val()),
      };
      if (value.is('[data-typed]')) header.vType = value.typedInput('type');
      return header;
    });
}

function addRow(node: EditorNode, row: JQuery, header: Header, typed: boolean): void {
  row.addClass('jambonz-header-row');
  const name = field(node, 'header-name', header.h).addClass('jambonz-header-name').appendTo(row);
  const value = field(node, 'header-value', header.v).addClass('jambonz-header-value').appendTo(row);
  if (typed) {
    const types = [...KINDS, mustacheKind(node)];
    value.attr('data-typed', '').typedInput({ types, default: textOf(header.vType) || 'str' });
    value.typedInput('type', textOf(header.vType) || 'str');
  }
  // A row that the user has just added wants its name first.
  if (header.h === undefined) setTimeout(() => name.trigger('focus'), 0);
}

function field(node: EditorNode, label: string, value: unknown): JQuery {
  const text = node._(`common.label.${label}`);
  return $('<input type="text">').attr({ 'aria-label': text, placeholder: text }).val(textOf(value));
}
