import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Editor } from '../support/editor';
import type { FlowNode } from '../support/node-red';
import { Panel } from '../support/panel';

/** Before the prompt of the menu is over, or after it, which the last skip may have skipped. */
const HUNG_UP = /^While gather (?:was running|waited for digits), the caller hung up\.$/;
const root = resolve(__dirname, '../..');
const flow = JSON.parse(readFileSync(join(root, 'examples/IVR menu.json'), 'utf8')) as FlowNode[];
const MENU = 'For sales, press 1. For opening hours, press 2.';
const AGAIN = 'Please try again.';
const SORRY = 'Nobody is free. Please call again later.';

for (const version of ['4.1', '5.0']) {
  describe(`The phone in the sidebar, in Node-RED ${version}`, function () {
    this.timeout(30_000);
    let editor: Editor;
    let panel: Panel;

    before(async function () {
      this.timeout(300_000);
      editor = await Editor.open({ nodeRed: version });
      panel = new Panel(editor);
    });
    after(() => editor.close());
    afterEach(() => editor.checkPage());

    it('has nothing to call before a flow is deployed, and says so', async () => {
      await editor.page.evaluate("RED.actions.invoke('jambonz:show-phone')");
      await editor.page.locator('.jambonz-dial [role="status"]', { hasText: 'must be deployed' }).waitFor();
      assert.equal(await panel.part('call').isDisabled(), true);
    });

    it('offers the example as soon as it is deployed', async () => {
      await panel.deploy(flow);
      assert.equal(await editor.page.locator('#jambonz-phone-webhook option').textContent(), 'new call – IVR menu');
      assert.equal(await panel.part('call').isEnabled(), true);
    });

    it('calls it: a wrong key, no key for as long as the menu waits, a busy agent, and the caller hangs up', async () => {
      // Another tab is shown: that of the call takes its place, but not the focus.
      await editor.page.evaluate('RED.workspaces.show(RED.nodes.getWorkspaceOrder()[0])');
      assert.equal(await editor.page.evaluate("RED.workspaces.active() === RED.nodes.node('jbivrn1_2').z"), false);
      await panel.call();
      await editor.page.locator('.jambonz-conversation:focus').waitFor();
      await panel.skipTo('Welcome.');
      await panel.skipTo(MENU);
      await panel.until("document.getElementById('jbivrn1_2').classList.contains('jambonz-running')");
      assert.deepEqual(await panel.marked('running'), ['jbivrn1_2']);
      assert.deepEqual(await panel.marked('passed'), ['jbivrmenuout', 'jbivrn1_0', 'jbivrn1_1', 'jbivrn1_2']);

      // The keyboard is the keypad.
      await editor.page.keyboard.press('7');
      await panel.hears('7');
      await panel.skipTo(AGAIN);
      await panel.until("document.getElementById('jbivragain').classList.contains('jambonz-latest')");
      const again = ['jbivrn3_1', 'jbivrcount', 'jbivrtries', 'jbivragain', 'jbivrback', 'jbivrbackout'];
      assert.deepEqual(lacking(again, await panel.marked('passed')), []);
      await panel.skipTo(MENU);

      await panel.skipTo(AGAIN);
      await panel.part('plans').locator('summary').click();
      await panel.part('plans').locator('select').first().selectOption('busy');
      await panel.skipTo(MENU);

      await editor.page.locator('.jambonz-keypad [data-key="1"]').click();
      // The caller hangs up at once, as nothing waits until a slow test does.
      await panel.until(`document.getElementById('jbivrsorry').classList.contains('jambonz-running') &&
        (document.querySelector('.jambonz-panel [data-part="hangup"]').click(), true)`);
      assert.equal(await panel.ending(), 'While say was running, the caller hung up.');
      assert.deepEqual(await panel.bubbles(), [
        'Welcome.',
        MENU,
        'presses 7',
        AGAIN,
        'Welcome.',
        MENU,
        AGAIN,
        'Welcome.',
        MENU,
        'presses 1',
        '+15551230001: was not reached (486 Busy Here)',
        SORRY,
        'hangs up',
      ]);
      const way = [
        ...again,
        'jbivrn1_0',
        'jbivrn1_1',
        'jbivrn1_2',
        'jbivrsales',
        'jbivrsorry',
        'jbivrsorryout',
        'jbivrout',
      ];
      assert.deepEqual(await panel.marked('passed'), [...way, 'jbivrmenuout'].sort());
      assert.deepEqual(await panel.marked('running'), []);
    });

    it('saves it as a test, and for others to look at without what was pressed', async () => {
      for (const [name, format] of [
        ['save-test', 'jambonz-call'],
        ['export', 'jambonz-calls'],
      ] as const) {
        const [file] = await Promise.all([editor.page.waitForEvent('download'), panel.part(name).click()]);
        const content = JSON.parse(readFileSync(await file.path(), 'utf8')) as { format: string; version: number };
        assert.deepEqual([content.format, content.version], [format, 1]);
        const digits = JSON.stringify(content).includes('"text":"1"');
        if (name === 'export') assert.equal(digits, false, 'digits in an export');
      }
    });

    it('tells it in the timeline, from which a click leads to the node, and back', async () => {
      await panel.show('timeline');
      const told = await panel.rows();
      assert.equal(told.includes('New call: POST /ivr'), true, told.join('\n'));
      for (const row of [
        'say: Welcome.',
        `gather: ${MENU}`,
        'Waits for keys: at most 8 s',
        'Caller: presses 1',
        'gather actionHook: to the node’s ports',
        'redirect: /ivr',
        'redirect actionHook: POST /ivr',
        'dial: +15551230001',
        '+15551230001: was not reached (486 Busy Here)',
        'dial actionHook: to the node’s ports',
        `say: ${SORRY}`,
        'End: While say was running, the caller hung up.',
      ]) {
        assert.equal(told.includes(row), true, `${row} is not in:\n${told.join('\n')}`);
      }

      const dial = editor.page.locator('.jambonz-row-verb', { hasText: '+15551230001' });
      await dial.locator('button[data-node="jbivrsales"]').click();
      await panel.until(
        "document.querySelector('#jbivrsales.red-ui-flow-node-highlighted, #jbivrsales .red-ui-flow-node-highlighted') !== null",
      );
      await dial.locator('details > summary').click();
      assert.match((await dial.locator('pre').textContent()) ?? '', /"answerOnBridge": true/);

      await editor.page.evaluate("RED.view.select({nodes: [RED.nodes.node('jbivrsorry')]})");
      await panel.until(
        "document.querySelector('.jambonz-row-verb.jambonz-selected')?.textContent.includes('Nobody is free')",
      );
    });

    it('calls again', async () => {
      await panel.show('phone');
      await panel.call('again');
      await panel.skipTo(MENU);
      await panel.part('hangup').click();
      assert.match(await panel.ending(), HUNG_UP);
    });

    it('lists the calls, and shows one of them again', async () => {
      await panel.show('calls');
      const calls = editor.page.locator('.jambonz-calls [data-call]');
      await panel.until("document.querySelectorAll('.jambonz-calls [data-call]').length === 2");
      await calls.last().click();
      await editor.page.locator('.jambonz-ending', { hasText: 'While say was running' }).waitFor();
      await panel.show('calls');
      await editor.page.locator('.jambonz-list input[type="search"]').fill('0000000');
      await editor.page.locator('.jambonz-list p', { hasText: 'No call has this number' }).waitFor();
      await editor.page.locator('.jambonz-list input[type="search"]').fill('');
      await panel.until("document.querySelectorAll('.jambonz-calls [data-call]').length === 2");
    });

    it('leaves the workspace as it was', async () => {
      await panel.part('close').click();
      assert.deepEqual(await panel.marked('passed'), []);
      assert.equal(await editor.page.locator('.jambonz-badge, .jambonz-passed-wire').count(), 0);
      assert.equal(await editor.page.evaluate('RED.nodes.dirty()'), false);
      assert.deepEqual(await editor.page.evaluate('RED.nodes.filterNodes({}).filter(({changed}) => changed)'), []);
    });

    it('lets nobody call who may only read, and shows nothing to those who may not', async () => {
      const asUser = (permissions: string): Promise<unknown> =>
        editor.page.evaluate(
          `RED.settings.user = {permissions: ['${permissions}']}; jambonz.removePanel(); jambonz.addPanel(); RED.sidebar.show('jambonz-phone')`,
        );
      await asUser('read');
      await editor.page.locator('.jambonz-dial [role="status"]', { hasText: 'jambonz.write' }).waitFor();
      assert.equal(await panel.part('call').isDisabled(), true);
      await panel.show('calls');
      await panel.until("document.querySelectorAll('.jambonz-calls [data-call]').length === 2");
      assert.equal(await panel.part('clear').count(), 0);
      await asUser('flows.read');
      await editor.page.locator('.jambonz-panel', { hasText: 'jambonz.read' }).waitFor();
      assert.equal(await editor.page.locator('.jambonz-panel button').count(), 0);
      await editor.page.evaluate('delete RED.settings.user; jambonz.removePanel(); jambonz.addPanel()');
    });
  });
}

describe('The phone in the sidebar, in Node-RED 3.1', function () {
  this.timeout(30_000);
  let editor: Editor;

  before(async function () {
    this.timeout(300_000);
    editor = await Editor.open({ nodeRed: '3.1' });
  });
  after(() => editor.close());
  afterEach(() => editor.checkPage());

  it('calls a flow', async () => {
    const panel = new Panel(editor);
    await editor.page.evaluate("RED.actions.invoke('jambonz:show-phone')");
    await panel.deploy(flow);
    await panel.call();
    await panel.skipTo(MENU);
    await panel.part('hangup').click();
    assert.match(await panel.ending(), HUNG_UP);
    assert.deepEqual(await panel.marked('passed'), ['jbivrmenuout', 'jbivrn1_0', 'jbivrn1_1', 'jbivrn1_2'].sort());
  });
});

/** Those of some ids that are not among others. */
function lacking(wanted: readonly string[], found: readonly string[]): string[] {
  return wanted.filter((id) => !found.includes(id));
}
