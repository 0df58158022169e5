import { arrangementOf, fieldFor, isUnknown } from './arranged';
import { combobox, type Choice } from './combobox';
import { checksOff, findingsOf, notify } from './findings';
import { textOf, type Form } from './form';
import { isSet } from './visibility';
import { mustacheKind, textKind } from './kinds';
import { speechLabels } from './labels';
import { chosenPlatform } from './platform';
import {
  isLoaded,
  loadProperties,
  pathOfText,
  propertiesOf,
  propertyAt,
  textOfPath,
  versionOfVerbs,
  type Located,
  type Platform,
} from './properties';

/** A further property, as saved. */
interface Row {
  path?: unknown;
  value?: unknown;
  type?: unknown;
}

/** Kinds that are shown as such and saved as text: the runtime knows what the property wants. */
const CHOICE = 'choice';
const LIST = 'list';
const VARIABLE_KINDS = ['msg', 'flow', 'global', 'jsonata', 'env'];
const PROPERTY = '.jambonz-more-property input';
const VALUE = '.jambonz-more-value > input';

/**
 * `<ol id="node-input-more-container" data-more="listen stream">` edits the further properties of
 * the verbs it names: what has no field of its own in the form.
 */
export function prepareMore(form: Form): void {
  const { list, verbs } = listOf(form);
  if (!list) return;
  list.editableList<Row>({
    addItem: (row, _index, saved) => addRow(form, row, saved, verbs),
    addButton: form.node._('common.more.add'),
    removable: true,
    sortable: true,
    height: 'auto',
  });
  for (const row of savedRows(form.node)) list.editableList('addItem', row);
  list.data('opening', JSON.stringify(rowsOf(list)));
  const refresh = (): void => {
    const platform = chosenPlatform(form.node);
    list.editableList('items').each((_index, item) => explain(form, $(item), verbs, platform));
  };
  let isPlanned = false;
  // Once for all the events of a turn: a long list takes its time.
  form.element.on('change keyup', () => {
    if (isPlanned) return;
    isPlanned = true;
    setTimeout(() => {
      isPlanned = false;
      if (form.isOpen) refresh();
    }, 0);
  });
  void loadProperties().done(() => {
    if (!form.isOpen) return;
    list.editableList('items').each((_index, item) => showValue(form, $(item), verbs));
    list.data('opening', JSON.stringify(rowsOf(list)));
    refresh();
  });
}

/** Saves the list when it was edited; an untouched one stays as it was. */
export function saveMore(form: Form): void {
  const { list } = listOf(form);
  if (!list) return;
  const rows = rowsOf(list);
  if (JSON.stringify(rows) === list.data('opening')) return;
  const used = rows.filter(({ path }) => path.length > 0);
  // Node-RED saves a property that is undefined by leaving it out.
  form.node.more = used.length > 0 ? used : undefined;
}

/** Whether the list has anything that is worth opening its group for. */
export function hasMore(form: Form): boolean {
  const { list } = listOf(form);
  return list !== undefined && list.editableList('items').length > 0;
}

/**
 * The validity of a node's further properties, and of its verb, for `defaults.more.validate`: that
 * the version which was chosen for the flow knows them. Nobody's choice is 0.9, as at run time.
 */
export function validMore(node: EditorNode, value: unknown, options: object | undefined): boolean | string {
  const { verbs } = arrangementOf(node.type);
  const chosen = chosenPlatform(node);
  const platform = chosen ?? '0.9';
  const isOff = checksOff().has('version');
  const unknown = isOff ? '' : verbFault(node, verbs, platform) || unknownRow(node, verbs, platform, value);
  const reason = unknown && !chosen ? `${unknown} ${node._('common.more.assumed')}` : unknown;
  if (reason) notify({ node, check: 'version', text: reason });
  const all = [reason, rowsFault(value, node), findingsOf(node)].filter((text) => text !== '').join(' ');
  if (all === '') return true;
  return options ? all : false;
}

function verbFault(node: EditorNode, verbs: string[], platform: Platform): string {
  const only = isLoaded() ? versionOfVerbs(verbs) : undefined;
  return only && only !== platform ? node._('common.more.unknown-verb', { verb: verbs[0], platform }) : '';
}

function unknownRow(node: EditorNode, verbs: string[], platform: Platform, rows: unknown): string {
  for (const row of Array.isArray(rows) ? (rows as (Row | null)[]) : []) {
    const path = pathOf(row);
    const property = textOfPath(path);
    if (path.length > 0 && isUnknown(verbs, path, platform)) {
      return node._('common.more.unknown', { property, platform });
    }
  }
  return '';
}

