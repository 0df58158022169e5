import assert from 'node:assert/strict';
import { Editor } from '../support/editor';
import type { FlowNode } from '../support/node-red';

type Json = Record<string, unknown>;

const flow: FlowNode[] = [
  { id: 'srv', type: 'jambonz_auth', name: 'ten', url: 'http://127.0.0.1', platform: '10' },
  { id: 'tab', type: 'tab', label: 'more' },
  {
    id: 'in',
    type: 'webhook in',
    z: 'tab',
    x: 100,
    y: 40,
    url: '/more',
    method: 'post',
    server: 'srv',
    wires: [['dial']],
  },
  {
    id: 'dial',
    type: 'dial',
    z: 'tab',
    x: 300,
    y: 40,
    targets: [{ type: 'phone', dest: '15551230001', varType: 'str' }],
    headers: [],
    wires: [['out']],
  },
  { id: 'out', type: 'webhook out', z: 'tab', x: 500, y: 40, wires: [] },
  { id: 'lost', type: 'say', z: 'tab', x: 300, y: 120, text: 'hi', loop: 1, vendor: 'default', wires: [[]] },
];

describe('the list of further properties, by hand', function () {
  this.timeout(60_000);
  let editor: Editor;
  before(async function () {
    this.timeout(300_000);
    editor = await Editor.open({ nodeRed: '4.1', flow });
  });
  after(() => editor.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await editor.recover();
    editor.checkPage();
  });

  const add = async (typed: string): Promise<void> => {
    const { page } = editor;
    await page.locator('.red-ui-editableList-addButton', { hasText: 'add property' }).click();
    // The new row takes the focus by itself, a moment later.
    await page.waitForFunction("$('.jambonz-more-property input').last().is(':focus')");
    await page.keyboard.type(typed);
    await page.locator('.jambonz-combobox-list li').first().waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
  };
  const unfold = (): Promise<void> => editor.page.locator('summary', { hasText: 'More properties' }).click();
  const warnings = (): Promise<string[]> => editor.page.locator('.jambonz-more .jambonz-warning').allInnerTexts();

  it('completes a name, offers the fitting kind, and what is chosen reaches jambonz', async () => {
    const { page } = editor;
    await editor.openByHand('dial');
    await unfold();
    await add('srtp');
    assert.equal(await page.locator('.jambonz-more-property input').inputValue(), 'srtpEncryption');
    assert.equal(await page.evaluate("$('.jambonz-more-value > input').typedInput('type')"), 'choice');
    await add('target.proxy');
    await page.locator('.jambonz-more-value .red-ui-typedInput-input').last().fill('sip:proxy.example.com');
    await add('codecs');
    assert.equal(await page.evaluate("$('.jambonz-more-value > input').last().typedInput('type')"), 'list');
    await page.locator('.jambonz-more-value .red-ui-typedInput-input').last().fill('PCMU, OPUS');
    // The server of the webhook in runs 10, which knows them all.
    assert.deepEqual((await warnings()).filter(Boolean), []);
    await page.evaluate("$('.jambonz-more-value > input').first().typedInput('value', 'dtls').trigger('change')");
    await editor.done();
    assert.deepEqual(await editor.problems('dial'), []);
    assert.deepEqual((await editor.saved('dial')).more, [
      { path: ['srtpEncryption'], value: 'dtls', type: 'str' },
      { path: ['target', 'proxy'], value: 'sip:proxy.example.com', type: 'str' },
      { path: ['codecs'], value: 'PCMU, OPUS', type: 'str' },
    ]);
    await editor.deploy();
    const answer = await fetch(`${editor.red.url}/more`, { method: 'POST' });
    const [verb] = (await answer.json()) as Json[];
    assert.deepEqual([verb?.srtpEncryption, verb?.codecs], ['dtls', ['PCMU', 'OPUS']]);
    assert.deepEqual(verb?.target, [{ type: 'phone', number: '15551230001', proxy: 'sip:proxy.example.com' }]);
  });

  it('says that a field above wins', async () => {
    const { page } = editor;
    await editor.openByHand('lost');
    await unfold();
    await page.locator('.red-ui-editableList-addButton', { hasText: 'add property' }).click();
    await page.waitForFunction("$('.jambonz-more-property input').last().is(':focus')");
    await page.keyboard.type('text');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    await page.waitForFunction("$('.jambonz-more .jambonz-warning').text() !== ''");
    assert.match((await warnings())[0]!, /the field “Text” above is set, and wins/);
  });

  it('marks what the version does not know, in the dialog and for the deploy', async () => {
    const { page } = editor;
    await page.locator('.jambonz-more-property input').fill('nope');
    await page.keyboard.press('Tab');
    await page.waitForFunction("/does not know/.test($('.jambonz-more .jambonz-warning').text())");
    await editor.done();
    const [problem = ''] = await editor.problems('lost');
    assert.match(problem, /jambonz 0\.9 does not know the property nope\. No version is chosen/);
  });

  it('follows the version of the server', async () => {
    const { page } = editor;
    assert.deepEqual(await editor.problems('dial'), []);
    await editor.openAny('srv');
    await page.locator('#node-config-input-platform').selectOption('0.9');
    await editor.done('config');
    await page.waitForFunction("RED.nodes.node('dial').valid === false");
    assert.match((await editor.problems('dial'))[0]!, /jambonz 0\.9 does not know the property codecs\.$/);
  });
});
