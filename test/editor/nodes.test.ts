import assert from 'node:assert/strict';
import { Editor, type Shown } from '../support/editor';
import { types } from '../support/flows';
import { catalogOf } from '../../src/specification/catalog';
import { verbsOfNodes } from '../support/verbs';

/** Types whose verbs came with jambonz 10. */
const newer = new Set(
  verbsOfNodes()
    .filter(({ verbs }) => Object.values(catalogOf(verbs).verbs).every(({ v }) => v === '10'))
    .map(({ type }) => type),
);

for (const version of ['4.1', '5.0']) {
  describe(`Every node in the editor of Node-RED ${version}`, function () {
    this.timeout(30_000);
    let editor: Editor;
    const dropped = new Map<string, string>();
    const filled = new Map<string, Shown>();

    before(async function () {
      this.timeout(300_000);
      editor = await Editor.open({ nodeRed: version });
    });
    after(() => editor.close());
    afterEach(async function () {
      if (this.currentTest?.state === 'failed') await editor.recover();
      editor.checkPage();
    });

    for (const type of types().nodes) {
      it(`${type}: is dragged into the flow, and Done without an edit changes nothing`, async () => {
        const id = await editor.drag(type);
        dropped.set(type, id);
        const before = await editor.saved(id);
        await editor.openByHand(id);
        await editor.screenshot(`${type}-new`);
        await editor.done();
        assert.deepEqual(await editor.saved(id), before);
      });

      it(`${type}: takes a value in every field`, async () => {
        const id = dropped.get(type)!;
        await editor.openByHand(id);
        filled.set(id, await editor.fill(0));
        assert.deepEqual(await editor.wrong(), []);
        await editor.screenshot(type);
        await editor.done();
        // Here nobody has chosen a version, and 0.9 is assumed.
        const problems = await editor.problems(id);
        const isNewer =
          newer.has(type) && problems.some((text) => text.startsWith('jambonz 0.9 does not know the verb'));
        assert.deepEqual(isNewer ? problems.slice(1) : problems, []);
        assert.equal(isNewer, newer.has(type));
      });
    }

    it('deploys them all', async () => {
      const before = [...dropped.values()];
      await editor.deploy();
      const deployed = new Set((await editor.flows()).map(({ id }) => id));
      assert.deepEqual(
        before.filter((id) => !deployed.has(id)),
        [],
      );
      await editor.load();
    });

    for (const type of types().nodes) {
      it(`${type}: shows the same after the page was loaded anew, and saves the same`, async () => {
        const id = dropped.get(type)!;
        const before = await editor.saved(id);
        await editor.openByHand(id);
        const shown = await editor.read();
        const expected = filled.get(id)!;
        assert.deepEqual(Object.fromEntries(Object.keys(expected).map((field) => [field, shown[field]])), expected);
        await editor.done();
        assert.deepEqual(await editor.saved(id), before);
      });
    }

    for (const [turn, words] of [[1, 'other kinds and options']] as const) {
      for (const type of types().nodes) {
        it(`${type}: keeps ${words}`, async () => {
          const id = dropped.get(type)!;
          await editor.openByHand(id);
          const expected = await editor.fill(turn);
          assert.deepEqual(await editor.wrong(), []);
          await editor.done();
          const before = await editor.saved(id);
          await editor.openByHand(id);
          const shown = await editor.read();
          assert.deepEqual(Object.fromEntries(Object.keys(expected).map((field) => [field, shown[field]])), expected);
          await editor.done();
          assert.deepEqual(await editor.saved(id), before);
        });
      }
    }
  });
}
