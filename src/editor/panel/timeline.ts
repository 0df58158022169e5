import type { AnswerEvent } from '../../simulator/events';
import { List, h } from './dom';
import type { Made, Row } from './model';
import { endingOf } from './sentence';
import { stateText } from './conversation';
import { clock, duration, nameOf, text, textIfKnown } from './text';

const ICONS: Record<Row['kind'], string> = {
  request: 'exchange',
  verb: 'cube',
  wait: 'hourglass-half',
  done: 'user',
  leg: 'phone',
  alert: 'exclamation-triangle',
  sip: 'envelope-o',
  media: 'volume-up',
  ask: 'question-circle',
  end: 'stop-circle',
};
const MAX_TITLE = 140;
/** What the next row says anyway. */
const DULL: ReadonlySet<string> = new Set(['replaced', 'hangup']);
/** Below it are the addresses of nodes' result ports. */
const PORTS = '/_jambonz/results/';

/** One row for each request, verb, wait and event of a call. */
export class Timeline {
  readonly element: HTMLElement;
  private readonly rows: HTMLElement;
  private readonly empty: HTMLElement;
  private readonly legend: HTMLElement;
  private readonly list: List<Row>;
  private selected: ReadonlySet<string> = new Set();
  private shown: readonly Row[] = [];

  constructor(private readonly reveal: (node: string) => void) {
    this.rows = h('ol', { class: 'jambonz-rows', 'aria-label': text('timeline.label') });
    this.empty = h('p', { class: 'jambonz-faint' }, text('timeline.empty'));
    this.legend = h('p', { class: 'jambonz-faint' }, text('timeline.legend'));
    this.element = h('div', { class: 'jambonz-timeline', tabindex: -1 }, this.empty, this.rows, this.legend);
    this.list = new List<Row>(
      this.rows,
      ({ key }) => key,
      (row) => this.draw(row),
    );
  }

  show(rows: readonly Row[]): void {
    const { element } = this;
    const isAtEnd = element.scrollHeight - element.scrollTop - element.clientHeight < 60;
    const isFresh = this.shown.length === 0;
    this.shown = rows;
    this.empty.hidden = rows.length > 0;
    this.legend.hidden = !rows.some(({ nodes }) => nodes.length > 0);
    this.list.show(rows);
    this.mark();
    if (isAtEnd && !isFresh) element.scrollTop = element.scrollHeight;
  }

  /** Marks the rows of nodes that are selected on the canvas, and scrolls to the first. */
  select(nodes: readonly string[], scrolls: boolean): void {
    this.selected = new Set(nodes);
    this.mark();
    if (!scrolls) return;
    const first = this.rows.querySelector('.jambonz-selected');
    if (first) this.element.scrollTop = (first as HTMLElement).offsetTop - 40;
  }

  private mark(): void {
    for (const [index, { nodes }] of this.shown.entries()) {
      const isSelected = nodes.some((node) => this.selected.has(node));
      this.rows.children[index]?.classList.toggle('jambonz-selected', isSelected);
    }
  }

  private draw(row: Row): HTMLElement {
    const [node] = row.kind === 'verb' || row.kind === 'wait' ? row.nodes : [];
    const title = titleOf(row);
    const time = row.isOpen ? text('timeline.running') : row.took === undefined ? '' : duration(row.took);
    const words = h('span', { class: 'jambonz-row-words', title }, ...title.split('\n').map(part));
    const icon = h('i', { class: `fa fa-${ICONS[row.kind]}`, 'aria-hidden': 'true' });
    return h(
      'li',
      {
        class: `jambonz-row jambonz-row-${row.kind}${row.isOpen ? ' jambonz-open' : ''}${isBad(row) ? ' jambonz-wrong' : ''}`,
        'data-kind': row.kind,
        style: row.depth > 0 ? `--jambonz-depth: ${Math.min(row.depth, 4)}` : undefined,
      },
      h('time', {}, clock(row.at)),
      h(
        'div',
        { class: 'jambonz-row-main' },
        node === undefined
          ? h('div', { class: 'jambonz-row-title' }, icon, words)
          : h(
              'button',
              {
                type: 'button',
                class: 'jambonz-row-title',
                'data-node': node,
                onclick: () => this.reveal(node),
              },
              icon,
              words,
              h('span', { class: 'jambonz-sr' }, ` ${text('timeline.show-node')}`),
            ),
        ...this.details(row),
      ),
      h('span', { class: 'jambonz-row-took' }, time),
    );
  }

