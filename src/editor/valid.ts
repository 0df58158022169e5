import { isUnknownField } from './arranged';
import { checksOff, findingAt, notify } from './findings';
import { hooksOf } from '../results/outcomes';
import { formOf, textOf, type Form } from './form';
import { chosenPlatform } from './platform';

/** What a field must be beyond what its kind demands. */
export type Rule = 'required' | 'whole' | 'not-negative' | 'repeat' | 'web-address';

/**
 * A field's validity for `defaults.x.validate`, as Node-RED wants it: true, or the reason. Without
 * a kind the value is a literal. Works on saved nodes and on the open dialog.
 *
 * @example
 * validate: function (v, opt) {
 *   return typeof jambonz === 'undefined' || jambonz.valid(this, 'len', v, opt, ['required']);
 * }
 */
export function valid(
  node: EditorNode,
  property: string,
  value: unknown,
  options: object | undefined,
  rules: readonly Rule[] = [],
): boolean | string {
  const text = textOf(value);
  const reason =
    fault(node, property, text, rules) ||
    versionFault(node, property, text) ||
    findingAt(node, property, (name) => (name === property ? value : current(node, name)));
  if (reason === '') return true;
  // Node-RED lists the reasons of all fields together, so each says whose it is.
  return options ? `${property}: ${reason}` : false;
}

function fault(node: EditorNode, property: string, value: string, rules: readonly Rule[]): string {
  const kind = kindOf(node, property);
  if (/^https?:/.test(kind)) return '';
  if (value === '')
    return rules.includes('required') && !isByPort(node, property) && !isSimulated(node)
      ? node._('common.invalid.required')
      : '';
  if (rules.includes('repeat')) {
    return /^(\d+|forever|\$\{[^}]+\})$/.test(value) ? '' : told(node, 'number', property, 'common.invalid.repeat');
  }
  if (rules.includes('web-address')) return isWebAddress(value) ? '' : node._('common.invalid.web-address');
  if (kind === 'num' || kind === '') return numberFault(node, property, value, rules, kind === 'num');
  if (kind === 'str' || kind === 'mustache' || kind === 'unset') return '';
  const result = RED.utils.validateTypedProperty(value, kind, {});
  return typeof result === 'string' ? result : result ? '' : node._('common.invalid.value');
}

function numberFault(
  node: EditorNode,
  property: string,
  value: string,
  rules: readonly Rule[],
  mustBeNumber: boolean,
): string {
  const isWhole = rules.includes('whole');
  const isPositive = rules.includes('not-negative');
  // Node-RED itself puts the value of an environment variable in the place of ${NAME}.
  if ((!mustBeNumber && !isWhole && !isPositive) || /^\$\{[^}]+\}$/.test(value)) return '';
  const number = value.trim() === '' ? NaN : Number(value);
  if (Number.isNaN(number)) return told(node, 'number', property, 'common.invalid.number');
  if (isWhole && !Number.isInteger(number)) return told(node, 'number', property, 'common.invalid.whole');
  if (isPositive && number < 0) return told(node, 'number', property, 'common.invalid.not-negative');
  return '';
}

function isWebAddress(value: string): boolean {
  if (/^\$\{[^}]+\}$/.test(value.trim())) return true;
  try {
    const { protocol, username, password, search, hash } = new URL(value.trim());
    return /^https?:$/.test(protocol) && `${username}${password}${search}${hash}` === '';
  } catch {
    return false;
  }
}

/** What the chosen version lacks. Where nobody has chosen one, a flow of the official palette is left in peace. */
function versionFault(node: EditorNode, property: string, value: string): string {
  const platform = value === '' ? undefined : chosenPlatform(node);
  return isUnknownField(node, property, platform)
    ? told(node, 'version', property, 'common.invalid.version', { platform })
    : '';
}

/** The text of a fault, told to those who collect them; empty when its check is switched off. */
function told(node: EditorNode, check: string, field: string, key: string, facts?: Record<string, unknown>): string {
  if (checksOff().has(check)) return '';
  const text = node._(key, facts);
  notify({ node, check, field, text });
  return text;
}

/** Whether a webhook is written by the node itself, because its results leave by ports. */
function isByPort(node: EditorNode, property: string): boolean {
  if (current(node, 'results') !== 'ports') return false;
  return hooksOf(node.type).some(({ fields }) => fields.includes(property));
}

/** Whether a server is the call simulator, which needs no address. */
function isSimulated(node: EditorNode): boolean {
  return node.type === 'jambonz_auth' && current(node, 'simulator') === true;
}

/** The kind in the open dialog, else the saved one. */
function kindOf(node: EditorNode, property: string): string {
  const form = formOf(node);
  return form?.input(`${property}Type`).length ? form.kind(property) : textOf(node[`${property}Type`]);
}

/** A field's value in the open dialog, else the saved one. */
export function current(node: EditorNode, property: string): unknown {
  const shown = formOf(node)?.value(property);
  return shown === '_ADD_' ? '' : (shown ?? node[property]);
}

/** Why a field of the open dialog is not valid; empty when it is. */
export function problemOf(form: Form, property: string): string {
  const { validate } = form.node._def.defaults[property] ?? {};
  const result = validate?.call(form.node, form.value(property), {});
  return typeof result === 'string' ? result.replace(`${property}: `, '') : '';
}

/** Says below each invalid field what is wrong; Node-RED only marks it, and tells on hovering. */
export function showProblems(form: Form): void {
  for (const property of Object.keys(form.node._def.defaults)) {
    const row = form.input(property).closest('.form-row');
    const id = `${form.prefix}-${property}-problem`;
    row.children(`[id="${id}"]`).remove();
    const problem = problemOf(form, property);
    if (problem !== '') $('<p class="jambonz-problem" role="status">').attr('id', id).text(problem).appendTo(row);
  }
}
