type Attribute = string | number | boolean | undefined | ((event: Event) => void);
type Child = Node | string | false | undefined;

/** An element with attributes, `on…` listeners and children; what is false or undefined is left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, Attribute> = {},
  ...children: (Child | Child[])[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  for (const child of children.flat()) if (child !== undefined && child !== false) element.append(child);
  return element;
}

/** A button in the look of the editor; `icon` is one of Font Awesome's. */
export function button(
  label: string,
  act: () => void,
  { icon, only = false, ...attributes }: Record<string, Attribute> & { icon?: string; only?: boolean } = {},
): HTMLButtonElement {
  const picture = icon !== undefined && h('i', { class: `fa fa-${icon}`, 'aria-hidden': 'true' });
  return h(
    'button',
    {
      type: 'button',
      ...attributes,
      class: `red-ui-button ${typeof attributes.class === 'string' ? attributes.class : 'red-ui-button-small'}`,
      ...(only && { 'aria-label': label, title: label }),
      onclick: act,
    },
    picture,
    !only && (icon === undefined ? label : ` ${label}`),
  );
}

/** Shows or hides an element; true when that changed something. */
export function shown(element: HTMLElement, isShown: boolean): void {
  element.hidden = !isShown;
}

/** Sets a text only when it is another one: a screen reader would read the same again. */
export function say(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/**
 * Makes a parent show a list, and leaves alone the elements of which nothing has changed: what is
 * folded open, focused or selected stays so.
 */
export class List<T> {
  private readonly known = new Map<string, { element: HTMLElement; signature: string }>();

  constructor(
    private readonly parent: HTMLElement,
    private readonly keyOf: (item: T) => string,
    private readonly draw: (item: T) => HTMLElement,
    /** An item that has the same is not drawn anew. */
    private readonly signatureOf: (item: T) => string = (item) => JSON.stringify(item),
  ) {}

  show(items: readonly T[]): void {
    const keys = new Set(items.map(this.keyOf));
    for (const [key, { element }] of this.known) {
      if (keys.has(key)) continue;
      element.remove();
      this.known.delete(key);
    }
    let before: Element | null = this.parent.firstElementChild;
    for (const item of items) {
      const key = this.keyOf(item);
      const signature = this.signatureOf(item);
      const old = this.known.get(key);
      if (old?.signature === signature) {
        if (old.element === before) before = before.nextElementSibling;
        else this.parent.insertBefore(old.element, before);
        continue;
      }
      const element = this.draw(item);
      if (old) {
        keepOpen(old.element, element);
        const isFocused = old.element.contains(document.activeElement);
        if (before === old.element) before = before.nextElementSibling;
        old.element.replaceWith(element);
        if (isFocused) element.querySelector<HTMLElement>('input, button, summary')?.focus();
      } else this.parent.insertBefore(element, before);
      this.known.set(key, { element, signature });
    }
  }
}

/** What was folded open stays open when an element is drawn anew. */
function keepOpen(from: HTMLElement, to: HTMLElement): void {
  const open = new Set([...from.querySelectorAll('details[open]')].map((fold) => fold.getAttribute('data-fold')));
  for (const fold of to.querySelectorAll('details')) fold.open ||= open.has(fold.getAttribute('data-fold'));
}

/** Offers a text as a file. */
export function download(name: string, content: unknown): void {
  const url = URL.createObjectURL(new Blob([`${JSON.stringify(content, null, 2)}\n`], { type: 'application/json' }));
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
