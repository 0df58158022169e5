import assert from 'node:assert/strict';
import { ACCOUNT, APPLICATION, TOKEN, startAccountApi } from '../support/account-api';
import { Editor } from '../support/editor';
import type { FlowNode } from '../support/node-red';
import type { RestServer } from '../support/rest-server';

describe('The account in the editor of Node-RED 4.1', function () {
  this.timeout(60_000);
  let api: RestServer;
  let editor: Editor;

  before(async function () {
    this.timeout(180_000);
    api = await startAccountApi();
    editor = await Editor.open({
      nodeRed: '4.1',
      built: true,
      flow: [
        { id: 'tab', type: 'tab', label: 'account' },
        {
          id: 'srv',
          type: 'jambonz_auth',
          name: 'Office',
          url: api.url,
          urlType: 'str',
          accountSidType: 'str',
          apiTokenType: 'str',
          publicUrl: '${NODE_RED_URL}',
        },
        { id: 'in', type: 'webhook in', z: 'tab', url: '/answer', method: 'post', server: 'srv', wires: [['out']] },
        { id: 'say', type: 'say', z: 'tab', vendor: 'default', lang: 'default', voice: 'default', wires: [[]] },
        { id: 'auth', type: 'user auth', z: 'tab', application: '', applicationType: 'str', wires: [[]] },
        { id: 'out', type: 'webhook out', z: 'tab', wires: [] },
      ] as FlowNode[],
      credentials: { srv: { accountSid: ACCOUNT, apiToken: TOKEN } },
    });
  });
  after(async () => {
    await editor.close();
    await api.stop();
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await editor.recover();
    editor.checkPage();
  });

  it('tests a server with its saved key, and does not send that key to another address', async () => {
    const { page } = editor;
    await editor.openAny('srv');
    const result = page.locator('.jambonz-form .jambonz-result');
    await page.getByRole('button', { name: 'Test' }).click();
    await page.locator('.jambonz-good').waitFor();
    assert.match(await result.innerText(), /works.*default account/);
    await editor.screenshot('jambonz_auth-tested');

    const address = page.locator('.red-ui-typedInput-input').first();
    await address.fill('http://127.0.0.1:1');
    await address.press('Tab');
    assert.equal(await result.innerText(), '');
    await page.getByRole('button', { name: 'Test' }).click();
    await page.locator('.jambonz-bad').waitFor();
    assert.match(await result.innerText(), /belongs to another address/);
    await editor.screenshot('jambonz_auth-refused');
    await editor.recover();
  });

  it('completes an application by its name, and shows the name of the one that is chosen', async () => {
    const { page } = editor;
    await editor.openAny('auth');
    const row = page.locator('.form-row', { has: page.locator('#node-input-application') });
    await row.locator('.red-ui-typedInput-input').pressSequentially('app');
    await page.locator('.red-ui-autoComplete-container li').click();
    await row.getByText('app one', { exact: true }).waitFor();
    await editor.screenshot('user-auth-application');
    await editor.done();
    assert.equal((await editor.saved('auth')).application, APPLICATION);
  });

  it("offers the account's own vendors first, with their languages and voices", async () => {
    const { page } = editor;
    await editor.openAny('say');
    const vendor = page.locator('#node-input-vendor');
    const open = page.locator('.jambonz-combobox:has(#node-input-vendor) > .jambonz-combobox-open');
    await open.click();
    const group = page.locator('.jambonz-combobox-group').first();
    await group.waitFor();
    assert.equal(await group.innerText(), 'In your jambonz account');
    await editor.screenshot('say-vendors');
    const own = page.locator('.jambonz-combobox-group + li');
    assert.equal(await own.first().innerText(), 'custom:parrot');
    await own.first().click();
    assert.equal(await vendor.inputValue(), 'custom:parrot');

    await page.locator('.jambonz-combobox:has(#node-input-lang) > .jambonz-combobox-open').click();
    await page.locator('[role="option"]', { hasText: 'Parrotese' }).click();
    await page.waitForFunction("$('#node-input-voice').val() === 'polly'");
    await editor.done();
    const { vendor: saved, lang, voice } = await editor.saved('say');
    assert.deepEqual([saved, lang, voice], ['custom:parrot', 'xx-XX', 'polly']);
  });

  it("offers the account's labels for a label among the further properties", async () => {
    const { page } = editor;
    await editor.openAny('say');
    await page.locator('summary', { hasText: 'More properties' }).click();
    await page.locator('.red-ui-editableList:has(#node-input-more-container) .red-ui-editableList-addButton').click();
    const property = page.locator('.jambonz-more-property input').last();
    await property.fill('synthesizer.label');
    await property.press('Tab');
    await page.locator('.jambonz-more-value .red-ui-typedInput-option-trigger').last().click();
    await page.locator('.red-ui-typedInput-options a', { hasText: 'eu' }).last().click();
    await editor.done();
    assert.deepEqual((await editor.saved('say')).more, [{ path: ['synthesizer', 'label'], value: 'eu', type: 'str' }]);
  });

  it('connects an application after showing what will change, and says that the address leads here', async () => {
    const { page } = editor;
    await editor.openAny('in');
    await page.locator('#dialog-form summary', { hasText: 'Connect to jambonz' }).click();
    await page.locator('[data-part="address"]', { hasText: `${editor.red.url}/answer` }).waitFor();
    await page.locator('.jambonz-combobox:has(#webhook-in-connect-application) > .jambonz-combobox-open').click();
    await page.getByRole('option', { name: 'app one' }).click();
    await page.locator('[data-part="connect"]').click();
    await page.locator('[data-part="plan"] del').waitFor();
    assert.equal(await page.locator('[data-part="plan"] del').innerText(), 'POST http://old.example.com/call');
    assert.match(await page.locator('[data-part="plan"] ins').innerText(), /POST http.*\/answer$/);
    await editor.screenshot('webhook-in-plan');

    await page.locator('[data-part="confirm"]').click();
    await page.locator('[data-part="reached"].jambonz-good').waitFor();
    await editor.screenshot('webhook-in-connected');
    const { method, path } = api.seen.filter((seen) => seen.method !== 'GET').at(-1)!;
    assert.deepEqual([method, path], ['PUT', `/v1/Applications/${APPLICATION}`]);
  });

  it('does not connect a path that is not deployed', async () => {
    const { page } = editor;
    // The dialog of the test before is still open.
    await page.locator('#node-input-url').fill('/other');
    await page.locator('#node-input-url').press('End');
    await page.locator('[data-part="hindrance"]', { hasText: 'Deploy' }).waitFor();
    assert.equal(await page.locator('[data-part="connect"]').isDisabled(), true);
    assert.match(await page.locator('[data-part="address"]').innerText(), /\/other$/);
    await editor.recover();
  });
});
