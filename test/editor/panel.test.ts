import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Editor } from '../support/editor';
import type { FlowNode } from '../support/node-red';

const root = resolve(__dirname, '../..');
const flow = JSON.parse(readFileSync(join(root, 'examples/IVR menu.json'), 'utf8')) as FlowNode[];
const MENU = 'For sales, press 1. For opening hours, press 2.';
const SORRY = 'Nobody is free. Please call again later.';

/** The conversation as one sees it. */
const bubbleTexts = `[...document.querySelectorAll('.jambonz-conversation > *')].map((bubble) => {
  const copy = bubble.cloneNode(true);
  for (const hidden of copy.querySelectorAll('.jambonz-sr')) hidden.remove();
  // How far a text gets is a matter of how fast this machine is.
  return copy.textContent.trim().replace(' – interrupted', '');
})`;

for (const version of ['4.1', '5.0']) {
  describe(`The phone in the sidebar, in Node-RED ${version}`, function () {
    this.timeout(30_000);
    let editor: Editor;

    const part = (name: string): ReturnType<Editor['page']['locator']> =>
      editor.page.locator(`.jambonz-panel [data-part="${name}"]`);
    const show = (view: string): Promise<void> => editor.page.locator(`.jambonz-tabs [data-view="${view}"]`).click();
    const until = (condition: string): Promise<unknown> => editor.page.waitForFunction(condition);
    /** What is seen on the canvas, by class. */
    const marked = (mark: string): Promise<string[]> =>
      editor.page.evaluate(
        `[...document.querySelectorAll('#red-ui-workspace-chart .jambonz-${mark}')].map(({id}) => id).sort()`,
      );
    const bubbles = (): Promise<string[]> => editor.page.evaluate(bubbleTexts);
    /** How much of the conversation the test has followed. */
    let seen = 0;
    /** Whether something is said that was not said before. */
    const isHeard = async (text: string): Promise<boolean> => {
      const place = (await bubbles()).findIndex((bubble, index) => index >= seen && bubble.includes(text));
      if (place >= 0) seen = place + 1;
      return place >= 0;
    };
    /** Skips whatever comes before something that is heard. */
    const skipTo = async (text: string): Promise<void> => {
      for (let turn = 0; turn < 25; turn++) {
        const before = JSON.stringify(await bubbles());
        if (await isHeard(text)) return;
        const isNews = `JSON.stringify(${bubbleTexts}) !== ${JSON.stringify(before)}`;
        const waited = editor.page.waitForFunction(isNews, undefined, { timeout: 400 });
        if (
          await waited.then(
            () => true,
            () => false,
          )
        )
          continue;
        await part('skip').click();
      }
      assert.fail(`“${text}” was not heard: ${(await bubbles()).join(' / ')}`);
    };
    const ending = async (): Promise<string> => {
      await editor.page.locator('.jambonz-ending').waitFor();
      return (await editor.page.locator('.jambonz-ending').textContent()) ?? '';
    };
    const rows = (): Promise<string[]> =>
      editor.page.evaluate(
        `[...document.querySelectorAll('.jambonz-row-words')].map(({title}) => title.replace('\\n', ': '))`,
      );

    before(async function () {
      this.timeout(300_000);
      editor = await Editor.open({ nodeRed: version });
    });
    after(() => editor.close());
    afterEach(() => editor.checkPage());

    it('has nothing to call before a flow is deployed, and says so', async () => {
      await editor.page.evaluate("RED.actions.invoke('jambonz:show-phone')");
      await editor.page.locator('.jambonz-dial [role="status"]', { hasText: 'must be deployed' }).waitFor();
      assert.equal(await part('call').isDisabled(), true);
    });

    it('offers the example as soon as it is deployed', async () => {
      await editor.import(flow);
      const running = editor.red.nextLine(/Started (modified )?(flows|nodes)/);
      await editor.deploy();
      await running;
      await until("document.querySelector('#jambonz-phone-webhook').options.length === 1");
      assert.equal(await editor.page.locator('#jambonz-phone-webhook option').textContent(), 'new call – IVR menu');
      assert.equal(await part('call').isEnabled(), true);
    });

    it('calls it: a wrong key, no key for as long as the menu waits, and what came of it', async () => {
      seen = 0;
      await part('call').click();
      await skipTo('Welcome.');
      await skipTo(MENU);
      await until("document.getElementById('jbivrn1_2').classList.contains('jambonz-running')");
      assert.deepEqual(await marked('running'), ['jbivrn1_2']);
      assert.deepEqual(await marked('passed'), [
        'jbivrn1_0',
        'jbivrn1_1',
        'jbivrn1_2',
        'jbivrn1_3',
        'jbivrn1_4',
        'jbivrn1_5',
      ]);

      // The keyboard is the keypad.
      await editor.page.locator('.jambonz-conversation').focus();
      await editor.page.keyboard.press('7');
      await skipTo('This key has no meaning.');
      await until("document.getElementById('jbivragain').classList.contains('jambonz-latest')");
      assert.equal((await marked('passed')).includes('jbivrback'), true);

      await skipTo(MENU);
      await skipTo('We did not hear anything. Goodbye.');
      while (await part('skip').isVisible()) {
        await part('skip')
          .click({ timeout: 1000 })
          .catch(() => undefined);
      }
      assert.equal(
        await ending(),
        'Gather timed out after 8 s, its actionHook answered with no verbs, and the verb hangup ended the call.',
      );
      assert.deepEqual(await bubbles(), [
        'Welcome.',
        MENU,
        'presses 7',
        'This key has no meaning.',
        'Welcome.',
        MENU,
        'We did not hear anything. Goodbye.',
      ]);
      assert.deepEqual(await marked('running'), []);
    });

    it('calls again: a key, a busy agent, and the caller hangs up', async () => {
      seen = 0;
      await part('again').click();
      await skipTo('Welcome.');
      await part('plans').locator('summary').click();
      await part('plans').locator('select').first().selectOption('busy');
      await skipTo(MENU);
      await editor.page.locator('.jambonz-keypad [data-key="1"]').click();
      await skipTo(SORRY);
      await until("document.getElementById('jbivrsorry').classList.contains('jambonz-running')");
      await part('hangup').click();
      assert.equal(await ending(), 'While say was running, the caller hung up.');
      const said = await bubbles();
      assert.deepEqual(said.slice(-4), ['presses 1', '+15551230001was not reached (486 Busy Here)', SORRY, 'hangs up']);
      for (const id of ['jbivrn1_2', 'jbivrn3_1', 'jbivrsales', 'jbivrsorry', 'jbivrsorryout']) {
        assert.equal((await marked('passed')).includes(id), true, `${id} is not marked`);
      }
      assert.deepEqual(await marked('running'), []);
    });

    it('saves it as a test, and for others to look at without what was pressed', async () => {
      for (const [name, format] of [
        ['save-test', 'jambonz-call'],
        ['export', 'jambonz-calls'],
      ] as const) {
        const [file] = await Promise.all([editor.page.waitForEvent('download'), part(name).click()]);
        const content = JSON.parse(readFileSync(await file.path(), 'utf8')) as { format: string; version: number };
        assert.deepEqual([content.format, content.version], [format, 1]);
        const digits = JSON.stringify(content).includes('"text":"1"');
        if (name === 'export') assert.equal(digits, false, 'digits in an export');
      }
    });

    it('tells it in the timeline, from which a click leads to the node, and back', async () => {
      await show('timeline');
      const told = await rows();
      assert.equal(told.includes('New call: POST /ivr'), true, told.join('\n'));
      for (const row of [
        'say: Welcome.',
        `gather: ${MENU}`,
        'Waits for keys: at most 8 s',
        'Caller: presses 1',
        'gather actionHook: to the node’s ports',
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
      await until(
        "document.querySelector('#jbivrsales.red-ui-flow-node-highlighted, #jbivrsales .red-ui-flow-node-highlighted') !== null",
      );
      await dial.locator('details > summary').click();
      assert.match((await dial.locator('pre').textContent()) ?? '', /"answerOnBridge": true/);

      await editor.page.evaluate("RED.view.select({nodes: [RED.nodes.node('jbivrsorry')]})");
      await until(
        "document.querySelector('.jambonz-row-verb.jambonz-selected')?.textContent.includes('Nobody is free')",
      );
    });

    it('lists the calls, and shows one of them again', async () => {
      await show('calls');
      const calls = editor.page.locator('.jambonz-calls [data-call]');
      await until("document.querySelectorAll('.jambonz-calls [data-call]').length === 2");
      await calls.last().click();
      await editor.page.locator('.jambonz-ending', { hasText: 'hangup' }).waitFor();
      await show('calls');
      await editor.page.locator('.jambonz-list input[type="search"]').fill('0000000');
      await editor.page.locator('.jambonz-list p', { hasText: 'No call has this number' }).waitFor();
      await editor.page.locator('.jambonz-list input[type="search"]').fill('');
      await until("document.querySelectorAll('.jambonz-calls [data-call]').length === 2");
    });

    it('leaves the workspace as it was', async () => {
      await part('close').click();
      assert.deepEqual(await marked('passed'), []);
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
      assert.equal(await part('call').isDisabled(), true);
      await show('calls');
      await until("document.querySelectorAll('.jambonz-calls [data-call]').length === 2");
      assert.equal(await part('clear').count(), 0);
      await asUser('flows.read');
      await editor.page.locator('.jambonz-panel', { hasText: 'jambonz.read' }).waitFor();
      assert.equal(await editor.page.locator('.jambonz-panel button').count(), 0);
      await editor.page.evaluate('delete RED.settings.user; jambonz.removePanel(); jambonz.addPanel()');
    });
  });
}
