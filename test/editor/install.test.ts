import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Editor } from '../support/editor';

for (const version of ['4.1', '5.0']) {
  describe(`The packed palette, uploaded to the palette manager of Node-RED ${version}`, function () {
    this.timeout(180_000);
    let editor: Editor;
    let folder: string;

    before(async function () {
      this.timeout(300_000);
      folder = mkdtempSync(join(tmpdir(), 'jambonz-upload-'));
      editor = await Editor.open({ nodeRed: version, bare: true });
    });
    after(async () => {
      rmSync(folder, { recursive: true });
      await editor.close();
    });
    afterEach(() => editor.checkPage());

    it('is installed while the editor is open, and its nodes work without loading the page anew', async () => {
      const { pack } = await import('../../scripts/palette.mjs');
      const tarball = join(folder, pack(folder));
      const { page } = editor;

      await page.evaluate("RED.actions.invoke('core:manage-palette')");
      // The second tab: Install.
      await page.locator('#red-ui-palette-editor .red-ui-tab').nth(1).click();
      await page.locator('.red-ui-palette-editor-upload-button input[type="file"]').setInputFiles(tarball);
      const answered = page.waitForResponse(
        (answer) => answer.request().method() === 'POST' && new URL(answer.url()).pathname.endsWith('/nodes'),
        { timeout: 120_000 },
      );
      await page.locator('.red-ui-palette-editor-upload-buttons .primary').click();
      const answer = await answered;
      assert.equal(answer.status(), 200, await answer.text());
      await page.locator('#user-settings-ok, .red-ui-tray-toolbar button').first().click();
      await page.waitForFunction("document.querySelectorAll('.red-ui-tray').length === 0");
      await page.waitForFunction(
        `RED.nodes.getType('pause') && RED.nodes.getType('webhook in') && RED.nodes.getType('webhook out')`,
      );
      // The phone is there, too, in words and ready to be used.
      await page.waitForFunction("document.querySelector('.jambonz-panel') !== null");
      await page.evaluate("RED.actions.invoke('jambonz:show-phone')");
      await page.locator('.jambonz-dial [role="status"]', { hasText: 'must be deployed' }).waitFor();
      assert.equal(await page.locator('.jambonz-panel [data-part="call"]').textContent(), ' Call');

      const ids: string[] = [];
      for (const type of ['webhook in', 'pause', 'webhook out']) ids.push(await editor.drag(type));
      const [first, second, last] = ids as [string, string, string];
      await editor.openByHand(first);
      await page.locator('#node-input-url').fill('/uploaded');
      await editor.done();
      await editor.openByHand(second);
      await page.locator('#node-input-len + .red-ui-typedInput-container input').first().fill('2');
      await editor.done();
      for (const [source, target] of [
        [first, second],
        [second, last],
      ]) {
        await page.evaluate(
          `RED.nodes.addLink({source: RED.nodes.node('${source}'), sourcePort: 0, target: RED.nodes.node('${target}')}); RED.nodes.dirty(true)`,
        );
      }
      const running = editor.red.nextLine(/Started (modified )?(flows|nodes)/);
      await editor.deploy();
      await running;

      const called = await fetch(`${editor.red.url}/uploaded`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"call_sid":"c1"}',
      });
      assert.deepEqual(await called.json(), [{ verb: 'pause', length: 2 }]);
      await page.waitForFunction("document.querySelector('#jambonz-phone-webhook').options.length === 1");
    });

    it('takes the phone away while the palette is disabled', async () => {
      const { page } = editor;
      const enable = (enabled: boolean): Promise<unknown> =>
        page.evaluate(
          `$.ajax({url: 'nodes/@callflows/node-red-jambonz/jambonz-auth', type: 'PUT', contentType: 'application/json', data: '{"enabled":${enabled}}'})`,
        );
      await enable(false);
      await page.waitForFunction("document.querySelector('.jambonz-panel') === null");
      await enable(true);
      await page.waitForFunction("document.querySelectorAll('.jambonz-panel').length === 1");
    });
  });
}
