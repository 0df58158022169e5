import assert from 'node:assert/strict';
import type { Locator } from 'playwright-core';
import type { Editor } from './editor';
import type { FlowNode } from './node-red';

/** The conversation as one sees it. */
const bubbleTexts = `[...document.querySelectorAll('.jambonz-conversation > *')].map((bubble) => {
  const copy = bubble.cloneNode(true);
  for (const hidden of copy.querySelectorAll('.jambonz-sr')) hidden.remove();
  for (const who of copy.querySelectorAll('.jambonz-who')) who.append(': ');
  // How far a text gets is a matter of how fast this machine is.
  return copy.textContent.replace(/\\s+/g, ' ').trim().replace(' – interrupted', '');
})`;

/** The phone in the sidebar of an editor. */
export class Panel {
  /** How much of the conversation the test has followed. */
  private seen = 0;

  constructor(readonly editor: Editor) {}

  part(name: string): Locator {
    return this.editor.page.locator(`.jambonz-panel [data-part="${name}"]`);
  }

  /** The rows of the others in the call, by what stands in them. */
  party(text: string): Locator {
    return this.editor.page.locator('.jambonz-parties > li', { hasText: text });
  }

  show(view: string): Promise<void> {
    return this.editor.page.locator(`.jambonz-tabs [data-view="${view}"]`).click();
  }

  until(condition: string): Promise<unknown> {
    return this.editor.page.waitForFunction(condition);
  }

  /** Imports a flow, deploys it, and waits until it can be called. */
  async deploy(flow: readonly FlowNode[]): Promise<void> {
    const { editor } = this;
    await editor.import(flow);
    const running = editor.red.nextLine(/Started (modified )?(flows|nodes)/);
    await editor.deploy();
    await running;
    const webhooks = flow.filter(({ type }) => type === 'webhook in').map(({ id }) => id);
    await this.until(
      `${JSON.stringify(webhooks)}.every((id) => document.querySelector('#jambonz-phone-webhook').innerHTML.includes(id))`,
    );
  }

  /** Makes a call with one of the buttons that do. */
  async call(button: 'call' | 'again' = 'call'): Promise<void> {
    this.seen = 0;
    await this.part(button).click();
    // What was said in the call before is not taken for this one's.
    await this.editor.page.locator('.jambonz-over').waitFor({ state: 'hidden' });
  }

  /** What is seen on the canvas, by class. */
  marked(mark: string): Promise<string[]> {
    return this.editor.page.evaluate(
      `[...document.querySelectorAll('#red-ui-workspace-chart .jambonz-${mark}')].map(({id}) => id).sort()`,
    );
  }

  bubbles(): Promise<string[]> {
    return this.editor.page.evaluate(bubbleTexts);
  }

  /** Waits until something is in the conversation. */
  async hears(text: string): Promise<void> {
    await this.until(`${bubbleTexts}.some((bubble) => bubble.includes(${JSON.stringify(text)}))`);
  }

  /** Skips whatever comes before something that is heard, in the call that is shown or in that of somebody else. */
  async skipTo(text: string, of?: string): Promise<void> {
    for (let turn = 0; turn < 25; turn++) {
      const before = JSON.stringify(await this.bubbles());
      if (await this.isHeard(text)) return;
      const isNews = `JSON.stringify(${bubbleTexts}) !== ${JSON.stringify(before)}`;
      const waited = this.editor.page.waitForFunction(isNews, undefined, { timeout: 400 });
      if (
        await waited.then(
          () => true,
          () => false,
        )
      )
        continue;
      await (of === undefined ? this.part('skip') : this.party(of).locator(`[data-does="skip"]`)).click();
    }
    assert.fail(`“${text}” was not heard: ${(await this.bubbles()).join(' / ')}`);
  }

  /** The sentence that says what ended the call. */
  async ending(): Promise<string> {
    const sentence = this.editor.page.locator('.jambonz-ending');
    await sentence.waitFor();
    return (await sentence.textContent()) ?? '';
  }

  /** The rows of the timeline. */
  rows(): Promise<string[]> {
    return this.editor.page.evaluate(
      `[...document.querySelectorAll('.jambonz-row-words')].map(({title}) => title.replace('\\n', ': '))`,
    );
  }

  /** Whether something is said that was not said before. */
  private async isHeard(text: string): Promise<boolean> {
    const place = (await this.bubbles()).findIndex((bubble, index) => index >= this.seen && bubble.includes(text));
    if (place >= 0) this.seen = place + 1;
    return place >= 0;
  }
}
