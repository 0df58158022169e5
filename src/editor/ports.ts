import { NEXT, defaultPorts, hookOf, hooksOf, labelKey, type ResultHook } from '../results/outcomes';
import { textOf, type Form } from './form';

/** The ports of an open dialog. */
interface Choice {
  /** The ports that the node has on the canvas. */
  opening: readonly string[];
  /**
   * The ports that are wanted, in the order of the saved list; a new one comes last. One that the
   * user names is here under the name it had when the dialog was opened: a new name keeps the port.
   */
  chosen: string[];
}

const DATA = 'jambonz-choice';

/**
 * Where the results of a verb go: `<select id="node-input-results">`, with the ports in
 * `<div data-ports>`, the names that have ports of their own in `<ol data-tools>`, and the number
 * of ports, or what becomes of each of them, in `<input id="node-input-outputs">`.
 */
export function preparePorts(form: Form): void {
  const box = boxOf(form);
  if (box.length === 0) return;
  const { node } = form;
  const isSaved = node.results === 'ports' && Array.isArray(node.ports);
  const saved = isSaved ? (node.ports as unknown[]).map(String) : [];
  const choice: Choice = { opening: isSaved ? saved : [NEXT], chosen: isSaved ? [...saved] : portsForHooks(node) };
  box.data(DATA, choice);
  prepareTools(form, choice);
  list(form, choice);
  for (const hook of hooksOf(node.type)) {
    if (!hook.within) continue;
    const { within } = hook;
    let wasOn = form.value(within) === true;
    // Node-RED says that a field has changed when the dialog opens, too.
    form.input(within).on('change', () => {
      const isOn = form.value(within) === true;
      if (isOn && !wasOn) wantWithin(form, choice, hook);
      wasOn = isOn;
    });
  }
}

/** The ports to begin with in a node whose results went to addresses: one for each that is in use, too. */
function portsForHooks(node: EditorNode): string[] {
  const used = hooksOf(node.type).filter(({ optional, fields, within }) => {
    if (within !== undefined && node[within] !== true) return false;
    return optional && fields.some((field) => textOf(node[field]) !== '');
  });
  return [...defaultPorts(node.type), ...used.flatMap(portsWanted)];
}

/** The ports of a hook that is wanted; those that are seldom needed are left to be ticked. */
function portsWanted({ ports }: ResultHook): string[] {
  const usual = ports.filter(({ optional }) => !optional);
  return (usual.length > 0 ? usual : ports).map(({ name }) => name);
}

/** Shows what the choice brings with it; runs at every change of the dialog. */
export function showPorts(form: Form): void {
  const choice = choiceOf(form);
  if (!choice) return;
  const isOwn = hasPorts(form);
  const fields = new Set(hooksOf(form.node.type).flatMap((hook) => hook.fields));
  for (const { input, property } of form.marked('data-hook')) {
    if (fields.has(property)) input.closest('.form-row').toggleClass('jambonz-by-port', isOwn);
  }
  form.element.find('details.jambonz-group').each((_index, group) => {
    const rows = $(group).find('.form-row');
    if (rows.length > 0) $(group).toggleClass('jambonz-by-port', rows.not('.jambonz-by-port').length === 0);
  });
  const now = portsOf(form, choice);
  const map = outputMap(form, choice, now);
  form.input('outputs').val(map ? JSON.stringify(map) : textOf(form.node.outputs));
}

/** Saves the list of ports, and of names, when they were changed. */
export function savePorts(form: Form): void {
  const choice = choiceOf(form);
  if (!choice) return;
  showPorts(form);
  const { node } = form;
  const now = portsOf(form, choice);
  const isOther = hasPorts(form) !== (node.results === 'ports');
  if (isOther || now.join('\n') !== choice.opening.join('\n')) node.ports = now;
  for (const { rows, property } of toolLists(form)) {
    if (JSON.stringify(rowsOf(rows)) === JSON.stringify(rows.data('opening'))) continue;
    node[property] = [...new Set(rowsOf(rows).map(({ name }) => name))].filter((name) => name !== '');
  }
}

/** Whether the open dialog shows a port as switched on. */
export function hasPort(form: Form, port: string): boolean {
  const choice = choiceOf(form);
  return choice !== undefined && portsOf(form, choice).includes(port);
}

/** What a node calls one of its outputs: `outputLabels: function (index) { return jambonz.portLabel(this, index); }`. */
export function portLabel(node: EditorNode, index: number): string {
  const ports = node.results === 'ports' && Array.isArray(node.ports) ? (node.ports as unknown[]) : [];
  return labelOf(node, textOf(ports[index]) || NEXT);
}

function labelOf(node: EditorNode, port: string): string {
  const key = labelKey(port);
  if (key === undefined) return port.slice(port.indexOf(':') + 1);
  return port === NEXT || hookOf(node.type, port) ? node._(key) : port;
}

/** When a message leaves by a port: the node's own words for it, else those that all nodes share. */
function whenOf(node: EditorNode, port: string): string {
  const key = `${node.type.replaceAll(/[ :]/g, '-')}.when.${port}`;
  const own = node._(key);
  return own.endsWith(key) ? node._(`common.when.${port}`) : own;
}

const boxOf = (form: Form): JQuery => form.element.find('[data-ports]');
const choiceOf = (form: Form): Choice | undefined => boxOf(form).data(DATA) as Choice | undefined;
const hasPorts = (form: Form): boolean => form.value('results') === 'ports';

