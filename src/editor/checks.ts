import { CHECK_NAMES, check, type FlowNode } from '../checks';
import {
  allFindings,
  checksOff,
  findingsOf,
  labelOf,
  noticesOf,
  sentence,
  switchCheck,
  takeFindings,
} from './findings';
import { textOf, type Form } from './form';

const MODULE = '@callflows/node-red-jambonz';
const CATALOG = `${MODULE}/jambonz-auth:common.checks`;
const PANE = 'jambonz-checks';
const SOON_MS = 250;
const CHANGES = [
  'flows:loaded flows:add flows:change flows:remove subflows:add subflows:change subflows:remove',
  'nodes:add nodes:change nodes:remove links:add links:remove workspace:dirty',
].flatMap((events) => events.split(' '));

/** Something to be listed after a deploy. */
interface Entry {
  id: string;
  check: string;
  text: string;
}

/**
 * Looks at all flows whenever they change: what the checks find is marked as Node-RED marks invalid
 * nodes, and what is new is listed after a deploy.
 */
export function startChecks(): void {
  let isPlanned = false;
  const soon = (): void => {
    if (isPlanned) return;
    isPlanned = true;
    setTimeout(() => {
      isPlanned = false;
      recheck();
    }, SOON_MS);
  };
  for (const event of CHANGES) RED.events.on(event, soon);
  RED.events.on('deploy', () => {
    recheck();
    listNew();
  });
  addSettings();
  // A palette that is installed while the editor is open finds the flows loaded.
  soon();
}

/** Says at the top of a dialog what concerns the node as a whole. */
export function showFindings(form: Form): void {
  const text = findingsOf(form.node);
  if (text !== '') $('<p class="jambonz-problem jambonz-note" role="status">').text(text).prependTo(form.element);
}

function recheck(): void {
  const flow = RED.nodes.createCompleteNodeSet({ credentials: false });
  const root = textOf(RED.settings.httpNodeRoot);
  const changed = takeFindings(check(flow as FlowNode[], { root }, checksOff()));
  validate(changed);
}

function validate(ids: readonly string[]): void {
  for (const id of ids) {
    const node = RED.nodes.node(id);
    if (node) RED.editor.validateNode(node);
  }
  if (ids.length > 0) RED.view.redraw();
}

function ownNodes(): EditorNode[] {
  const nodes: EditorNode[] = [];
  const add = (node: EditorNode): undefined => {
    if (RED.nodes.registry.getNodeSetForType(node.type)?.module === MODULE) nodes.push(node);
  };
  RED.nodes.eachNode(add);
  RED.nodes.eachConfig(add);
  return nodes;
}

function entries(): Entry[] {
  const ofFlow = allFindings().flatMap((finding) => {
    const node = RED.nodes.node(finding.node);
    return node ? [{ id: finding.node, check: finding.check, text: sentence(node, finding) }] : [];
  });
  const ofFields = noticesOf(ownNodes().filter(({ d }) => d !== true)).map(({ node, check, field, text }) => {
    return { id: node.id, check, text: field === undefined ? text : `${field}: ${text}` };
  });
  return [...ofFlow, ...ofFields];
}

let listed = new Set<string>();
let open: { close(): void } | undefined;

/** One notification with everything that the deploy before did not have. */
function listNew(): void {
  const all = entries();
  const keyOf = ({ id, check, text }: Entry): string => `${id} ${check} ${text}`;
  const fresh = all.filter((entry) => !listed.has(keyOf(entry)));
  listed = new Set(all.map(keyOf));
  if (fresh.length === 0) return;
  open?.close();
  const content = $('<div class="jambonz-findings">');
  const list = $('<ul>').css({ maxHeight: '40vh', overflowY: 'auto', margin: '8px 0 0', paddingLeft: '18px' });
  content.append($('<p>').text(RED._(`${CATALOG}.title`)), list);
  for (const entry of fresh) list.append(itemOf(entry, list));
  const notification = RED.notify(content, {
    type: 'warning',
    fixed: true,
    buttons: [
      { text: RED._(`${CATALOG}.settings`), click: () => RED.userSettings.show(PANE) },
      { text: RED._(`${CATALOG}.close`), click: () => notification.close() },
    ],
  });
  open = notification;
}

function itemOf({ id, check, text }: Entry, list: JQuery): JQuery {
  const show = $('<button type="button" class="red-ui-button red-ui-button-small">')
    .text(labelOf(id))
    .attr('title', RED._(`${CATALOG}.show`))
    .on('click', () => reveal(id));
  const mute = $('<button type="button" class="red-ui-button red-ui-button-small">')
    .text(RED._(`${CATALOG}.mute`))
    .on('click', () => {
      turn(check, false);
      list.children(`[data-check="${check}"]`).remove();
      if (list.children().length === 0) open?.close();
    });
  const item = $('<li>').attr({ 'data-check': check, 'data-node': id }).css('margin-bottom', '6px');
  return item.append(show, $('<span>').text(` ${text} `), mute);
}

/** Shows a node on its tab, and its dialog. */
function reveal(id: string): void {
  const node = RED.nodes.node(id);
  if (!node) return;
  if (node._def.category === 'config') {
    RED.editor.editConfig('', node.type, id);
    return;
  }
  RED.view.reveal(id);
  RED.editor.edit(node);
}

function turn(name: string, isOn: boolean): void {
  switchCheck(name, isOn);
  recheck();
  // What is wrong with single fields is known to nobody but their validators.
  validate(ownNodes().map(({ id }) => id));
}

/** The page of the user settings on which each check can be switched off and on. */
function addSettings(): void {
  RED.userSettings.add({
    id: PANE,
    // The catalog comes after this script.
    get title() {
      return RED._(`${CATALOG}.pane`);
    },
    get: () => {
      const off = checksOff();
      const pane = $('<div class="red-ui-settings-tabs-content">').attr('id', `red-ui-settings-tab-${PANE}`);
      pane.append($('<h3>').text(RED._(`${CATALOG}.pane`)), $('<p>').text(RED._(`${CATALOG}.explained`)));
      for (const name of CHECK_NAMES) {
        const id = `${PANE}-${name}`;
        const box = $('<input type="checkbox">').attr('id', id).prop('checked', !off.has(name));
        box.on('change', () => turn(name, box.prop('checked') === true)).css({ width: 'auto', margin: '0 8px 0 0' });
        const label = $('<label>').attr('for', id).css({ display: 'block', width: 'auto' });
        pane.append(label.append(box, document.createTextNode(RED._(`${CATALOG}.${name}.name`))));
      }
      return pane;
    },
  });
}
