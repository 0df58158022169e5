import { api, type LegPlan, type Webhook, type Wish } from './api';
import { button, h, shown } from './dom';
import { Plans } from './plans';
import type { Session } from './session';
import { text } from './text';

const SETTING = 'jambonz-phone';
const CALLER = '+15551230000';
const CALLED = '+15559990000';

interface Saved extends Partial<Wish> {
  headerText?: string;
}

/** Which call is to be made; what was entered is kept in the browser. */
export class DialForm {
  readonly element: HTMLElement;
  readonly plans: Plans;
  private readonly webhook = h('select', { id: 'jambonz-phone-webhook' });
  private readonly from: HTMLInputElement;
  private readonly to: HTMLInputElement;
  private readonly name: HTMLInputElement;
  private readonly headers: HTMLTextAreaElement;
  private readonly signed: HTMLInputElement;
  private readonly skips: HTMLInputElement;
  private readonly rest: HTMLInputElement;
  private readonly call: HTMLButtonElement;
  private readonly hint = h('p', { class: 'jambonz-hint', role: 'status' });
  private readonly login = h('p', { class: 'jambonz-faint', 'data-part': 'login' }, text('dial.login'));
  private readonly example: HTMLButtonElement;
  private offered = '';

  constructor(
    private readonly session: Session,
    plansChanged: (plans: Record<string, LegPlan>) => void,
    private readonly called: () => void,
  ) {
    const saved = readSaved();
    this.from = field('from', saved.from ?? CALLER);
    this.to = field('to', saved.to ?? CALLED);
    this.name = field('name', saved.name ?? '');
    this.headers = h('textarea', {
      id: 'jambonz-phone-headers',
      rows: 2,
      spellcheck: 'false',
      placeholder: 'X-Customer: 1234',
    });
    this.headers.value = saved.headerText ?? '';
    this.signed = tick('signed', saved.signed ?? false);
    this.skips = tick('skips', saved.speed === 'skip');
    this.rest = tick('rest', false);
    this.call = button(text('dial.call'), () => undefined, {
      icon: 'phone',
      class: 'jambonz-call',
      'data-part': 'call',
    });
    this.call.type = 'submit';
    this.example = button(text('dial.example'), () => RED.actions.invoke('core:show-examples-import-dialog'), {
      icon: 'folder-open-o',
    });
    this.plans = new Plans(saved.legs ?? {}, () => {
      this.save();
      plansChanged(this.plans.value);
    });
    this.element = h(
      'form',
      {
        class: 'jambonz-dial',
        onsubmit: (event) => {
          event.preventDefault();
          void this.dial();
        },
        onchange: () => this.save(),
      },
      row('webhook', this.webhook),
      row('from', this.from),
      row('to', this.to),
      this.call,
      this.hint,
      this.example,
      h(
        'details',
        { class: 'jambonz-fold', 'data-part': 'more' },
        h('summary', {}, text('dial.more')),
        this.login,
        row('name', this.name),
        row('headers', this.headers),
        ticked(this.skips, 'skips'),
        ticked(this.signed, 'signed'),
        ticked(this.rest, 'rest'),
        h('p', { class: 'jambonz-faint' }, text('dial.rest-hint')),
      ),
    );
    this.rest.addEventListener('change', () => void this.useSimulator());
    this.saved = saved;
  }

  private readonly saved: Saved;

  show(): void {
    const { phone, canWrite } = this.session;
    const webhooks = phone?.webhooks ?? [];
    const offered = JSON.stringify(webhooks);
    if (offered !== this.offered) {
      this.offered = offered;
      this.offer(webhooks);
    }
    const reason = !canWrite
      ? 'no-permission'
      : !phone
        ? 'loading'
        : !phone.enabled
          ? 'off'
          : webhooks.length === 0
            ? 'no-webhook'
            : '';
    for (const element of this.element.querySelectorAll<HTMLInputElement>('input, select, textarea, button')) {
      element.disabled = !canWrite;
    }
    this.call.disabled = reason !== '';
    this.hint.textContent = reason === '' ? '' : text(`dial.${reason}`);
    shown(this.hint, reason !== '');
    shown(this.example, reason === 'no-webhook');
    shown(this.login, phone?.login === true);
    this.rest.checked = phone?.rest === 'simulator';
  }

