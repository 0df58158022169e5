import { matches } from '../checks/paths';
import { textOf, type Form } from './form';

/** The paths that this flow's own `webhook in` nodes listen on, in all tabs. */
function ownPaths(): string[] {
  const paths = new Set<string>();
  RED.nodes.eachNode((node) => {
    const url = textOf(node.url).trim();
    if (node.type === 'webhook in' && node.d !== true && url !== '') paths.add(url.startsWith('/') ? url : `/${url}`);
    return true;
  });
  return [...paths].sort();
}

/** Completions for a hook field: the flow's own webhooks that contain what was typed. */
export function webhookPaths(typed: string): EditorCompletion[] {
  const wanted = typed.toLowerCase();
  return ownPaths()
    .filter((path) => path.toLowerCase().includes(wanted))
    .map((path) => ({ value: path, label: path }));
}

/** Warns below a hook field when no `webhook in` of this flow has the path. */
export function checkHooks(form: Form): void {
  for (const { input, property } of form.marked('data-hook')) {
    const value = form.value(property);
    const path = typeof value === 'string' && value.startsWith('/') ? value.replace(/[?#].*$/, '') : '';
    const isLost = path !== '' && form.kind(property) === 'str' && !ownPaths().some((own) => matches(own, path));
    const row = input.closest('.form-row');
    row.children('.jambonz-warning').remove();
    if (!isLost) continue;
    $('<p class="jambonz-warning" role="status">')
      .text(form.node._('common.warning.no-webhook', { path }))
      .appendTo(row);
  }
}
