import assert from 'node:assert/strict';
import { Editor } from '../support/editor';

const flow = [
  { id: 'tab', type: 'tab', label: 'retry' },
  {
    id: 'redirect',
    type: 'redirect',
    z: 'tab',
    x: 200,
    y: 100,
    hook: 'https://flows.example.com/next#rc=1&rp=4xx',
    hookType: 'str',
    wires: [[]],
  },
];

describe('Trying a hook again', function () {
  this.timeout(60_000);
  let editor: Editor;

  before(async function () {
    this.timeout(120_000);
    editor = await Editor.open({ nodeRed: '4.1', flow, built: true });
  });
  after(() => editor.close());
  afterEach(() => editor.checkPage());

  it('is shown as the address says, and written into it', async () => {
    await editor.openAny('redirect');
    const tries = editor.page.locator('.jambonz-retry select[data-part=tries]');
    const on = editor.page.locator('.jambonz-retry select[data-part=on]');
    assert.deepEqual([await tries.inputValue(), await on.inputValue()], ['1', '4xx']);
    await tries.selectOption('3');
    await on.selectOption('ct,5xx');
    await editor.done();
    assert.equal((await editor.saved('redirect')).hook, 'https://flows.example.com/next#rc=3&rp=ct,5xx');
  });

  it('is not offered for a path, and a fragment that would go out with one is warned of', async () => {
    await editor.openAny('redirect');
    await editor.page.evaluate("$('#node-input-hook').typedInput('value', '/next#rc=1')");
    await editor.page.locator('.jambonz-retry-leak').waitFor();
    assert.equal(await editor.page.locator('.jambonz-retry').count(), 0);
    await editor.recover();
  });
});
