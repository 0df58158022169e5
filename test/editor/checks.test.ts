import assert from 'node:assert/strict';
import { Editor } from '../support/editor';
import type { FlowNode } from '../support/node-red';

const flow: FlowNode[] = [
  { id: 'tab1', type: 'tab', label: 'calls' },
  { id: 'in', type: 'webhook in', z: 'tab1', url: '/new', method: 'post', x: 100, y: 100, wires: [['gather']] },
  {
    id: 'gather',
    type: 'gather',
    z: 'tab1',
    name: 'menu',
    dtmfinput: true,
    actionhook: '/nowhere',
    actionhookType: 'str',
    interdigittimeout: '3',
    x: 300,
    y: 100,
    wires: [['redirect']],
  },
  { id: 'redirect', type: 'redirect', z: 'tab1', hook: '/new', hookType: 'str', x: 500, y: 100, wires: [['pause']] },
  {
    id: 'pause',
    type: 'pause',
    z: 'tab1',
    len: 'two',
    lenType: 'num',
    x: 600,
    y: 100,
    wires: [['out']],
  },
  { id: 'out', type: 'webhook out', z: 'tab1', x: 800, y: 100, wires: [] },
];

const LIST = '.jambonz-findings';

for (const version of ['4.1', '5.0']) {
  describe(`The checks on deploy, in Node-RED ${version}`, function () {
    this.timeout(120_000);
    let editor: Editor;

    const problems = (id: string): Promise<string[]> => editor.problems(id);
    /** The editor looks at the flows a moment after a change. */
    const until = (condition: string): Promise<unknown> => editor.page.waitForFunction(condition);
    const listed = (): Promise<string[]> =>
      editor.page.evaluate(`[...document.querySelectorAll('${LIST} li')].map((item) => item.dataset.check)`);
    /** Changes nothing that matters, so that there is something to deploy. */
    const touch = async (name: string): Promise<void> => {
      await editor.openAny('out');
      await editor.page.locator('#node-input-name').fill(name);
      await editor.done();
    };

    before(async function () {
      this.timeout(300_000);
      editor = await Editor.open({ nodeRed: version, flow });
    });
    after(() => editor.close());
    afterEach(async function () {
      if (this.currentTest?.state === 'failed') await editor.recover();
      editor.checkPage();
    });

    it('marks the nodes as soon as the flows are loaded', async () => {
      await until("RED.nodes.node('redirect').valid === false && RED.nodes.node('gather').valid === false");
      assert.deepEqual(await problems('in'), []);
      assert.match((await problems('redirect')).join(), /“.*pause.*” comes after this redirect/);
      const ofGather = (await problems('gather')).join('\n');
      assert.match(ofGather, /actionhook: No webhook in of these flows has the path \/nowhere/);
      assert.match(ofGather, /interdigittimeout: Has no effect/);
    });

    it('says it in the dialog, at the field or at the top, and opens the group', async () => {
      await editor.openAny('gather');
      assert.match((await editor.page.locator('#node-input-actionhook-problem').textContent()) ?? '', /\/nowhere/);
      assert.equal(await editor.page.locator('#node-input-interdigittimeout-problem').isVisible(), true);
      assert.equal(await editor.page.locator('.jambonz-warning:visible').count(), 0);
      await editor.done();
      await editor.openAny('redirect');
      assert.match((await editor.page.locator('.jambonz-form > .jambonz-note').textContent()) ?? '', /comes after/);
      await editor.done();
    });

    it('lists them once after a deploy, and leads from there to the node', async () => {
      await touch('first');
      await editor.deploy();
      await editor.page.locator(LIST).waitFor();
      assert.deepEqual((await listed()).sort(), ['after-redirect', 'inter-digit', 'lost-hook', 'number']);

      await editor.page.locator(`${LIST} [data-node="gather"] button`).first().click();
      await editor.page.locator('#node-input-actionhook-problem').waitFor();
      await editor.done();

      await editor.page
        .locator('.red-ui-notification', { has: editor.page.locator(LIST) })
        .locator('button', { hasText: 'Close' })
        .click();
      await editor.page.locator(LIST).waitFor({ state: 'detached' });
      await touch('second');
      await editor.deploy();
      await until('!RED.nodes.dirty()');
      assert.equal(await editor.page.locator(LIST).count(), 0);
    });

    it('switches a check off from the list, for good, and on again in the settings', async () => {
      await editor.load();
      await until("RED.nodes.node('redirect').valid === false");
      await touch('third');
      await editor.deploy();
      await editor.page.locator(`${LIST} [data-node="redirect"] button`).last().click();
      await until("RED.nodes.node('redirect').valid === true");
      const saved = editor.page.waitForResponse(
        (answer) => answer.url().endsWith('settings/user') && (answer.request().postData() ?? '').includes('number'),
      );
      await editor.page.locator(`${LIST} [data-node="pause"] button`).last().click();
      await until("RED.nodes.node('pause').valid === true");
      assert.deepEqual((await listed()).sort(), ['inter-digit', 'lost-hook']);
      await saved;

      await editor.load();
      await until("RED.nodes.node('gather').valid === false");
      assert.deepEqual(await problems('redirect'), []);
      assert.deepEqual(await problems('pause'), []);
      await editor.page.evaluate("RED.userSettings.show('jambonz-checks')");
      const box = editor.page.locator('#jambonz-checks-after-redirect');
      await box.waitFor();
      assert.equal(await box.isChecked(), false);
      await box.check();
      await until("RED.nodes.node('redirect').valid === false");
      await editor.page.locator('#node-dialog-ok').click();
      await until("document.querySelectorAll('.red-ui-tray').length === 0");
    });

    it('takes the mark away when the flow is repaired', async () => {
      await editor.openAny('gather');
      await editor.page.evaluate("$('#node-input-actionhook').typedInput('value', '/new')");
      await editor.page.locator('#node-input-mindigits').fill('1');
      await editor.done();
      await until("RED.nodes.node('gather').valid === true");
    });
  });
}
