import type { LegPlan } from './api';
import { button, h } from './dom';
import { text } from './text';

/** What somebody who is dialled may do. */
const KINDS = ['answer', 'busy', 'no answer', 'declined', 'machine', 'unknown', 'by hand'] as const;
type Kind = (typeof KINDS)[number];
const NOT_FOUND = 404;
const SOON_S = 2;

/** All numbers that have no row of their own. */
export const ANY = '*';

interface Row {
  element: HTMLElement;
  number: () => string;
  plan: () => LegPlan;
}

/** What the numbers do that the flow dials. */
export class Plans {
  readonly element: HTMLElement;
  private readonly list: HTMLElement;
  private rows: Row[] = [];

  constructor(
    plans: Readonly<Record<string, LegPlan>>,
    private readonly changed: () => void,
  ) {
    this.list = h('div', { class: 'jambonz-plans' });
    const add = button(text('plans.add'), () => this.add('', 'busy')?.focus(), { icon: 'plus' });
    this.element = h(
      'details',
      { class: 'jambonz-fold', 'data-part': 'plans' },
      h('summary', {}, text('plans.title')),
      h('p', { class: 'jambonz-faint' }, text('plans.hint')),
      this.list,
      add,
    );
    this.add(ANY, plans[ANY] ?? { answer: SOON_S });
    for (const [number, plan] of Object.entries(plans)) if (number !== ANY) this.add(number, plan);
  }

  get value(): Record<string, LegPlan> {
    const entries = this.rows.map(({ number, plan }) => [number().trim(), plan()] as const);
    return Object.fromEntries(entries.filter(([number]) => number !== ''));
  }

  private add(number: string, plan: LegPlan): HTMLInputElement | undefined {
    const isAny = number === ANY;
    const input = h('input', {
      type: 'text',
      placeholder: text('plans.number'),
      'aria-label': text('plans.number'),
      value: number,
    });
    const select = h('select', { 'aria-label': text('plans.does') });
    for (const kind of KINDS) select.append(h('option', { value: kind }, text(`plans.${kind.replace(' ', '-')}`)));
    select.value = kindOf(plan);
    const seconds = h('input', {
      type: 'number',
      min: 0,
      max: 600,
      'aria-label': text('plans.seconds'),
      title: text('plans.seconds'),
      value: typeof plan === 'object' && 'answer' in plan ? plan.answer : SOON_S,
    });
    const element = h(
      'div',
      { class: 'jambonz-plan-row' },
      isAny ? h('span', {}, text('plans.any')) : input,
      select,
      h('span', { class: 'jambonz-seconds' }, seconds, ' s'),
      !isAny && button(text('plans.remove'), () => this.remove(row), { icon: 'times', only: true }),
    );
    const row: Row = {
      element,
      number: () => (isAny ? ANY : input.value),
      plan: () => planOf(select.value as Kind, Number(seconds.value)),
    };
    const show = (): void => {
      seconds.parentElement!.hidden = select.value !== 'answer';
    };
    element.addEventListener('change', () => {
      show();
      this.changed();
    });
    show();
    this.rows.push(row);
    this.list.append(element);
    return isAny ? undefined : input;
  }

  private remove(row: Row): void {
    this.rows = this.rows.filter((other) => other !== row);
    row.element.remove();
    this.changed();
  }
}

function kindOf(plan: LegPlan): Kind {
  if (typeof plan === 'string') return plan;
  return 'answer' in plan ? 'answer' : 'unknown';
}

function planOf(kind: Kind, seconds: number): LegPlan {
  if (kind === 'answer') return { answer: seconds };
  return kind === 'unknown' ? { status: NOT_FOUND } : kind;
}