/** The ports that the node will have: none of a part of the verb that is switched off. */
function portsOf(form: Form, { chosen }: Choice): string[] {
  if (!hasPorts(form)) return [NEXT];
  const names = namesNow(form);
  const wanted = chosen.filter((port) => {
    const within = hookOf(form.node.type, port)?.within;
    return within === undefined || form.value(within) === true;
  });
  return [...new Set(wanted.map((port) => names.get(port) ?? port))].filter((port) => port !== '');
}

/** What becomes of each port, as Node-RED wants it: old number to new, -1 for none; nothing when all stay. */
function outputMap(form: Form, { opening }: Choice, now: readonly string[]): Record<string, number> | undefined {
  const names = namesNow(form);
  const before = opening.map((port) => names.get(port) ?? port);
  if (before.join('\n') === now.join('\n')) return undefined;
  const map: Record<string, number> = {};
  const count = Math.max(before.length, Number(form.node.outputs) || 0);
  for (let port = 0; port < count; port++) map[port] = port < before.length ? now.indexOf(before[port]!) : -1;
  now.forEach((port, index) => {
    if (!before.includes(port)) map[`new-${String(index)}`] = index;
  });
  return map;
}

/** A part of the verb that was just switched on has a port for each of its results. */
function wantWithin(form: Form, choice: Choice, hook: ResultHook): void {
  if (hook.ports.some(({ name }) => choice.chosen.includes(name))) return;
  choice.chosen.push(...hook.ports.filter(({ optional }) => !optional).map(({ name }) => name));
  list(form, choice);
}

/** Lists the ports: those that are always there, and a tick for each that may be. */
function list(form: Form, choice: Choice): void {
  const { node } = form;
  const box = boxOf(form).empty();
  entry(form, choice, NEXT, false).appendTo(box);
  for (const hook of hooksOf(node.type)) {
    const group = hook.optional && hook.ports.length > 1 ? groupOf(form, choice, hook).appendTo(box) : box;
    for (const { name, optional } of hook.ports) {
      const isOption = hook.optional === true || optional === true;
      const row = entry(form, choice, name, isOption).appendTo(group);
      if (hook.within) row.attr('data-show-if', hook.within);
    }
  }
  // What a newer release of this palette has saved is kept.
  const unknown = choice.chosen.filter((port) => port !== NEXT && !hookOf(node.type, port));
  for (const port of unknown) entry(form, choice, port, true).appendTo(box);
}

function groupOf(form: Form, { chosen }: Choice, hook: ResultHook): JQuery {
  const group = $('<details class="jambonz-group">');
  if (hook.ports.some(({ name }) => chosen.includes(name))) group.attr('open', '');
  if (hook.within) group.attr('data-show-if', hook.within);
  return group.append($('<summary>').text(form.node._(`common.results.${hook.key}`)));
}

function entry(form: Form, choice: Choice, port: string, isOption: boolean): JQuery {
  const { node } = form;
  const row = $('<div class="jambonz-port">').attr('data-port', port);
  const id = `jambonz-port-${port}`;
  const label = isOption ? $('<label>').attr('for', id) : $('<p>');
  label.append($('<b>').text(port === NEXT ? node._('common.results.next') : labelOf(node, port)));
  label.append($('<span class="jambonz-hint">').text(whenOf(node, port)));
  if (!isOption) return row.append(label);
  const tick = $('<input type="checkbox">').attr('id', id).prop('checked', choice.chosen.includes(port));
  tick.on('change', () => {
    choice.chosen = choice.chosen.filter((chosen) => chosen !== port);
    if (tick.prop('checked')) choice.chosen.push(port);
  });
  return row.append(tick, label);
}

/** The lists of names that have a port each, and how these ports begin. */
function toolLists(form: Form): { rows: JQuery; property: string; prefix: string }[] {
  return hooksOf(form.node.type).flatMap(({ named }) => {
    const rows = form.input(`${named?.field ?? ''}-container`);
    return named && rows.length > 0 ? [{ rows, property: named.field, prefix: `${named.port}:` }] : [];
  });
}

function prepareTools(form: Form, choice: Choice): void {
  let added = 0;
  for (const { rows, property, prefix } of toolLists(form)) {
    rows.editableList<{ name?: string }>({
      addItem: (row, _index, { name }) => {
        const was = prefix + (name ?? `\n${String(++added)}`);
        if (name === undefined) choice.chosen.push(was);
        const label = form.node._('common.results.tool');
        $('<input type="text" data-property="name" style="width: 100%">')
          .attr({ 'aria-label': label, placeholder: label })
          .data('was', was)
          .val(name ?? '')
          .appendTo(row);
      },
      addButton: form.node._('common.results.add-tool'),
      removable: true,
      sortable: false,
      height: 'auto',
    });
    const saved = form.node[property];
    for (const name of Array.isArray(saved) ? (saved as unknown[]) : []) {
      rows.editableList('addItem', { name: textOf(name) });
    }
    rows.data('opening', rowsOf(rows));
  }
}

/** The rows of a list of names: the port that each had, and the name it has now. */
function rowsOf(rows: JQuery): { was: string; name: string }[] {
  const items = rows.editableList('items').toArray();
  const inputs = items.flatMap((item) => $(item).find('[data-property="name"]').toArray());
  return inputs.map((input) => ({ was: textOf($(input).data('was')), name: textOf($(input).val()).trim() }));
}

/** What the ports that the user names are called now, by what they were called; '' for one that was removed. */
function namesNow(form: Form): Map<string, string> {
  const names = new Map<string, string>();
  for (const { rows, prefix } of toolLists(form)) {
    const opening = (rows.data('opening') ?? []) as { was: string }[];
    for (const { was } of opening) names.set(was, '');
    for (const { was, name } of rowsOf(rows)) names.set(was, name === '' ? '' : prefix + name);
  }
  return names;
}