  private details(row: Row): (HTMLElement | false)[] {
    if (row.kind === 'verb') return [fold('data', text('timeline.verb'), row.verb.data, true), outcomeOf(row)];
    if (row.kind === 'media') return [fold('facts', text('timeline.facts'), row.media.facts, true)];
    if (row.kind === 'sip') return [fold('headers', text('timeline.headers'), row.sip.headers, true)];
    if (row.kind !== 'request') return [];
    const { request, answer, path, made } = row;
    return [
      answer !== undefined &&
        h(
          'div',
          { class: `jambonz-row-answer${answer.error === undefined ? '' : ' jambonz-fault'}` },
          answerOf(answer),
        ),
      made.length > 0 && h('div', { class: 'jambonz-chips' }, ...made.map((verb) => this.chip(verb))),
      ...(answer?.faults ?? []).map((fault) =>
        h('p', { class: 'jambonz-fault' }, textIfKnown(`panel.fault.${fault.reason}`, fault.facts) ?? fault.reason),
      ),
      ...(path?.errors ?? []).map(({ node, text: words }) =>
        h('p', { class: 'jambonz-fault' }, complaint(nameOf(node) ?? node, words)),
      ),
      h(
        'div',
        { class: 'jambonz-folds' },
        path !== undefined && path.nodes.length > 0 && this.way(path.nodes),
        fold('request', text('timeline.request'), request.body),
        fold('answer', text('timeline.answer'), answer?.body),
      ),
    ];
  }

  /** A verb of an answer; it leads to the node that made it. */
  private chip({ verb, node }: Made): HTMLElement {
    if (node === undefined) return h('span', { class: 'jambonz-chip' }, verb);
    return this.link(node, verb);
  }

  private link(node: string, label: string): HTMLElement {
    return h(
      'button',
      {
        type: 'button',
        class: 'jambonz-chip',
        'data-node': node,
        title: text('timeline.show', { name: nameOf(node) ?? node }),
        onclick: () => this.reveal(node),
      },
      label,
    );
  }

  private way(nodes: readonly string[]): HTMLElement {
    const steps = nodes.map((node) => this.link(node, nameOf(node) ?? text('timeline.gone')));
    return h(
      'details',
      { 'data-fold': 'path' },
      h('summary', {}, text('timeline.path', { count: nodes.length })),
      h('div', { class: 'jambonz-chips jambonz-way' }, ...steps),
    );
  }
}

/** How a verb has ended, where that is worth a word. */
function outcomeOf({ verb, why, isOpen }: Row & { kind: 'verb' }): HTMLElement | false {
  if (why === undefined || verb.state === 'skip' || isOpen || DULL.has(why)) return false;
  return h('div', { class: 'jambonz-row-answer' }, `→ ${textIfKnown(`panel.why.${why}`) ?? why}`);
}

/** Nodes of this palette say themselves who they are. */
function complaint(name: string, words: string): string {
  return words.startsWith(name) ? words : `${name}: ${words}`;
}

/** Something that folds open; `isSmall` beside a title. */
function fold(name: string, title: string, content: unknown, isSmall = false): HTMLElement | false {
  if (content === undefined || content === null || content === '') return false;
  const json = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
  return h(
    'details',
    { 'data-fold': name },
    isSmall ? h('summary', { title, 'aria-label': title }, '{ }') : h('summary', {}, title),
    h('pre', { tabindex: 0 }, json),
  );
}

/** The first line of a title is what it is, the rest what it is about. */
function part(words: string, index: number): HTMLElement {
  return index === 0 ? h('b', {}, words) : h('span', {}, ` ${words}`);
}

function isBad(row: Row): boolean {
  if (row.kind === 'alert') return true;
  if (row.kind === 'verb') return row.verb.state === 'skip';
  if (row.kind !== 'request') return false;
  const { answer, path } = row;
  return (
    answer?.error !== undefined ||
    answer?.effect === 'failed' ||
    (answer?.faults?.length ?? 0) > 0 ||
    (path?.errors?.length ?? 0) > 0
  );
}

