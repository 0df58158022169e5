import { read, sentence, type Answer } from './ask';
import { combobox, type Choice } from './combobox';
import { textOf, type Form } from './form';

type Row = Record<string, string | undefined>;
type Listing = Answer<{ items: Row[] }>;

/** How the rows of a list become what a field may hold. */
const CHOICES: Readonly<Record<string, (row: Row) => Choice>> = {
  applications: ({ application_sid, name }) => ({ value: application_sid ?? '', name }),
  carriers: ({ name }) => ({ value: name ?? '' }),
  numbers: ({ number }) => ({ value: number ?? '' }),
};

const KEEP_MS = 30_000;
const kept = new Map<string, { until: number; listing: Promise<unknown> }>();

/** A list of the account that a server stands for; asked once for all fields of a dialog. */
export function listOf<T = Listing>(server: string, list: string, query: Record<string, string> = {}): Promise<T> {
  const key = JSON.stringify([server, list, query]);
  let entry = kept.get(key);
  if (!entry || entry.until < Date.now()) {
    entry = { until: Date.now() + KEEP_MS, listing: read(`account/${encodeURIComponent(server)}/${list}`, query) };
    kept.set(key, entry);
  }
  return entry.listing as Promise<T>;
}

/** A deploy may have changed the server. */
export function forgetListsAfterDeploy(): void {
  RED.events.on('deploy', () => kept.clear());
}

/**
 * The server that a dialog asks: the one in its own field, else that of the `webhook in` nodes,
 * those of the same tab first, else the first there is.
 */
export function serverFor(form: Form, property?: string): string {
  if (property) {
    const chosen = form.value(property);
    return typeof chosen === 'string' && chosen !== '_ADD_' ? chosen : '';
  }
  const near: string[] = [];
  const far: string[] = [];
  RED.nodes.eachNode((node) => {
    const server = textOf(node.server);
    if (node.type === 'webhook in' && server !== '') (node.z === form.node.z ? near : far).push(server);
    return true;
  });
  const configs: string[] = [];
  RED.nodes.eachConfig((node) => {
    if (node.type === 'jambonz_auth') configs.push(node.id);
    return true;
  });
  return [...near, ...far].find((id) => configs.includes(id)) ?? configs[0] ?? '';
}

/** What the account has for a list; `property` holds the server, if the dialog has a field for it. */
async function choicesFor(form: Form, list: string, property?: string): Promise<{ choices: Choice[]; fault?: string }> {
  const server = serverFor(form, property);
  const toChoice = CHOICES[list];
  if (server === '' || !toChoice) return { choices: [] };
  const listing = await listOf(server, list);
  if (!listing.ok) return { choices: [], fault: sentence(form.node, listing) };
  const choices = listing.items.map(toChoice).filter(({ value }) => value !== '');
  return { choices: choices.sort((a, b) => (a.name ?? a.value).localeCompare(b.name ?? b.value)) };
}

/** Completions for a TypedInput's text, by name and by what is saved. */
export function accountCompletions(form: Form, list: string, property?: string) {
  return (typed: string, done: (completions: EditorCompletion[]) => void): void => {
    void choicesFor(form, list, property).then(({ choices }) => {
      const wanted = typed.trim().toLowerCase();
      const fitting = choices.filter(({ value, name = '' }) => `${value}\n${name}`.toLowerCase().includes(wanted));
      done(fitting.map(({ value, name }) => ({ value, label: name ? `${name} (${value})` : value })));
    });
  };
}

/**
 * Fields that take something of the account: `<input data-account="applications">`, `carriers` or
 * `numbers`; `data-server` names the property that holds the server. A plain field gets a list to
 * choose from, one with kinds completes what is typed as text. Anything may be typed, and what is
 * saved stays, whether the list can be had or not; why not is said below the field.
 */
export function prepareAccount(form: Form): void {
  for (const { input, property } of form.marked('data-account')) {
    const list = input.attr('data-account') ?? '';
    const server = input.attr('data-server');
    let choices: Choice[] = [];
    const isTyped = input.is('[data-kinds]');
    const redraw = isTyped
      ? undefined
      : combobox(input[0] as HTMLInputElement, () => choices, form.node._('common.speech.list'));
    const note = $('<p class="jambonz-hint" role="status">').appendTo(input.closest('.form-row'));
    let fault = '';

    const show = (): void => {
      const isText = !isTyped || form.kind(property) === 'str';
      const name = isTyped ? choices.find(({ value }) => value === form.value(property))?.name : '';
      note.text(isText ? fault || (name ?? '') : '').toggleClass('jambonz-hidden', note.text() === '');
      redraw?.();
    };
    const load = async (): Promise<void> => {
      const found = await choicesFor(form, list, server);
      if (!form.isOpen) return;
      choices = found.choices;
      fault = found.fault ? form.node._('common.account.no-list', { why: found.fault }) : '';
      show();
    };
    void load();
    show();
    form.element.on('change', show);
    if (server) form.input(server).on('change', () => void load());
  }
}
