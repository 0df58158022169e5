import assert from 'node:assert/strict';
import { Editor } from '../support/editor';
import type { FlowNode } from '../support/node-red';

const OLD: FlowNode[] = [
  { id: 'old-tab', type: 'tab', label: 'old' },
  {
    id: 'old',
    type: 'gather',
    z: 'old-tab',
    x: 300,
    y: 100,
    name: '',
    actionhook: '/choice',
    actionhookType: 'str',
    dtmfinput: true,
    wires: [['old-out']],
  },
  { id: 'old-out', type: 'webhook out', z: 'old-tab', x: 600, y: 100, wires: [] },
];

const GATHER = ['next', 'digits', 'speech', 'noinput', 'lowconfidence', 'error'];

/** One release when the matrix names it. */
const VERSIONS = process.env.NODE_RED ? [process.env.NODE_RED] : ['4.1', '5.0'];
const node = process.env.NODE ? Number(process.env.NODE) : undefined;

for (const version of VERSIONS) {
  describe(`Result ports in Node-RED ${version}`, function () {
    this.timeout(60_000);
    let editor: Editor;

    before(async function () {
      this.timeout(300_000);
      editor = await Editor.open({ nodeRed: version, node });
    });
    after(() => editor.close());
    beforeEach(() => editor.clear());
    afterEach(async function () {
      if (this.currentTest?.state === 'failed') await editor.recover();
      editor.checkPage();
    });

    /** Wires an output of a node to a new `webhook out`. */
    const wire = async (from: string, port: number): Promise<string> => {
      const to = await editor.drag('webhook out');
      await editor.page.evaluate(
        `RED.nodes.addLink({source: RED.nodes.node('${from}'), sourcePort: ${port}, target: RED.nodes.node('${to}')})`,
      );
      return to;
    };
    const tick = (port: string) => editor.page.locator(`[id="jambonz-port-${port}"]`).click();
    const results = (choice: string) => editor.page.locator('#node-input-results').selectOption(choice);
    const hook = (field: string) => editor.page.locator(`.form-row:has(#node-input-${field})`);
    const labels = (id: string): Promise<string[]> =>
      editor.page.evaluate(`(() => {
        const node = RED.nodes.node('${id}');
        return Array.from({length: node.outputs}, (_, port) => node._def.outputLabels.call(node, port));
      })()`);
    /** The targets of each output. */
    const wires = async (id: string): Promise<string[][]> => (await editor.saved(id)).wires as string[][];
    const undo = () => editor.page.evaluate("RED.actions.invoke('core:undo')");

    it('gives a new gather a port for each outcome, with its label', async () => {
      const id = await editor.drag('gather');
      const { results: choice, ports, outputs } = await editor.saved(id);
      assert.deepEqual({ choice, ports, outputs }, { choice: 'ports', ports: GATHER, outputs: 6 });
      assert.deepEqual((await labels(id)).slice(1), ['digits', 'speech', 'no input', 'low confidence', 'error']);
      assert.equal(await editor.page.locator(`[id="${id}"] .red-ui-flow-port-output`).count(), 6);
    });

    it('takes with a port only the wires of that port, and undo brings them back', async () => {
      const id = await editor.drag('dial');
      await editor.openByHand(id);
      assert.equal(await hook('actionhook').isVisible(), false);
      await tick('confirm');
      await tick('dtmf');
      await editor.done();
      const ports = ['next', 'answered', 'busy', 'noanswer', 'failed', 'confirm', 'dtmf'];
      assert.deepEqual((await editor.saved(id)).ports, ports);
      const busy = await wire(id, 2);
      const confirm = await wire(id, 5);
      const dtmf = await wire(id, 6);
      const before = [[], [], [busy], [], [], [confirm], [dtmf]];
      assert.deepEqual(await wires(id), before);

      await editor.openByHand(id);
      await tick('confirm');
      await editor.done();
      assert.deepEqual(await wires(id), [[], [], [busy], [], [], [dtmf]]);
      assert.deepEqual((await labels(id)).slice(4), ['failed', 'key pressed']);

      await undo();
      assert.deepEqual(await wires(id), before);
      assert.deepEqual((await editor.saved(id)).ports, ports);
      assert.equal((await editor.saved(id)).outputs, 7);
    });

    it('turns to a URL and back', async () => {
      const id = await editor.drag('enqueue');
      const next = await wire(id, 0);
      await wire(id, 2);
      await editor.openByHand(id);
      await results('url');
      assert.equal(await hook('actionHook').isVisible(), true);
      await editor.done();
      const { results: choice, outputs } = await editor.saved(id);
      assert.deepEqual({ choice, outputs }, { choice: 'url', outputs: 1 });
      assert.deepEqual(await wires(id), [[next]]);
      await editor.openByHand(id);
      await results('ports');
      await editor.done();
      assert.deepEqual((await editor.saved(id)).ports, ['next', 'bridged', 'left', 'hungup', 'error']);
      assert.deepEqual(await wires(id), [[next], [], [], [], []]);
    });

    it('keeps the wire of a tool that gets another name, and drops that of one that is removed', async () => {
      const id = await editor.drag('jambonz agent');
      const add = editor.page.locator(
        '.red-ui-editableList:has(#node-input-tools-container) .red-ui-editableList-addButton',
      );
      const name = (row: number) => editor.page.locator('#node-input-tools-container input').nth(row);
      await editor.openByHand(id);
      for (const [row, tool] of ['weather', 'book'].entries()) {
        await add.click();
        await name(row).fill(tool);
      }
      await editor.done();
      const base = ['next', 'ended', 'error'];
      assert.deepEqual((await editor.saved(id)).ports, [...base, 'tool:weather', 'tool:book']);
      assert.deepEqual((await labels(id)).slice(3), ['weather', 'book']);
      await wire(id, 3);
      const book = await wire(id, 4);
      await editor.openByHand(id);
      await name(1).fill('reserve');
      await editor.page.locator('#node-input-tools-container .red-ui-editableList-item-remove').first().click();
      await editor.done();
      const { ports, tools } = await editor.saved(id);
      assert.deepEqual({ ports, tools }, { ports: [...base, 'tool:reserve'], tools: ['reserve'] });
      assert.deepEqual(await wires(id), [[], [], [], [book]]);
    });

    it('has ports for barge-in while that is ticked', async () => {
      const id = await editor.drag('cfg');
      await editor.openByHand(id);
      await editor.page.locator('#node-input-bargeIn').click();
      await editor.done();
      assert.deepEqual((await editor.saved(id)).ports, ['next', 'digits', 'speech']);
      await editor.openByHand(id);
      await editor.page.locator('#node-input-bargeIn').click();
      await editor.done();
      assert.deepEqual((await editor.saved(id)).ports, ['next']);
    });

    // 3.1 has no suggestions.
    const suggesting = version === '3.1' ? [] : ['a suggested node'];
    for (const what of suggesting)
      it(`takes ${what} for a new one, but one that names an address for an older one`, async () => {
        const suggest = (fields: object): Promise<FlowNode> =>
          editor.page.evaluate(`(() => {
          const known = new Set(RED.nodes.filterNodes({}).map(({id}) => id));
          RED.view.importNodes([${JSON.stringify({ id: 'suggested', x: 100, y: 100, ...fields })}], {
            generateIds: true, touchImport: true, notify: false, applyNodeDefaults: true,
            eventContext: { source: 'suggestion' },
          });
          const [added] = RED.nodes.filterNodes({}).filter(({id}) => !known.has(id));
          return dialog.saved(added.id);
        })()`);
        const fresh = await suggest({ type: 'gather', wires: [[]] });
        assert.deepEqual([fresh.results, fresh.ports, fresh.outputs], ['ports', GATHER, 6]);
        const older = await suggest({ type: 'gather', actionhook: '/choice', wires: [[]] });
        assert.deepEqual([older.results, older.ports, older.outputs], [undefined, undefined, 1]);
      });

    it('opens an older flow as one with a URL, and Done changes nothing', async () => {
      await editor.red.deploy([]);
      await editor.load();
      await editor.import(OLD);
      const before = await editor.saved('old');
      await editor.openAny('old');
      assert.equal((await editor.read()).results, 'url');
      assert.equal(await hook('actionhook').isVisible(), true);
      await editor.done();
      const after = await editor.saved('old');
      assert.deepEqual(after, before);
      assert.deepEqual([after.results, after.ports, after.outputs], [undefined, undefined, 1]);
    });
  });
}