  /** Makes the call that the form describes. */
  async dial(): Promise<void> {
    if (this.call.disabled) return;
    this.save();
    this.call.disabled = true;
    showTabOf(this.webhook.value);
    await this.session.dial(this.wish);
    this.call.disabled = false;
    if (this.session.isPlayed) this.called();
  }

  /** The call of somebody else beside one that goes on: as the form says, but for what is another there. */
  wishBeside(other: Pick<Wish, 'node' | 'from' | 'to' | 'beside'>): Wish {
    const { signed, speed, legs } = this.wish;
    return { signed, speed, ...(legs && { legs }), ...other };
  }

  private get wish(): Wish {
    const name = this.name.value.trim();
    const headers = headersIn(this.headers.value);
    return {
      node: this.webhook.value,
      from: this.from.value.trim(),
      to: this.to.value.trim(),
      signed: this.signed.checked,
      speed: this.skips.checked ? 'skip' : 'real',
      legs: this.plans.value,
      ...(name !== '' && { name }),
      ...(Object.keys(headers).length > 0 && { headers }),
    };
  }

  private offer(webhooks: readonly Webhook[]): void {
    const chosen = this.webhook.value || this.saved.node;
    this.webhook.replaceChildren(...webhooks.map(optionOf));
    if (webhooks.some(({ node }) => node === chosen)) this.webhook.value = chosen ?? '';
  }

  private save(): void {
    const saved: Saved = { ...this.wish, headerText: this.headers.value };
    RED.settings.setLocal(SETTING, JSON.stringify(saved));
  }

  private async useSimulator(): Promise<void> {
    this.session.settle(await api.rest(this.rest.checked));
    await this.session.loadPhone();
  }
}

/** A webhook as a choice. */
export function optionOf({ node, flow, name, method, url }: Webhook): HTMLOptionElement {
  const address = `${method.toUpperCase()} ${url}`;
  const label = name || address;
  return h('option', { value: node, title: address }, flow ? `${label} – ${flow}` : label);
}

/** One wants to see where the call goes. */
function showTabOf(node: string): void {
  const z = RED.nodes.node(node)?.z;
  if (typeof z === 'string' && z !== RED.workspaces.active()) RED.workspaces.show(z);
}

function readSaved(): Saved {
  try {
    const saved: unknown = JSON.parse(RED.settings.getLocal(SETTING) ?? '{}');
    return typeof saved === 'object' && saved !== null ? saved : {};
  } catch {
    return {};
  }
}

function field(name: string, value: string): HTMLInputElement {
  return h('input', { type: 'text', id: `jambonz-phone-${name}`, value, spellcheck: 'false', autocomplete: 'off' });
}

function tick(name: string, isOn: boolean): HTMLInputElement {
  return h('input', { type: 'checkbox', id: `jambonz-phone-${name}`, checked: isOn });
}

function row(name: string, input: HTMLElement): HTMLElement {
  return h('div', { class: 'jambonz-line' }, h('label', { for: `jambonz-phone-${name}` }, text(`dial.${name}`)), input);
}

function ticked(input: HTMLInputElement, name: string): HTMLElement {
  return h('label', { class: 'jambonz-ticked' }, input, ` ${text(`dial.${name}`)}`);
}

/** One header a line: `Name: value`. */
function headersIn(lines: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const line of lines.split('\n')) {
    const [, name, value] = /^\s*([^:\s]+)\s*:\s*(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) headers[name] = value;
  }
  return headers;
}
