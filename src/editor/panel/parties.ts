import { partyState, stateText } from './conversation';
import type { CallSummary } from '../../simulator/events';
import type { Deed } from './api';
import { placeNow, positionOf, type Known } from './company';
import { List, button, h, say, shown } from './dom';
import { RINGING } from './model';
import type { Place } from './places';
import { text, textIfKnown } from './text';

const BUSY = 486;

/** Somebody else who can be played, or the caller of a call that is only told of. */
interface Other {
  key: string;
  name: string;
  state: string;
  /** Which call it belongs to; absent for the one that is shown. */
  call?: string;
  /** Absent for the caller. */
  leg?: string;
  /** It is the caller of a call that can be shown. */
  opens?: string;
  is: 'talking' | 'ringing' | 'elsewhere';
  /** The simulator asks whether the call is to go on. */
  asks: boolean;
}

/** What the list of others is made of. */
export interface Present {
  /** The call that is shown; undefined for none that is played. */
  shown: Known | undefined;
  /** Calls that are played beside it. */
  company: readonly Known[];
  /** Calls that go on, and are not played from here. */
  elsewhere: readonly CallSummary[];
}

/** The others: parties of the call, and the callers of other calls, each with what it can do. */
export class Parties {
  readonly element = h('ul', { class: 'jambonz-parties', 'aria-label': text('party.label') });
  private readonly rows = new Map<string, Row>();
  private readonly list: List<Other>;

  constructor(
    private readonly act: (deed: Deed, call: string | undefined) => void,
    private readonly open: (id: string) => void,
    /** The focus was on somebody who has gone. */
    private readonly left: () => void,
  ) {
    this.list = new List<Other>(
      this.element,
      ({ key }) => key,
      (other) => this.rowOf(other).element,
      // What is written and where the focus is must outlast every change of state.
      ({ name, is }) => `${is} ${name}`,
    );
  }

  show(present: Present): void {
    const others = othersIn(present);
    const isFocused = this.element.contains(document.activeElement);
    this.list.show(others);
    const keys = new Set(others.map(({ key }) => key));
    for (const key of this.rows.keys()) if (!keys.has(key)) this.rows.delete(key);
    for (const other of others) this.rows.get(other.key)?.show(other);
    this.element.hidden = others.length === 0;
    if (isFocused && !this.element.contains(document.activeElement)) this.left();
  }

  private rowOf(other: Other): Row {
    const row = new Row(other, this.act, this.open);
    this.rows.set(other.key, row);
    return row;
  }
}

function othersIn({ shown: call, company, elsewhere }: Present): Other[] {
  const all = [...(call ? [call] : []), ...company];
  const callers = new Set(all.map(({ call: { id } }) => id));
  // Those who have gone are in the conversation; whoever waits in a queue is the caller of another call.
  const partiesOf = ({ view }: Known, id?: string): Other[] =>
    view.parties
      .filter(({ isOver, kind, leg }) => !isOver && kind !== 'model' && !callers.has(leg))
      .map((party) => ({
        key: party.leg,
        name: party.name || text(`party.${party.kind}`),
        state: party.place ? placeText(party.place) : partyState(party),
        leg: party.leg,
        is: RINGING.has(party.state) ? 'ringing' : 'talking',
        asks: false,
        ...(id !== undefined && { call: id }),
      }));
  const called: Other[] =
    call?.view.rings === true
      ? [{ key: call.call.id, name: call.call.to, state: stateText('ringing'), ...ringing(call), asks: false }]
      : [];
  return [
    ...called,
    ...(call ? partiesOf(call) : []),
    ...company.flatMap((one): Other[] => {
      const { id } = one.call;
      const asks = one.view.asks !== undefined;
      const known = { key: id, name: nameOf(one.call), state: stateOf(one, all), call: id, opens: id, asks };
      return [{ ...known, ...(one.view.rings ? ringing(one) : { is: 'talking' }) }, ...partiesOf(one, id)];
    }),
    ...elsewhere.map((one): Other => {
      const state = text('party.other-call');
      return { key: one.id, name: nameOf(one), state, opens: one.id, is: 'elsewhere', asks: false };
    }),
  ];
}

