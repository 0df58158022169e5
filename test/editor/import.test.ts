import assert from 'node:assert/strict';
import { Editor } from '../support/editor';
import type { FlowNode } from '../support/node-red';
import { flowsOf, types } from '../support/flows';

/** Flows that people have: our own examples, and those made with the official palette. */
const sources = [
  ...flowsOf('examples').map((source) => ({ ...source, title: `the example "${source.name}"` })),
  ...flowsOf('test/data/flows').map((source) => ({ ...source, title: `the flow "${source.name}"` })),
  ...flowsOf('../shared/compat/flows').map((source) => ({ ...source, title: `the official flow "${source.name}"` })),
];

for (const version of ['4.1', '5.0']) {
  describe(`Flows imported into Node-RED ${version}`, function () {
    this.timeout(120_000);
    const { nodes, config } = types();
    const ours = new Set([...nodes, ...config]);
    let editor: Editor;

    before(async function () {
      this.timeout(300_000);
      editor = await Editor.open({ nodeRed: version });
    });
    after(() => editor.close());
    afterEach(async function () {
      if (this.currentTest?.state === 'failed') await editor.recover();
      editor.checkPage();
    });

    for (const { title, flow } of sources) {
      it(`${title}: is imported, opened node by node and deployed as it was`, async () => {
        await editor.red.deploy([]);
        await editor.load();
        await editor.import(flow);

        const unknown = await editor.page.evaluate<string[]>(
          "RED.nodes.filterNodes({type: 'unknown'}).map(({name}) => name)",
        );
        assert.deepEqual(unknown, []);

        const opened = flow.filter(({ type }) => ours.has(type));
        for (const { id } of opened) {
          const before = await editor.saved(id);
          await editor.openAny(id);
          await editor.done(config.includes(before.type) ? 'config' : 'node');
          assert.deepEqual(await editor.saved(id), before);
        }

        await editor.deploy();
        const deployed = new Map((await editor.flows()).map((node) => [node.id, node]));
        for (const node of opened) assert.deepEqual(settings(deployed.get(node.id)), settings(node));
      });
    }
  });
}

/** A node without its tab and place, which the import may give it, and the number of its ports, which Node-RED adds. */
const settings = (node?: FlowNode): Record<string, unknown> => ({
  ...node,
  z: undefined,
  x: undefined,
  y: undefined,
  outputs: node?.outputs ?? 1,
});
