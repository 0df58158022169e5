import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Editor } from '../support/editor';
import type { FlowNode } from '../support/node-red';
import { Panel } from '../support/panel';

const root = resolve(__dirname, '../..');
const example = (name: string): FlowNode[] =>
  JSON.parse(readFileSync(join(root, `examples/${name}.json`), 'utf8')) as FlowNode[];
const SECOND = '+15550100001';
const THIRD = '+15550100002';

for (const version of ['4.1', '5.0']) {
  describe(`Several callers in one view, in Node-RED ${version}`, function () {
    this.timeout(30_000);
    let editor: Editor;
    let panel: Panel;

    const choose = (webhook: string): Promise<unknown> =>
      editor.page.locator('#jambonz-phone-webhook').selectOption(webhook);
    const says = async (party: string, words: string): Promise<void> => {
      await panel.party(party).locator('input').fill(words);
      await panel.party(party).locator('input').press('Enter');
    };
    const does = (party: string, what: string): Promise<void> =>
      panel.party(party).locator(`[data-does="${what}"]`).click();

    before(async function () {
      this.timeout(300_000);
      editor = await Editor.open({ nodeRed: version });
      panel = new Panel(editor);
      await editor.page.evaluate("RED.actions.invoke('jambonz:show-phone')");
      await panel.deploy([...example('Conference'), ...example('Call queue')]);
    });
    after(() => editor.close());
    afterEach(() => editor.checkPage());

    it('meet in a conference', async () => {
      await choose('jbcnfn1_0');
      await panel.call();
      await panel.skipTo('The caller is in the conference room-+15559990000');
      // Somebody else comes in by the same flow, without being shown.
      await panel.part('bring-in').click();
      await panel.party(SECOND).waitFor();
      await panel.skipTo(`${SECOND} is in the conference`);
      await panel.party('is in the conference room-+15559990000, as a moderator').waitFor();
      assert.equal(await editor.page.locator('.jambonz-call-title').textContent(), '+15551230000 → +15559990000');

      await says(SECOND, 'Good morning');
      await panel.hears(`${SECOND}: Good morning`);
      await says(SECOND, '12');
      await panel.hears(`${SECOND}: presses 12`);
      await panel.part('words').fill('Hello');
      await panel.part('words').press('Enter');
      await panel.hears('Hello');

      // What is written for somebody is still there, and has the focus, when something happens meanwhile.
      await panel.party(SECOND).locator('input').fill('half a sent');
      await panel.part('bring-in').click();
      await panel.party(THIRD).waitFor();
      await panel.skipTo(`${THIRD} is in the conference`);
      assert.equal(await panel.party(SECOND).locator('input').inputValue(), 'half a sent');

      await does(SECOND, 'hangup');
      await panel.hears(`${SECOND}: hangs up`);
      await panel.party(SECOND).waitFor({ state: 'detached' });
      await panel.part('hangup').click();
      assert.equal(await panel.ending(), 'While conference was running, the caller hung up.');
      // Who is left can be played on.
      await does(THIRD, 'hangup');
      await panel.party(THIRD).waitFor({ state: 'detached' });
      const told = await panel.bubbles();
      const order = ['Good morning', 'presses 12', 'Hello', `${THIRD} is in`, `${SECOND}: hangs up`].map((text) =>
        told.findIndex((bubble) => bubble.includes(text)),
      );
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a - b),
        told.join(' / '),
      );
    });

    it('wait in a queue, and are taken out of it by an agent', async () => {
      await panel.part('close').click();
      await choose('jbquen1_0');
      await panel.call();
      await panel.skipTo('The caller waits in the queue support');
      await panel.part('bring-in').click();
      await panel.party(SECOND).filter({ hasText: 'waits in the queue support, position 2' }).waitFor();
      assert.match((await editor.page.locator('.jambonz-state').textContent()) ?? '', /position 1/);

      await panel.part('bring-in-webhook').selectOption('jbquen8_0');
      await panel.part('bring-in').click();
      await panel.party(THIRD).filter({ hasText: 'waits for a caller of the queue support' }).waitFor();
      await panel.skipTo('The caller is put through from the queue support');
      await panel.party(THIRD).filter({ hasText: 'talks with a caller of the queue support' }).waitFor();
      await panel.party(SECOND).filter({ hasText: 'waits in the queue support, position 1' }).waitFor();
      await panel.hears(`to ${THIRD}: beep`);
      await says(THIRD, 'What can I do for you?');
      await panel.hears(`${THIRD}: What can I do for you?`);

      // From the agent's side it is the same conversation.
      await panel.party(THIRD).locator('button', { hasText: 'Show this call' }).click();
      await panel.party('+15551230000').filter({ hasText: 'is put through from the queue support' }).waitFor();
      await panel.hears('What can I do for you?');
      await says('+15551230000', 'Nothing');
      await panel.hears('+15551230000: Nothing');
      await panel.part('hangup').click();
      assert.match(await panel.ending(), /the caller hung up/);
      await does(SECOND, 'hangup');
      await panel.party(SECOND).waitFor({ state: 'detached' });
    });
  });
}
