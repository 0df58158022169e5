import { textOf, type Form } from './form';

/** jambonz's own way to say in a hook's address how often to try again, and after what. */
export interface Retry {
  /** 0 to 5. */
  tries: number;
  /** Such as `ct` or `ct,5xx`. */
  on: string;
}

const MOST_TRIES = 5;
/** What jambonz takes when the address says nothing. */
const DEFAULT_ON = 'ct';
const OFFERED = ['ct', '5xx', 'ct,5xx', '4xx,5xx', 'all'];
const ABSOLUTE = /^https?:\/\//i;

/**
 * What an address says about trying again.
 *
 * @see https://docs.jambonz.org/webhooks/overview
 */
export function retryOf(address: string): Retry {
  const parts = partsOf(address);
  const tries = Number(parts.get('rc') ?? 0);
  return {
    tries: Number.isInteger(tries) ? Math.min(Math.max(tries, 0), MOST_TRIES) : 0,
    on: parts.get('rp') ?? DEFAULT_ON,
  };
}

/** The address with another word on trying again; whatever else its fragment holds stays. */
export function withRetry(address: string, { tries, on }: Retry): string {
  const parts = partsOf(address);
  parts.delete('rc');
  parts.delete('rp');
  if (tries > 0) parts.set('rc', String(tries)).set('rp', on);
  const fragment = [...parts].map(([name, value]) => (value === undefined ? name : `${name}=${value}`)).join('&');
  return address.replace(/#.*$/, '') + (fragment === '' ? '' : `#${fragment}`);
}

function partsOf(address: string): Map<string, string | undefined> {
  const [, fragment = ''] = /#(.*)$/.exec(address) ?? [];
  const pairs = fragment.split('&').filter((part) => part !== '');
  return new Map(
    pairs.map((pair): [string, string | undefined] => {
      const [, name = '', value] = /^([^=]*)(?:=(.*))?$/.exec(pair) ?? [];
      return [name, value];
    }),
  );
}

/**
 * Below every hook field that holds a full address: how often jambonz is to try again. It is kept
 * in the address itself. A path takes none, since jambonz would send it along.
 */
export function offerRetries(form: Form): void {
  for (const { input, property } of form.marked('data-hook')) {
    const row = input.closest('.form-row');
    const address = textOf(form.value(property)).trim();
    const isText = ['str', 'mustache', ''].includes(form.kind(property));
    const isFull = isText && ABSOLUTE.test(address);
    const isLeaked = isText && address.startsWith('/') && partsOf(address).has('rc');
    row.children('.jambonz-retry-leak').remove();
    if (isLeaked) {
      $('<p class="jambonz-warning jambonz-retry-leak" role="status">')
        .text(form.node._('common.retry.leak'))
        .appendTo(row);
    }
    let control = row.children('.jambonz-retry');
    if (!isFull) {
      control.remove();
      continue;
    }
    if (control.length === 0) control = addControl(form, input, property, row);
    show(form, control, retryOf(address));
  }
}

function addControl(form: Form, input: JQuery, property: string, row: JQuery): JQuery {
  const control = $('<div class="jambonz-retry">').appendTo(row);
  const select = (part: string): JQuery => {
    const name = form.node._(`common.retry.${part}`);
    const label = $('<label>').text(name).appendTo(control);
    return $('<select>').attr('data-part', part).appendTo(label);
  };
  const tries = select('tries');
  for (let count = 0; count <= MOST_TRIES; count++) {
    $('<option>')
      .val(String(count))
      .text(count === 0 ? form.node._('common.retry.never') : String(count))
      .appendTo(tries);
  }
  const on = select('on');
  for (const policy of OFFERED) addPolicy(form, on, policy);
  control.on('change', () => {
    const retry = { tries: Number(tries.val()), on: textOf(on.val()) };
    const address = withRetry(textOf(form.value(property)).trim(), retry);
    if (input.is('[data-kinds]')) input.typedInput('value', address);
    else input.val(address);
  });
  return control;
}

function addPolicy(form: Form, on: JQuery, policy: string): void {
  const text = OFFERED.includes(policy) ? form.node._(`common.retry.after.${policy.replace(',', '-')}`) : policy;
  $('<option>').val(policy).text(text).appendTo(on);
}

function show(form: Form, control: JQuery, { tries, on }: Retry): void {
  const policies = control.find('[data-part=on]');
  const isThere = policies
    .find('option')
    .toArray()
    .some((option) => (option).value === on);
  if (!isThere) addPolicy(form, policies, on);
  policies.val(on);
  control.find('[data-part=tries]').val(String(tries));
  policies.closest('label').toggleClass('jambonz-hidden', tries === 0);
}