function rowsFault(rows: unknown, node: EditorNode): string {
  for (const row of Array.isArray(rows) ? (rows as (Row | null)[]) : []) {
    const path = pathOf(row);
    const property = textOfPath(path);
    if (path.length === 0) continue;
    const type = textOf(row?.type) || 'str';
    if (type === 'str' || type === 'mustache') continue;
    const result = RED.utils.validateTypedProperty(textOf(row?.value), type, {});
    if (result !== true) return `${property}: ${typeof result === 'string' ? result : node._('common.invalid.value')}`;
  }
  return '';
}

function listOf(form: Form): { list: JQuery | undefined; verbs: string[] } {
  const [found] = form.marked('data-more');
  return { list: found?.input, verbs: arrangementOf(form.node.type).verbs };
}

function savedRows({ more }: EditorNode): Row[] {
  return Array.isArray(more) ? (more as (Row | null)[]).filter((row) => row !== null) : [];
}

function pathOf(row: Row | null | undefined): string[] {
  return Array.isArray(row?.path) ? row.path.map(String) : [];
}

/** The rows as they would be saved. */
function rowsOf(list: JQuery): { path: string[]; value: string; type: string }[] {
  return list
    .editableList('items')
    .toArray()
    .map((item) => {
      const input = $(item).find(VALUE);
      const kind = input.typedInput('type');
      return {
        path: pathOfText(textOf($(item).find(PROPERTY).val())),
        value: input.typedInput('value'),
        type: kind === CHOICE || kind === LIST ? 'str' : kind,
      };
    });
}

function addRow(form: Form, container: JQuery, saved: Row, verbs: string[]): void {
  const { node } = form;
  const row = $('<div class="jambonz-more">').data('saved', saved).appendTo(container);
  const label = node._('common.more.property');
  const name = $('<input type="text">')
    .attr({ 'aria-label': label, placeholder: label })
    .val(textOfPath(pathOf(saved)));
  $('<div class="jambonz-more-property">').append(name).appendTo(row);
  $('<div class="jambonz-more-value">').appendTo(row);
  $('<p class="jambonz-hint">').appendTo(row);
  $('<p class="jambonz-warning" role="status">').appendTo(row);
  const list = node._('common.speech.list');
  combobox(
    name[0] as HTMLInputElement,
    () => offered(form, row, verbs),
    list,
    () => undefined,
  );
  showValue(form, row, verbs);
  let last = textOf(name.val());
  name.on('change', () => {
    const now = textOf(name.val());
    if (now === last) return;
    last = now;
    showValue(form, row, verbs);
    explain(form, row, verbs);
  });
  explain(form, row, verbs);
  // A row that the user has just added wants its property first.
  if (saved.path === undefined) setTimeout(() => name.trigger('focus'), 0);
}

/** What can be added: neither what has a field that is shown, nor what another row sets. */
function offered(form: Form, row: JQuery, verbs: string[]): Choice[] {
  const others = new Set(
    row
      .closest('ol')
      .find('.jambonz-more')
      .not(row)
      .toArray()
      .map((other) => textOf($(other).find(PROPERTY).val())),
  );
  return propertiesOf(verbs)
    .filter(({ path }) => !others.has(textOfPath(path)) && fieldOf(form, path) === undefined)
    .map(({ path, property, version }) => ({
      value: textOfPath(path),
      note: [version ? form.node._(`common.more.only.${version.replace('.', '-')}`) : '', firstSentence(property.d)]
        .filter(Boolean)
        .join(' · '),
    }));
}

/** The field of the form that sets a property and applies now. */
function fieldOf(form: Form, path: readonly string[]): string | undefined {
  return fieldFor(form.node.type, path, (property) => {
    const row = form
      .input(property)
      .add(form.input(`${property}-container`))
      .closest('.form-row');
    return row.length > 0 && row.closest('.jambonz-hidden').length === 0;
  });
}

