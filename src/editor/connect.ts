import { listOf } from './account';
import { read, send, sentence, type Answer } from './ask';
import { combobox, type Choice } from './combobox';
import { textOf, type Form } from './form';
import { show } from './test-account';
import { current } from './valid';

interface State {
  deployed?: { method: string; path: string };
  url?: string;
  problem?: string;
  /** When jambonz last called, in milliseconds. */
  lastCall?: number;
}

interface Target {
  url: string;
  method: string;
}

interface Plan {
  application?: { name: string; isNew: boolean };
  changes: { hook: string; from?: Target; to: Target }[];
  isDone: boolean;
}

const REGISTRATION = 'registration_hook';

/** `<details data-connect>` in the dialog of `webhook in`: makes jambonz call this node. */
export function prepareConnect(form: Form): void {
  const group = form.element.find('[data-connect]');
  if (group.length > 0) new Connect(form, group);
}

class Connect {
  private readonly part = (name: string): JQuery => this.group.find(`[data-part="${name}"]`);
  private applications: Choice[] = [];
  private readonly redraw: () => void;
  private turn = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = '';

  constructor(
    private readonly form: Form,
    private readonly group: JQuery,
  ) {
    const [input] = this.part('application').find('input');
    if (!input) throw new Error('the form has no field for the application');
    this.redraw = combobox(input, () => this.applications, this.text('common.speech.list'));
    this.part('hook').on('change', () => this.reset());
    $(input).on('input change', () => this.reset());
    this.part('connect').on('click', () => void this.plan());
    this.part('probe').on('click', () => void this.probe());
    form.element.on('change keyup', () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.look(), 200);
    });
    group.on('toggle', () => this.look());
    this.reset();
  }

  private text(key: string, facts: Record<string, string> = {}): string {
    return this.form.node._(key, facts);
  }

  private get path(): string {
    return textOf(this.form.value('url')).trim();
  }

  private get server(): string {
    return textOf(current(this.form.node, 'server'));
  }

  private get method(): string {
    return textOf(this.form.value('method')) || 'post';
  }

  private get isOpen(): boolean {
    return this.form.isOpen && this.group.prop('open') === true;
  }

  /** Asks what the fields amount to; only while somebody looks, and once for the same fields. */
  private look(): void {
    const fields = JSON.stringify([this.server, this.path, this.method]);
    if (!this.isOpen || fields === this.asked) return;
    this.asked = fields;
    this.reset();
    void this.describe();
    void this.offer();
  }

  private async describe(): Promise<void> {
    const turn = ++this.turn;
    const { server, path } = this;
    const answer = await read<State>(`webhook/${encodeURIComponent(this.form.node.id)}`, { server, path });
    if (turn !== this.turn || !this.form.isOpen) return;
    if (!answer.ok) {
      this.tell(sentence(this.form.node, answer));
      return;
    }
    const { deployed, url, problem, lastCall } = answer;
    this.part('address').text(url ?? '–');
    const isSame = deployed?.path === path && deployed.method === this.method;
    const hindrance = problem ?? (isSame ? '' : 'node-not-deployed');
    this.tell(hindrance === '' ? '' : sentence(this.form.node, { ok: false, reason: hindrance }));
    this.part('connect')
      .add(this.part('probe'))
      .prop('disabled', hindrance !== '');
    const time = lastCall ? new Date(lastCall).toLocaleString() : '';
    this.part('last-call').text(
      deployed ? this.text(time ? 'webhook-in.connect.last-call' : 'webhook-in.connect.no-call', { time }) : '',
    );
  }

  /** What is in the way of connecting. */
  private tell(hindrance: string): void {
    this.part('hindrance')
      .text(hindrance)
      .toggleClass('jambonz-hidden', hindrance === '');
  }

  private async offer(): Promise<void> {
    const { server } = this;
    const listing = server === '' ? undefined : await listOf(server, 'applications');
    const names = listing?.ok ? listing.items.map(({ name }) => name ?? '').filter(Boolean) : [];
    this.applications = names.sort((a, b) => a.localeCompare(b)).map((value) => ({ value }));
    this.redraw();
  }

  private get wish(): { server: string; hook: string; name: string } {
    const name = textOf(this.part('application').find('input').val()).trim();
    return { server: this.server, hook: textOf(this.part('hook').val()), name };
  }

  /** Takes back what was said about other values. */
  private reset(): void {
    this.part('application').toggleClass('jambonz-hidden', this.wish.hook === REGISTRATION);
    this.part('plan').empty().addClass('jambonz-hidden');
    for (const name of ['result', 'reached']) show(this.part(name), 'busy', '');
  }

  private async act<T>(action: string, body: object, busy: JQuery): Promise<Answer<T>> {
    show(busy, 'busy', this.text('common.account.testing'));
    const buttons = this.group.find('button').not('.jambonz-combobox-open').prop('disabled', true);
    const answer = await send<T>(`webhook/${encodeURIComponent(this.form.node.id)}/${action}`, body);
    buttons.prop('disabled', false);
    show(busy, 'busy', '');
    return answer;
  }

  /** Shows what will change, and asks. */
  private async plan(): Promise<void> {
    this.reset();
    const { wish } = this;
    const answer = await this.act<{ plan: Plan }>('plan', wish, this.part('result'));
    if (!answer.ok) show(this.part('result'), 'bad', sentence(this.form.node, answer));
    else if (answer.plan.isDone) await this.finish('webhook-in.connect.was-done');
    else this.ask(wish, answer.plan);
  }

  private ask(wish: object, plan: Plan): void {
    const { application, changes } = plan;
    const title = !application ? 'account' : application.isNew ? 'create' : 'update';
    const list = $('<dl>');
    for (const { hook, from, to } of changes) {
      const before = from ? `${from.method} ${from.url}` : this.text('webhook-in.connect.nothing');
      list.append(
        $('<dt>').text(this.text(`webhook-in.connect.hook.${hook}`)),
        $('<dd>').append($('<del>').text(before), $('<ins>').text(`${to.method} ${to.url}`)),
      );
    }
    const confirm = this.button('confirm').on('click', () => void this.connect(wish, plan));
    const cancel = this.button('cancel').on('click', () => this.reset());
    this.part('plan')
      .empty()
      .append(
        $('<p>').text(this.text(`webhook-in.connect.${title}`, { name: application?.name ?? '' })),
        list,
        application?.isNew ? $('<p class="jambonz-hint">').text(this.text('webhook-in.connect.status-too')) : [],
        $('<div class="jambonz-buttons">').append(confirm, cancel),
      )
      .removeClass('jambonz-hidden');
    confirm.trigger('focus');
  }

  private button(name: string): JQuery {
    return $('<button type="button" class="red-ui-button">')
      .attr('data-part', name)
      .text(this.text(`webhook-in.connect.${name}`));
  }

  private async connect(wish: object, { changes }: Plan): Promise<void> {
    this.reset();
    const answer = await this.act<{ plan: Plan }>('connect', { ...wish, seen: changes }, this.part('result'));
    if (answer.ok) {
      await this.finish('webhook-in.connect.done');
      return;
    }
    show(this.part('result'), 'bad', sentence(this.form.node, answer));
    const { plan } = answer as { plan?: Plan };
    if (plan) this.ask(wish, plan);
  }

  private async finish(key: string): Promise<void> {
    show(this.part('result'), 'good', this.text(key));
    await this.probe();
  }

  /** Has the runtime call the public address, and says whether it came back. */
  private async probe(): Promise<void> {
    const reached = this.part('reached');
    const answer = await this.act('probe', { server: this.server }, reached);
    const text = answer.ok ? this.text('webhook-in.connect.reached') : sentence(this.form.node, answer);
    show(reached, answer.ok ? 'good' : 'bad', text);
  }
}
