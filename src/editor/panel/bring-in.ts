import type { DialForm } from './dial-form';
import { optionOf } from './dial-form';
import { button, h, shown } from './dom';
import type { Session } from './session';
import { text } from './text';

/** Numbers that nobody has. */
const MADE_UP = '+1555010';

/** Brings in another caller beside the call that is shown: of the same webhook, unless another is chosen. */
export class BringIn {
  readonly element: HTMLElement;
  private readonly webhook = h('select', { 'aria-label': text('bring-in.webhook'), 'data-part': 'bring-in-webhook' });
  private offered = '';

  constructor(
    private readonly session: Session,
    private readonly form: DialForm,
  ) {
    this.element = h(
      'div',
      { class: 'jambonz-inline', role: 'group', 'aria-label': text('bring-in.label') },
      this.webhook,
      button(text('bring-in.add'), () => this.add(), {
        icon: 'user-plus',
        title: text('bring-in.hint'),
        'data-part': 'bring-in',
      }),
    );
  }

  show(): void {
    const { call, events, phone } = this.session;
    const webhooks = (phone?.webhooks ?? []).filter(({ status }) => !status);
    // Every call begins with the webhook that it came in by.
    const called = events.find((event) => event.type === 'path')?.nodes[0];
    const offered = JSON.stringify([call?.id, called, webhooks]);
    if (offered !== this.offered) {
      this.offered = offered;
      this.webhook.replaceChildren(...webhooks.map(optionOf));
      if (webhooks.some(({ node }) => node === called)) this.webhook.value = called!;
    }
    shown(this.webhook, webhooks.length > 1);
  }

  private add(): void {
    const { call, companions } = this.session;
    if (!call) return;
    const taken = new Set([call, ...companions.map((one) => one.call)].map(({ from }) => from));
    let number = 1;
    while (taken.has(madeUp(number))) number++;
    void this.session.bringIn(
      this.form.wishBeside({ node: this.webhook.value, from: madeUp(number), to: call.to, beside: call.id }),
    );
  }
}

function madeUp(number: number): string {
  return MADE_UP + String(number).padStart(4, '0');
}
