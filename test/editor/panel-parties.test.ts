import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Editor } from '../support/editor';
import type { FlowNode } from '../support/node-red';
import { Panel } from '../support/panel';

const root = resolve(__dirname, '../..');
const example = (name: string): FlowNode[] =>
  JSON.parse(readFileSync(join(root, `examples/${name}.json`), 'utf8')) as FlowNode[];
const AGENT = 'Agent and transfer (jambonz 10)';
const SALES = '+15551230001';
const SECOND = '+15550100001';
const THIRD = '+15550100002';

/** A model that has a tool, in a flow that says what the tool finds out. */
const bot = ((): FlowNode[] => {
  const node = example('Voice bot (speech to speech)').find(({ type }) => type === 'jambonz s2s');
  const place = { z: 'bot', wires: [] };
  return [
    { id: 'bot', type: 'tab', label: 'A bot' },
    { ...place, id: 'bot-in', type: 'webhook in', name: '', url: '/bot', method: 'post', wires: [['bot-talk']] },
    {
      ...node!,
      ...place,
      id: 'bot-talk',
      auth: '{"apiKey": "none"}',
      authType: 'json',
      tools: ['weather'],
      ports: ['next', 'ended', 'error', 'tool', 'tool:weather'],
      outputs: 5,
      wires: [['bot-out'], [], [], [], ['bot-tool']],
    },
    {
      ...place,
      id: 'bot-tool',
      type: 'function',
      func: 'msg.payload = { sky: "blue", city: msg.result.args.city }; return msg;',
      wires: [['bot-out']],
    },
    { ...place, id: 'bot-out', type: 'webhook out' },
  ] as FlowNode[];
})();

for (const version of ['4.1', '5.0']) {
  describe(`Others in the sidebar, in Node-RED ${version}`, function () {
    this.timeout(30_000);
    let editor: Editor;
    let panel: Panel;

    const leave = async (): Promise<void> => {
      await panel.show('phone');
      if (await panel.part('close').isVisible()) await panel.part('close').click();
    };
    const call = async (webhook: string): Promise<void> => {
      await leave();
      await editor.page.locator('#jambonz-phone-webhook').selectOption(webhook);
      await panel.call();
    };
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
      await panel.deploy([
        ...example('Conference'),
        ...example('Call queue'),
        ...example('IVR menu'),
        ...example(AGENT),
        ...bot,
      ]);
    });
    after(() => editor.close());
    afterEach(() => editor.checkPage());

    it('are callers who meet in a conference', async () => {
      await call('jbcnfn1_0');
      await panel.skipTo('The caller is in the conference room-+15559990000');
      // Somebody else comes in by the same flow, without being shown.
      await panel.part('bring-in').click();
      await panel.party(SECOND).waitFor();
      await panel.skipTo(`${SECOND} is in the conference`, SECOND);
      await panel.party('moderator of the conference room-+15559990000').waitFor();
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
      await panel.skipTo(`${THIRD} is in the conference`, THIRD);
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

    it('are callers who wait in a queue, and an agent', async () => {
      await call('jbquen1_0');
      await panel.skipTo('The caller waits in the queue support');
      await panel.part('bring-in').click();
      await panel.skipTo(`${SECOND} waits in the queue support`, SECOND);
      await panel.party(SECOND).filter({ hasText: 'waits in the queue support, position 2' }).waitFor();
      assert.match((await editor.page.locator('.jambonz-state').textContent()) ?? '', /position 1/);

      await panel.part('bring-in-webhook').selectOption('jbquen8_0');
      await panel.part('bring-in').click();
      await panel.party(THIRD).filter({ hasText: 'waits for a caller of the queue support' }).waitFor();
      await panel.skipTo('The caller is put through from the queue support', THIRD);
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

    describe('somebody whom the flow has dialled', () => {
      const dial = async (): Promise<void> => {
        await call('jbivrn1_0');
        await panel.skipTo('For sales, press 1.');
        await editor.page.locator('.jambonz-keypad [data-key="1"]').click();
        await panel.party(SALES).filter({ hasText: 'rings' }).waitFor();
      };
      before(async () => {
        await leave();
        const plans = panel.part('plans');
        await plans.locator('summary').click();
        await plans.locator('select').first().selectOption('by hand');
      });

      it('answers, and talks', async () => {
        await dial();
        await panel.party(SALES).locator('[data-does="answer"]').focus();
        await editor.page.keyboard.press('Enter');
        await panel.party(SALES).filter({ hasText: 'is connected' }).waitFor();
        // The focus stays with the party.
        await panel.until("document.activeElement.closest('.jambonz-parties') !== null");
        await says(SALES, 'Sales, hello?');
        await panel.hears(`${SALES}: Sales, hello?`);
        await says(SALES, '3#');
        await panel.hears(`${SALES}: presses 3#`);
        await does(SALES, 'hangup');
        await panel.party(SALES).waitFor({ state: 'detached' });
        await panel.hears(`${SALES}: hangs up`);
        await panel.ending();
      });

      it('declines', async () => {
        await dial();
        await does(SALES, 'reject');
        await panel.skipTo(`${SALES}: declines (486)`);
        await panel.skipTo('Nobody is free.');
        await panel.part('hangup').click();
        assert.equal(await panel.ending(), 'While say was running, the caller hung up.');
      });
    });

    it('the model of a bot: it talks, and uses a tool', async () => {
      await call('bot-in');
      await panel.part('model-says').fill('How can I help?');
      await panel.part('model-says').press('Enter');
      await panel.hears('How can I help?');
      await panel.part('words').fill('What is the weather like?');
      await panel.part('words').press('Enter');
      await panel.part('model-tool').fill('weather');
      await panel.part('model-arguments').fill('{"city": Rome}');
      await panel.part('model-arguments').press('Enter');
      await editor.page.locator('.jambonz-model [role="status"]', { hasText: 'not JSON' }).waitFor();
      await panel.part('model-arguments').fill('{"city": "Rome"}');
      await panel.part('model-arguments').press('Enter');
      await panel.hears('calls the tool weather');
      await panel.show('timeline');
      const asked = editor.page.locator('.jambonz-row-request', { hasText: 'toolHook' }).last();
      await asked.locator('summary', { hasText: 'Answer' }).click();
      assert.match((await asked.locator('details[open] pre').textContent()) ?? '', /"sky": "blue",\s+"city": "Rome"/);
      await panel.show('phone');
      await panel.part('model-end').click();
      await panel.ending();
    });

    it('the model of an agent, which only jambonz 10 knows', async () => {
      await call('jbagtn2_0');
      await panel.part('model-says').fill('What is your name?');
      await panel.part('model-says').press('Enter');
      await panel.skipTo('What is your name?');
      await panel.part('hangup').click();
      assert.equal(await panel.ending(), 'While agent was running, the caller hung up.');
    });
  });
}
