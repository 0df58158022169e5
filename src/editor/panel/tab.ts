import { sentenceOf } from './problems';
import { CallsList } from './calls-list';
import { Canvas } from './canvas';
import { button, h, say, shown } from './dom';
import { Phone } from './phone';
import { Session } from './session';
import { text } from './text';
import { Timeline } from './timeline';

const ID = 'jambonz-phone';
const ACTION = 'jambonz:show-phone';
const KEY = 'ctrl-g j';
const ICON = 'icons/@callflows/node-red-jambonz/jambonz-phone.svg';
const TICK_MS = 500;
const VIEWS = ['phone', 'timeline', 'calls'] as const;
type ViewName = (typeof VIEWS)[number];

let panel: Panel | undefined;

/** Adds the tab; Node-RED 3.1 needs no reload for it when the palette has just been installed. */
export function addPanel(): void {
  panel ??= new Panel();
}

/** Takes the tab away with the palette. */
export function removePanel(): void {
  panel?.remove();
  panel = undefined;
}

/** The sidebar tab: a phone, the timeline of a call, and the list of calls. */
class Panel {
  private readonly session = new Session(() => this.show());
  private readonly canvas = new Canvas();
  private readonly phone: Phone;
  private readonly timeline: Timeline;
  private readonly calls: CallsList;
  private readonly element: HTMLElement;
  private readonly head: HTMLElement;
  private readonly title = h('span', { class: 'jambonz-call-title' });
  private readonly reveals: HTMLButtonElement;
  private readonly problem = h('p', { class: 'jambonz-problem', role: 'alert' });
  private readonly tabs = new Map<ViewName, HTMLButtonElement>();
  private readonly ticking: ReturnType<typeof setInterval>;
  private isRevealing = false;
  private marked = '';
  private drawn: unknown;
  private readonly selected = (selection: unknown): void => {
    const { nodes = [] } = (selection ?? {}) as { nodes?: { id: string }[] };
    // What was clicked here is in view already.
    this.timeline.select(
      nodes.map(({ id }) => id),
      !this.isRevealing,
    );
  };

  constructor() {
    const { session } = this;
    const reveal = (node: string): void => this.reveal(node);
    const told = (problem: string): void => this.tell(problem);
    this.phone = new Phone(session, reveal, told);
    this.timeline = new Timeline(reveal);
    this.calls = new CallsList(session, (id) => void this.open(id), told);
    this.reveals = button(text('call.reveal'), () => void session.reveal(!session.isRevealed), {
      icon: 'eye',
      'data-part': 'reveal',
    });
    this.head = h(
      'div',
      { class: 'jambonz-head' },
      this.title,
      this.reveals,
      button(text('call.close'), () => session.close(), { icon: 'times', only: true, 'data-part': 'close' }),
    );
    const pane = (name: ViewName, content: HTMLElement): HTMLElement =>
      h(
        'section',
        {
          class: `jambonz-pane jambonz-pane-${name}`,
          role: 'tabpanel',
          id: `${ID}-${name}`,
          'aria-label': text(`tab.${name}`),
        },
        content,
      );
    this.element = h(
      'div',
      { class: 'jambonz-panel', 'data-view': 'phone' },
      session.canRead
        ? h(
            'div',
            { class: 'jambonz-tabs', role: 'tablist', 'aria-label': text('tab.title') },
            ...VIEWS.map((name) => this.tab(name)),
          )
        : h('p', { class: 'jambonz-hint' }, text('tab.no-permission')),
      ...(session.canRead
        ? [
            this.problem,
            this.head,
            h(
              'div',
              { class: 'jambonz-panes' },
              pane('phone', this.phone.element),
              pane('timeline', this.timeline.element),
              pane('calls', this.calls.element),
            ),
          ]
        : []),
    );
    this.problem.hidden = true;
    RED.sidebar.addTab({
      id: ID,
      label: text('tab.label'),
      name: text('tab.title'),
      icon: ICON,
      content: this.element,
      action: ACTION,
      enableOnEdit: true,
    });
    RED.actions.add(ACTION, () => {
      RED.sidebar.show(ID);
      if (session.canRead) this.phone.focus();
    });
    RED.keyboard.add('*', KEY, ACTION);
    RED.events.on('view:selection-changed', this.selected);
    this.ticking = setInterval(() => this.phone.tick(), TICK_MS);
    this.choose('phone');
    this.show();
    session.start();
  }

  remove(): void {
    clearInterval(this.ticking);
    this.session.stop();
    this.phone.remove();
    this.canvas.remove();
    RED.events.off('view:selection-changed', this.selected);
    RED.keyboard.remove(KEY);
    RED.actions.remove(ACTION);
    RED.sidebar.removeTab(ID);
  }

  private tab(name: ViewName): HTMLButtonElement {
    const element = h(
      'button',
      {
        type: 'button',
        role: 'tab',
        'data-view': name,
        'aria-controls': `${ID}-${name}`,
        onclick: () => this.choose(name),
        onkeydown: (event) => {
          const step = { ArrowRight: 1, ArrowLeft: -1 }[(event as KeyboardEvent).key];
          if (step === undefined) return;
          const next = VIEWS[(VIEWS.indexOf(name) + step + VIEWS.length) % VIEWS.length]!;
          this.choose(next);
          this.tabs.get(next)?.focus();
        },
      },
      text(`tab.${name}`),
    );
    this.tabs.set(name, element);
    return element;
  }

  private choose(view: ViewName): void {
    this.element.dataset.view = view;
    for (const [name, element] of this.tabs) {
      element.setAttribute('aria-selected', String(name === view));
      element.tabIndex = name === view ? 0 : -1;
    }
  }

  private async open(id: string): Promise<void> {
    await this.session.open(id);
    this.choose(this.session.call?.source === 'simulator' ? 'phone' : 'timeline');
  }

  private show(): void {
    const { session } = this;
    if (!session.canRead) return;
    const { call, view, canWrite, isRevealed } = session;
    shown(this.head, call !== undefined);
    if (call) say(this.title, `${call.from || '?'} → ${call.to || '?'}`);
    shown(this.reveals, canWrite && call !== undefined && call.source !== 'simulator');
    this.reveals.setAttribute('aria-pressed', String(isRevealed));
    this.phone.show();
    this.calls.show();
    this.tell(session.problem ? sentenceOf(session.problem) : '');
    if (this.drawn === view) return;
    this.drawn = view;
    this.timeline.show(view.rows);
    const paths = session.events.flatMap((event) => (event.type === 'path' ? [event.nodes] : []));
    const marks = JSON.stringify([view.passed, view.latest, view.running, view.end !== undefined]);
    if (marks === this.marked) return;
    this.marked = marks;
    this.canvas.show(call ? view : undefined, call ? paths : []);
  }

  private tell(problem: string): void {
    say(this.problem, problem);
    shown(this.problem, problem !== '');
  }

  private reveal(id: string): void {
    if (!RED.nodes.node(id)) {
      this.tell(text('timeline.gone'));
      return;
    }
    this.isRevealing = true;
    RED.view.reveal(id);
    this.timeline.select([id], false);
    setTimeout(() => {
      this.isRevealing = false;
    }, 0);
  }
}
