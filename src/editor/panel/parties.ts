import { partyState } from './conversation';
import type { Deed } from './api';
import { List, button, h } from './dom';
import type { Party } from './model';
import { text } from './text';

const BUSY = 486;
const RINGING: ReadonlySet<Party['state']> = new Set(['new', 'ringing', 'early']);

/** The other parties of a call, each with what it can do. */
export class Parties {
  readonly element = h('ul', { class: 'jambonz-parties', 'aria-label': text('party.label') });
  private readonly list: List<Party>;

  constructor(private readonly act: (deed: Deed) => void) {
    this.list = new List<Party>(
      this.element,
      ({ leg }) => leg,
      (party) => this.draw(party),
    );
  }

  show(parties: readonly Party[]): void {
    // Those who have gone are in the conversation.
    const here = parties.filter(({ isOver, kind }) => !isOver && kind !== 'model');
    this.list.show(here);
    this.element.hidden = here.length === 0;
  }

  private draw(party: Party): HTMLElement {
    const { leg, kind, state, name } = party;
    const title = h('div', {}, h('b', {}, name || text(`party.${kind}`)), ' ', partyState(party));
    const does = (key: string, deed: Deed, icon: string): HTMLElement =>
      button(text(`party.${key}`), () => this.act(deed), { icon });
    const controls = RINGING.has(state)
      ? [does('answer', { did: 'answer', leg }, 'phone'), does('reject', { did: 'reject', leg, status: BUSY }, 'ban')]
      : [this.words(leg), does('hangup', { did: 'hangup', leg }, 'phone-square')];
    return h('li', { 'data-leg': leg }, title, h('div', { class: 'jambonz-buttons' }, ...controls));
  }

  /** A box for what the party presses or says: keys alone are pressed. */
  private words(leg: string): HTMLElement {
    const input = h('input', {
      type: 'text',
      placeholder: text('party.words'),
      'aria-label': text('party.words'),
    });
    return h(
      'form',
      {
        class: 'jambonz-inline',
        onsubmit: (event) => {
          event.preventDefault();
          const words = input.value.trim();
          if (words === '') return;
          input.value = '';
          this.act(/^[\d*#]+$/.test(words) ? { did: 'press', digits: words, leg } : { did: 'say', text: words, leg });
        },
      },
      input,
    );
  }
}
