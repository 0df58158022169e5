import { partyState } from './conversation';
import type { CallSummary } from '../../simulator/events';
import type { Deed } from './api';
import { List, button, h } from './dom';
import type { Party } from './model';
import { text } from './text';

const BUSY = 486;
const RINGING: ReadonlySet<Party['state']> = new Set(['new', 'ringing', 'early']);

/** Somebody else: a party of this call, or the caller of another one. */
type Other = { party: Party } | { call: { id: string; from: string; to: string } };

/** The other parties of a call, each with what it can do, and the other calls. */
export class Parties {
  readonly element = h('ul', { class: 'jambonz-parties', 'aria-label': text('party.label') });
  private readonly list: List<Other>;

  constructor(
    private readonly act: (deed: Deed) => void,
    private readonly open: (id: string) => void,
  ) {
    this.list = new List<Other>(
      this.element,
      (other) => ('party' in other ? other.party.leg : other.call.id),
      (other) => ('party' in other ? this.draw(other.party) : this.drawCall(other.call)),
    );
  }

  show(parties: readonly Party[], calls: readonly CallSummary[]): void {
    // Those who have gone are in the conversation.
    const here = parties.filter(({ isOver, kind }) => !isOver && kind !== 'model');
    const elsewhere = calls.filter(({ id }) => !here.some(({ leg }) => leg === id));
    const others: Other[] = [
      ...here.map((party) => ({ party })),
      ...elsewhere.map(({ id, from, to }) => ({ call: { id, from, to } })),
    ];
    this.list.show(others);
    this.element.hidden = others.length === 0;
  }

  private drawCall({ id, from, to }: { id: string; from: string; to: string }): HTMLElement {
    const go = button(text('party.go'), () => this.open(id), { icon: 'exchange' });
    return h('li', {}, h('div', {}, text('party.other-call'), ' ', h('b', {}, `${from} → ${to}`)), go);
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
