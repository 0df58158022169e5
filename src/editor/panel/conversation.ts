import type { Named } from './company';
import { List, h } from './dom';
import type { Party } from './model';
import { clock, text, textIfKnown } from './text';

/** What was said and played, pressed and answered, as bubbles; a screen reader reads new ones. */
export class Conversation {
  readonly element: HTMLElement;
  private readonly list: List<Named>;
  /** Whoever has scrolled up reads something, and is left alone. */
  private isAtEnd = true;

  constructor(private readonly reveal: (node: string) => void) {
    this.element = h('div', {
      class: 'jambonz-conversation',
      role: 'log',
      'aria-live': 'polite',
      'aria-label': text('conversation.label'),
      tabindex: 0,
      onscroll: () => {
        const { scrollHeight, scrollTop, clientHeight } = this.element;
        this.isAtEnd = scrollHeight - scrollTop - clientHeight < 40;
      },
    });
    // It gets lower when somebody joins, who is listed below.
    new ResizeObserver(() => this.follow()).observe(this.element);
    this.list = new List<Named>(
      this.element,
      ({ key }) => key,
      (line) => this.bubble(line),
    );
  }

  show(lines: readonly Named[]): void {
    this.list.show(lines);
    this.follow();
  }

  private follow(): void {
    if (this.isAtEnd) this.element.scrollTop = this.element.scrollHeight;
  }

  private bubble(line: Named): HTMLElement {
    const { from, kind, at, node, state, party } = line;
    const who =
      party === '' || kind === 'place' ? '' : text(from === 'flow' ? 'conversation.to' : 'conversation.by', { party });
    const extra = state === 'interrupted' || state === 'failed' ? text(`conversation.${state}`) : '';
    return h(
      'div',
      {
        class: `jambonz-bubble jambonz-from-${from}${state === 'playing' ? ' jambonz-playing' : ''}`,
        title: clock(at),
      },
      who !== '' && h('span', { class: 'jambonz-who' }, who),
      h('span', { class: 'jambonz-sr' }, `${speakerOf(line)} `),
      contentOf(line),
      extra !== '' && h('span', { class: 'jambonz-faint' }, ` ${extra}`),
      node !== undefined &&
        h(
          'button',
          {
            type: 'button',
            class: 'jambonz-goto',
            title: text('timeline.show-node'),
            'aria-label': text('timeline.show-node'),
            onclick: () => this.reveal(node),
          },
          h('i', { class: 'fa fa-crosshairs', 'aria-hidden': 'true' }),
        ),
    );
  }
}

/** Who speaks, for those who do not see on which side a bubble is. */
function speakerOf({ from, leg, party }: Named): string {
  return from === 'party' && leg === undefined && party === '' ? text('conversation.caller') : '';
}

function contentOf({ kind, text: words, from, party }: Named): HTMLElement {
  const icon = (name: string): HTMLElement => h('i', { class: `fa fa-${name}`, 'aria-hidden': 'true' });
  switch (kind) {
    case 'say':
    case 'speech':
      return h('span', { class: 'jambonz-words' }, words);
    case 'play':
      return h('span', { class: 'jambonz-words' }, icon('music'), ' ', text('conversation.play', { url: words }));
    case 'beep':
      return h('span', {}, icon('bell-o'), ' ', text('conversation.beep'));
    case 'dtmf':
      return h(
        'span',
        {},
        text(from === 'flow' ? 'conversation.tones' : 'conversation.keys'),
        ' ',
        ...Array.from(words, (key) => h('kbd', {}, key)),
      );
    case 'place': {
      const [place = '', name = ''] = words.split(/:(.*)/s);
      return h(
        'span',
        {},
        textIfKnown(`panel.place.${place}`, { name, who: party || text('conversation.the-caller') }) ??
          `${place} ${name}`,
      );
    }
    case 'state':
      return h('span', {}, stateText(words));
    default:
      return h('span', {}, textIfKnown(`panel.did.${kind}`, { text: words })?.trim() ?? `${kind} ${words}`);
  }
}

/** The state of a party in words, with the reason after a colon. */
export function stateText(state: string): string {
  const [name, why] = state.split(/:(.*)/s) as [string, string?];
  const words = textIfKnown(`panel.state.${name}`) ?? name;
  return why ? `${words} (${why})` : words;
}

/** The state of a party in words. */
export function partyState({ state, why }: Party): string {
  return stateText(why ? `${state}:${why}` : state);
}