/** Whoever the flow has called is played as one who was dialled, until he answers. */
function ringing({ call }: Known): Pick<Other, 'is' | 'leg'> {
  return { is: 'ringing', leg: call.id };
}

function nameOf({ from, to }: CallSummary): string {
  return text('party.call', { from: from || '?', to: to || '?' });
}

/** Where the caller of a call is, or what is waited for there. */
export function stateOf(one: Known, all: readonly Known[]): string {
  const { call, view } = one;
  const place = placeNow(view);
  if (place) return placeText(place, positionOf(one, all));
  const [wait] = view.waits;
  const what = wait && (textIfKnown(`panel.waits.${wait.for.replaceAll(' ', '-')}`) ?? wait.for);
  return what === undefined
    ? (textIfKnown(`panel.status.${call.status}`) ?? call.status)
    : text('phone.waiting', { what });
}

function placeText({ kind, name, role }: Place, position?: number): string {
  const words = text(`role.${role}`, { name });
  return kind === 'queue' && position !== undefined ? `${words}, ${text('role.position', { position })}` : words;
}

/** One of the others; it stays the same as long as its controls do. */
class Row {
  readonly element: HTMLElement;
  private readonly state = h('span', {});
  private readonly goOn: HTMLButtonElement;

  constructor(
    private readonly other: Other,
    private readonly act: (deed: Deed, call: string | undefined) => void,
    open: (id: string) => void,
  ) {
    const { key, name, opens, is } = other;
    this.goOn = this.does('go-on', { did: 'go-on' }, 'play');
    const go =
      opens !== undefined &&
      button(text('party.go'), () => open(opens), { icon: 'exchange', 'aria-label': text('party.go-of', { name }) });
    this.element = h(
      'li',
      { 'data-leg': key, 'data-is': is },
      h('div', {}, h('b', {}, name), ' ', this.state),
      h('div', { class: 'jambonz-buttons' }, ...this.controls(), this.goOn, go),
    );
  }

  show({ state, asks }: Other): void {
    say(this.state, state);
    shown(this.goOn, asks);
  }

  private controls(): HTMLElement[] {
    const { leg, opens, is } = this.other;
    const who = leg === undefined ? {} : { leg };
    if (is === 'talking') {
      return [
        this.words(),
        ...(opens === undefined ? [] : [this.does('skip', { did: 'skip' }, 'step-forward')]),
        this.does('hangup', { did: 'hangup', ...who }, 'phone-square'),
      ];
    }
    if (is === 'elsewhere' || leg === undefined) return [];
    return [
      this.does('answer', { did: 'answer', leg }, 'phone'),
      this.does('reject', { did: 'reject', leg, status: BUSY }, 'ban'),
    ];
  }

  private does(key: string, deed: Deed, icon: string): HTMLButtonElement {
    const { name, call } = this.other;
    const label = text(`party.${key}`);
    return button(label, () => this.act(deed, call), { icon, 'data-does': key, 'aria-label': `${label}: ${name}` });
  }

  /** A box for what the party presses or says: keys alone are pressed. */
  private words(): HTMLElement {
    const { name, call, leg } = this.other;
    const label = text('party.words');
    const input = h('input', {
      type: 'text',
      placeholder: label,
      'aria-label': `${label}: ${name}`,
      autocomplete: 'off',
    });
    const who = leg === undefined ? {} : { leg };
    return h(
      'form',
      {
        class: 'jambonz-inline',
        onsubmit: (event) => {
          event.preventDefault();
          const words = input.value.trim();
          if (words === '') return;
          input.value = '';
          const isKeys = /^[\d*#]+$/.test(words);
          this.act(isKeys ? { did: 'press', digits: words, ...who } : { did: 'say', text: words, ...who }, call);
        },
      },
      input,
    );
  }
}
