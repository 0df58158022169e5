import { textOf, type Form } from './form';
import { mustacheKind } from './kinds';

/** A saved MCP server: its address, and JSON for how it is asked. */
type Server = Record<string, unknown>;

const FIELDS: Record<string, string[]> = {
  url: ['str', 'msg', 'flow', 'global', 'jsonata', 'env', 'mustache'],
  auth: ['json', 'msg', 'flow', 'global', 'jsonata', 'env', 'mustache'],
  roots: ['json', 'msg', 'flow', 'global', 'jsonata', 'env', 'mustache'],
};

/** `<ol id="node-input-mcpServers-container" data-mcp>` edits the servers in the property `mcpServers`. */
export function mcpLists(form: Form): { list: JQuery; property: string }[] {
  return form
    .marked('data-mcp')
    .map(({ input, property }) => ({ list: input, property: property.replace(/-container$/, '') }));
}

export function prepareMcp(form: Form): void {
  for (const { list, property } of mcpLists(form)) {
    list.editableList<Server>({
      addItem: (row, _index, server) => addRow(form.node, row, server),
      addButton: form.node._('common.mcp.add'),
      removable: true,
      sortable: true,
      height: 'auto',
    });
    const saved = form.node[property];
    for (const server of Array.isArray(saved) ? (saved as (Server | null)[]) : []) {
      list.editableList('addItem', server ?? {});
    }
    list.data('opening', JSON.stringify(serversOf(list)));
  }
}

/** Saves the lists that were edited, without rows that have no address. */
export function saveMcp(form: Form): void {
  for (const { list, property } of mcpLists(form)) {
    const servers = serversOf(list);
    if (JSON.stringify(servers) !== list.data('opening')) form.node[property] = servers.filter(({ url }) => url !== '');
  }
}

/** The servers as they are shown now. */
export function serversOf(list: JQuery): Server[] {
  return list
    .editableList('items')
    .toArray()
    .map((item) => {
      const server: Server = {};
      for (const field of Object.keys(FIELDS)) {
        const input = $(item).find(`[data-property="${field}"]`);
        const value = textOf(input.val()).trim();
        if (field === 'url' || value !== '')
          Object.assign(server, { [field]: value, [`${field}Type`]: input.typedInput('type') });
      }
      return server;
    });
}

let count = 0;

function addRow(node: EditorNode, container: JQuery, server: Server): void {
  const row = $('<div class="jambonz-target">').appendTo(container);
  const number = String(++count);
  for (const [field, kinds] of Object.entries(FIELDS)) {
    const id = `jambonz-mcp-${number}-${field}`;
    const name = node._(`common.mcp.${field}`);
    $('<label>').attr('for', id).text(name).appendTo(row);
    const input = $('<input type="text">').attr('data-property', field).val(textOf(server[field])).appendTo(row);
    const kind = textOf(server[`${field}Type`]) || kinds[0]!;
    input.typedInput({
      types: kinds.map((value) => (value === 'mustache' ? mustacheKind(node) : value)),
      default: kind,
    });
    input.typedInput('type', kind);
    const shown = input.next();
    shown.find('input, button').attr('aria-label', name);
    shown.find('input').attr('id', id);
    if (field === 'url') shown.find('input').attr('placeholder', node._('common.mcp.example'));
  }
}