/** Makes the value's field, with the kinds that suit the property; what was typed stays. */
function showValue(form: Form, item: JQuery, verbs: string[]): void {
  const row = item.is('.jambonz-more') ? item : item.find('.jambonz-more');
  const place = row.find('.jambonz-more-value');
  const before = place.children('input');
  const saved = row.data('saved') as Row;
  const value = before.length > 0 ? before.typedInput('value') : textOf(saved.value);
  const type = before.length > 0 ? savedKind(before.typedInput('type')) : textOf(saved.type);
  const path = pathOfText(textOf(row.find(PROPERTY).val()));
  const isLabel = path.at(-1) === 'label';
  const account = isLabel ? speechLabels(form, () => showValue(form, item, verbs)) : undefined;
  const kinds = kindsFor(form.node, propertyAt(verbs, path), value, account);
  const first = kinds[0];
  const names = kinds.map((kind) => (typeof kind === 'string' ? kind : kind.value));
  const isUntouched = value === '' && (before.length > 0 || type === '' || !names.includes(type));
  let kind = isUntouched || type === '' ? names[0]! : type;
  // Text is shown as what the property wants it for.
  if (kind === 'str' && typeof first === 'object' && (first.value === CHOICE || first.value === LIST)) {
    const isOffered =
      first.value === LIST || value === '' || first.options?.some((option) => optionOf(option) === value);
    if (isOffered || !names.includes('str')) kind = first.value;
  }
  if (!names.includes(kind)) kinds.push(kind);
  place.empty();
  const label = form.node._('common.more.value');
  const input = $('<input type="text">').val(value).appendTo(place);
  input.typedInput({ types: kinds, default: kind });
  input.typedInput('type', kind);
  input.typedInput('value', value);
  input.next('.red-ui-typedInput-container').find('input.red-ui-typedInput-input, button').attr('aria-label', label);
  input.next('.red-ui-typedInput-container').css('width', '100%');
}

function savedKind(kind: string): string {
  return kind === CHOICE || kind === LIST ? 'str' : kind;
}

function optionOf(option: string | { value: string }): string {
  return typeof option === 'string' ? option : option.value;
}

/** The kinds of value that a property can have, the most fitting first. */
function kindsFor(
  node: EditorNode,
  located: Located | undefined,
  value: string,
  /** What the account has for it; absent for a property that is not the account's. */
  account?: readonly string[],
): (string | TypedInputKind)[] {
  const { t: types = [], c: choices, s: suggestions, i: items, p } = located?.property ?? {};
  const takes = (type: (typeof types)[number]): boolean => types.length === 0 || types.includes(type);
  const kinds: (string | TypedInputKind)[] = [];
  const options = (choices ?? suggestions ?? account)?.map(String) ?? [];
  if (options.length > 0 && takes('string')) {
    kinds.push({ value: CHOICE, label: node._('common.more.kind.choice'), icon: 'fa fa-list-ul', options });
  }
  const isPlainList = types.length === 1 && types[0] === 'array' && items?.p === undefined;
  if (isPlainList) kinds.push({ value: LIST, label: node._('common.more.kind.list'), icon: 'fa fa-list' });
  if (types.includes('boolean')) kinds.push('bool');
  if (types.includes('number')) kinds.push('num');
  const isText = takes('string') && (!choices || (value !== '' && !options.includes(value)));
  if (isText) kinds.push(textKind());
  if (types.length === 0 || types.includes('object') || types.includes('array') || p !== undefined) kinds.push('json');
  if (types.length === 0) kinds.push('num', 'bool');
  return [...kinds, ...VARIABLE_KINDS, mustacheKind(node)];
}

/** Says below a row what its property is for, and what is in its way. */
function explain(form: Form, item: JQuery, verbs: string[], chosen = chosenPlatform(form.node)): void {
  const row = item.is('.jambonz-more') ? item : item.find('.jambonz-more');
  const path = pathOfText(textOf(row.find(PROPERTY).val()));
  const located = propertyAt(verbs, path);
  row.children('.jambonz-hint').text(firstSentence(located?.property.d));
  row.children('.jambonz-warning').text(warning(form, path, located, verbs, chosen));
}

function warning(form: Form, path: string[], located: Located | undefined, verbs: string[], chosen?: Platform): string {
  const { node } = form;
  if (path.length === 0 || !isLoaded()) return '';
  const property = textOfPath(path);
  const field = fieldOf(form, path);
  if (field !== undefined && isSet(form.value(field) ?? textOf(node[field]))) {
    return node._('common.more.arranged', { label: labelOf(form, field) });
  }
  const platform = chosen ?? '0.9';
  if (isUnknown(verbs, path, platform)) {
    if (!located) return node._('common.more.unknown', { property, platform });
    const text = node._('common.more.unknown', { property, platform });
    return chosen ? text : `${text} ${node._('common.more.assumed')}`;
  }
  return '';
}

function labelOf(form: Form, property: string): string {
  const label = form.element.find(`label[for="${form.prefix}-${property}"]`).text().trim();
  return label || property;
}

function firstSentence(text: string | undefined): string {
  const [sentence = ''] = /^.*?[.!?](?=\s+[A-Z]|\s*$)/s.exec(text ?? '') ?? [text ?? ''];
  return sentence.length > 200 ? `${sentence.slice(0, 199)}…` : sentence;
}
