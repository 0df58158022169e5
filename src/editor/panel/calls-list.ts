import type { CallSummary } from '../../simulator/events';
import { api } from './api';
import { List, button, download, h } from './dom';
import type { Session } from './session';
import { text, textIfKnown } from './text';

const TYPING_MS = 250;
type Listed = CallSummary & { isShown: boolean };

/** The calls that were traced or simulated, the newest first. */
export class CallsList {
  readonly element: HTMLElement;
  private readonly rows = h('ul', { class: 'jambonz-calls', 'aria-label': text('calls.label') });
  private readonly hint = h('p', { class: 'jambonz-faint' });
  private readonly list: List<Listed>;
  private readonly clear: HTMLButtonElement;
  private typing: ReturnType<typeof setTimeout> | undefined;
  private search = '';

  constructor(
    private readonly session: Session,
    private readonly open: (id: string) => void,
    private readonly told: (problem: string) => void,
  ) {
    const { canWrite } = session;
    const search = h('input', {
      type: 'search',
      placeholder: text('calls.search'),
      'aria-label': text('calls.search'),
      oninput: () => {
        clearTimeout(this.typing);
        this.typing = setTimeout(() => {
          this.search = search.value.trim();
          void session.loadCalls(this.search);
        }, TYPING_MS);
      },
    });
    this.clear = button(text('calls.clear'), () => void this.empty(), { icon: 'trash-o', 'data-part': 'clear' });
    this.list = new List<Listed>(
      this.rows,
      ({ id }) => id,
      (call) => this.draw(call),
    );
    this.element = h(
      'div',
      { class: 'jambonz-list' },
      search,
      h('div', { class: 'jambonz-buttons' }, ...(canWrite ? [this.importer(), this.clear] : [])),
      this.hint,
      this.rows,
    );
  }

  show(): void {
    const { calls, call, isTracing } = this.session;
    this.list.show(calls.map((each) => ({ ...each, isShown: each.id === call?.id })));
    const key = calls.length > 0 ? '' : this.search !== '' ? 'none-found' : isTracing ? 'none' : 'none-off';
    this.hint.textContent = key === '' ? (isTracing ? '' : text('calls.off')) : text(`calls.${key}`);
    this.hint.hidden = this.hint.textContent === '';
    this.clear.disabled = calls.length === 0;
  }

  private draw(call: Listed): HTMLElement {
    const { id, source, from, to, started, status, duration, over, isShown } = call;
    const state = textIfKnown(`panel.status.${status}`) ?? status;
    const length = duration === undefined ? '' : ` · ${text('unit.s', { count: Math.round(duration) })}`;
    return h(
      'li',
      { class: isShown ? 'jambonz-shown' : undefined },
      h(
        'button',
        { type: 'button', 'data-call': id, 'aria-current': isShown ? 'true' : undefined, onclick: () => this.open(id) },
        h('b', {}, `${from || '?'} → ${to || '?'}`),
        h('span', { class: 'jambonz-faint' }, `${whenOf(started)} · ${over ? state : `● ${state}`}${length}`),
        h('span', { class: `jambonz-source jambonz-source-${source}` }, text(`calls.source.${source}`)),
      ),
    );
  }

  private importer(): HTMLElement {
    const file = h('input', {
      type: 'file',
      accept: '.json,application/json',
      class: 'jambonz-sr',
      tabindex: -1,
      'aria-label': text('calls.import'),
      onchange: () => void this.import(file),
    });
    return h(
      'span',
      {},
      file,
      button(text('calls.import'), () => file.click(), { icon: 'upload' }),
    );
  }

  private async import(input: HTMLInputElement): Promise<void> {
    const [file] = input.files ?? [];
    input.value = '';
    if (!file) return;
    let content: unknown;
    try {
      content = JSON.parse(await file.text());
    } catch {
      this.told(text('calls.not-json'));
      return;
    }
    const answer = this.session.settle(await api.import(content));
    await this.session.loadCalls();
    const [first] = answer.ok ? answer.calls : [];
    if (first !== undefined) this.open(first);
  }

  private async empty(): Promise<void> {
    const answer = this.session.settle(await api.clear());
    if (answer.ok && !this.session.isLive) this.session.close();
    await this.session.loadCalls();
  }
}

function whenOf(started: number): string {
  const date = new Date(started);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday ? date.toLocaleTimeString() : date.toLocaleString();
}

/** Saves a call as a file. */
export async function exportCall(session: Session): Promise<void> {
  const { call, isRevealed } = session;
  if (!call) return;
  const answer = session.settle(await api.export(call.id, isRevealed));
  if (answer.ok) download(`call-${call.id.slice(0, 8)}.json`, answer.file);
}

/** Saves a call as a test that the terminal tool plays. */
export async function saveTest(session: Session): Promise<void> {
  const { call } = session;
  if (!call) return;
  const answer = session.settle(await api.test(call.id));
  if (answer.ok) download(`test-${call.id.slice(0, 8)}.json`, answer.file);
}