function titleOf(row: Row): string {
  switch (row.kind) {
    case 'request':
      return requestTitle(row);
    case 'verb': {
      const { verb, state, data } = row.verb;
      const why = row.why ?? '';
      const about = aboutVerb(data);
      if (state === 'skip') return `${text('timeline.skipped', { verb })}\n${[why, about].filter(Boolean).join(' · ')}`;
      return `${verb}\n${about}`;
    }
    case 'wait': {
      const { wait, at } = row;
      const what = textIfKnown(`panel.waits.${wait.for.replaceAll(' ', '-')}`) ?? wait.for;
      const most = wait.until === undefined ? '' : text('timeline.at-most', { time: duration(wait.until - at) });
      return `${text('timeline.wait', { what })}\n${most}`;
    }
    case 'done': {
      const { did, text: words = '' } = row.done;
      const who = row.leg === undefined ? text('conversation.caller') : text('timeline.other');
      return `${who}\n${textIfKnown(`panel.did.${did}`, { text: words })?.trim() ?? `${did} ${words}`}`;
    }
    case 'leg': {
      const { name, state, why, kind } = row.state;
      const label = name || (textIfKnown(`panel.party.${kind}`) ?? kind);
      return `${label}\n${stateText(why ? `${state}:${why}` : state)}`;
    }
    case 'alert':
      return `${text('timeline.alert', { alert: row.alert.alert })}\n${row.alert.text}`;
    case 'sip':
      return `SIP ${row.sip.direction === 'sent' ? '→' : '←'}\n${row.sip.text}`;
    case 'media':
      return `${text('timeline.media')}\n${row.media.what}`;
    case 'ask':
      return `${text('timeline.ask')}\n${text('timeline.ask-count', { count: row.ask.verbs })}`;
    case 'end':
      return `${text('timeline.end')}\n${endingOf(row.end, row.causes)}`;
  }
}

function requestTitle({ request, cause }: Row & { kind: 'request' }): string {
  const { hook, method, url, property, body } = request;
  const status = (body as { call_status?: unknown } | undefined)?.call_status;
  const detail =
    hook === 'call:status' && typeof status === 'string' ? status : [cause, property].filter(Boolean).join(' ');
  const what = textIfKnown(`panel.hook.${hook.replace(':', '-')}`, { detail }) ?? hook;
  const path = shortUrl(url);
  return `${what.trim()}\n${path.includes(PORTS) ? text('timeline.ports') : `${method} ${path}`}`;
}

/** An address without the host, which is the same in all rows. */
function shortUrl(url: string): string {
  try {
    const { pathname, search } = new URL(url, 'http://127.0.0.1');
    return pathname + search;
  } catch {
    return url;
  }
}

function answerOf({ status, error, effect }: AnswerEvent): string {
  const parts = [status === undefined ? text('timeline.no-answer') : `→ ${status}`];
  if (error !== undefined) parts.push(error);
  // That it is carried out goes without saying.
  if (effect !== undefined && effect !== 'application') parts.push(textIfKnown(`panel.effect.${effect}`) ?? effect);
  return parts.join(' · ');
}

/** What a verb is about, in a few words of its own. */
export function aboutVerb(data: unknown): string {
  if (typeof data !== 'object' || data === null) return '';
  const { verb, ...rest } = data as Record<string, unknown>;
  for (const name of ['text', 'url', 'dtmf', 'name', 'length', 'actionHook', 'status', 'target', 'say', 'data']) {
    const value = rest[name];
    if (value === undefined || value === null || value === '') continue;
    if (name === 'target') return targetsOf(value);
    if (name === 'actionHook' && verb !== 'redirect') continue;
    if (name === 'say') return aboutVerb(value);
    return short(typeof value === 'string' ? value : JSON.stringify(value));
  }
  return '';
}

function targetsOf(value: unknown): string {
  const targets = (Array.isArray(value) ? value : [value]) as Record<string, unknown>[];
  return targets.map(({ number, name, sipUri }) => String(number ?? name ?? sipUri ?? '')).join(', ');
}

function short(words: string): string {
  return words.length > MAX_TITLE ? `${words.slice(0, MAX_TITLE)}…` : words;
}
