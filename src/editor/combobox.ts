/** One line of the list: what goes into the field, and what people call it. */
export interface Choice {
  value: string;
  name?: string;
  /** Choices of one group stand together, under its name. */
  group?: string;
  /** What it is good for, in small print. */
  note?: string;
}

/** More than anybody reads; typing narrows the list. */
const MOST = 200;

let count = 0;

/**
 * Gives a text field a list to choose from. Any other text may still be typed: the list offers, it
 * never corrects. The name of the chosen value, if it has one, is shown inside the field.
 *
 * @returns draws the name again, for when the choices or the field's value changed
 */
export function combobox(
  input: HTMLInputElement,
  choices: () => Choice[],
  openLabel: string,
  nameOf = (value: string) => choices().find((choice) => choice.value === value)?.name,
): () => void {
  const id = `jambonz-list-${String(++count)}`;
  const box = $('<span class="jambonz-combobox">');
  const name = $('<span class="jambonz-combobox-name" aria-hidden="true">');
  const button = $('<button type="button" tabindex="-1" class="jambonz-combobox-open">')
    .attr('aria-label', openLabel)
    .append('<i class="fa fa-caret-down" aria-hidden="true"></i>');
  $(input).wrap(box).after(name, button);
  $(input).attr({
    role: 'combobox',
    autocomplete: 'off',
    spellcheck: 'false',
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    'aria-controls': id,
  });

  let list: JQuery | undefined;
  let shown: Choice[] = [];
  let active = -1;

  const showName = (): void => {
    const known = nameOf(input.value);
    name.text(known && known !== input.value ? known : '');
  };

  const close = (): void => {
    list?.remove();
    list = undefined;
    $(input).attr('aria-expanded', 'false').removeAttr('aria-activedescendant');
    document.removeEventListener('scroll', closeOnScroll, true);
  };
  const closeOnScroll = ({ target }: Event): void => {
    if (target !== list?.[0]) close();
  };

  const activate = (index: number): void => {
    active = index;
    list?.children('[role="option"]').each((position, element) => {
      const here = position === index;
      $(element).attr('aria-selected', String(here));
      if (!here) return;
      element.scrollIntoView({ block: 'nearest' });
      $(input).attr('aria-activedescendant', element.id);
    });
    if (index < 0) $(input).removeAttr('aria-activedescendant');
  };

  const pick = (choice: Choice): void => {
    close();
    $(input).val(choice.value).trigger('change');
  };

  /** Shows all choices, or those that contain what was typed. */
  const open = (typed?: string): void => {
    const wanted = typed?.trim().toLowerCase() ?? '';
    shown = matching(choices(), wanted).slice(0, MOST);
    close();
    if (shown.length === 0) return;
    list = $('<ul class="jambonz-combobox-list" role="listbox">').attr('id', id);
    shown.forEach((choice, index) => {
      if (choice.group && choice.group !== shown[index - 1]?.group) {
        $('<li role="presentation" class="jambonz-combobox-group">').text(choice.group).appendTo(list!);
      }
      $('<li role="option">')
        .attr('id', `${id}-${String(index)}`)
        .append($('<span>').text(choice.name ?? choice.value))
        .append(choice.name && choice.name !== choice.value ? $('<code>').text(choice.value) : [])
        .append(choice.note ? $('<small>').text(choice.note) : [])
        // The field keeps the focus: its blur would close the list before the click arrives.
        .on('mousedown', (event) => event.preventDefault())
        .on('click', () => pick(choice))
        .appendTo(list!);
    });
    list.on('mousedown', (event) => event.preventDefault()).appendTo(document.body);
    place(list, input);
    $(input).attr('aria-expanded', 'true');
    activate(typed === undefined ? shown.findIndex(({ value }) => value === input.value) : -1);
    document.addEventListener('scroll', closeOnScroll, true);
  };

  $(input)
    .on('input', () => {
      open(input.value);
      showName();
    })
    .on('change', showName)
    .on('blur', close)
    .on('keydown', (event) => {
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        const step = event.key === 'ArrowDown' ? 1 : -1;
        if (list) activate((active + step + shown.length) % shown.length);
        else open();
      } else if (event.key === 'Enter' && list && active >= 0 && !event.ctrlKey && !event.metaKey) {
        event.preventDefault();
        event.stopPropagation();
        pick(shown[active]!);
      } else if (event.key === 'Escape' && list) {
        // Otherwise Escape would close the whole dialog.
        event.preventDefault();
        event.stopPropagation();
        close();
      }
    });
  button.on('mousedown', (event) => {
    event.preventDefault();
    const wasOpen = list !== undefined;
    input.focus();
    if (wasOpen) close();
    else open();
  });
  $(input).on('remove', close);
  showName();
  return showName;
}

/** What contains a text: first what begins with it, then what has it in its value, then the others. */
function matching(choices: Choice[], wanted: string): Choice[] {
  const rank = ({ value, name = '', note = '' }: Choice): number => {
    const at = value.toLowerCase().indexOf(wanted);
    if (at >= 0) return at === 0 ? 0 : 1;
    return `${name}\n${note}`.toLowerCase().includes(wanted) ? 2 : 3;
  };
  const ranked = choices.map((choice) => ({ choice, rank: rank(choice) })).filter((found) => found.rank < 3);
  // Groups stay together.
  if (!choices.some(({ group }) => group)) ranked.sort((a, b) => a.rank - b.rank);
  return ranked.map(({ choice }) => choice);
}

/** Below the field, or above it where there is more room. */
function place(list: JQuery, input: HTMLInputElement): void {
  const field = input.getBoundingClientRect();
  const below = window.innerHeight - field.bottom - 8;
  const above = field.top - 8;
  const up = below < 180 && above > below;
  const width = Math.max(field.width, 260);
  list.css({
    left: Math.max(4, Math.min(field.left, window.innerWidth - width - 4)),
    minWidth: width,
    maxHeight: Math.min(280, up ? above : below),
    ...(up ? { bottom: window.innerHeight - field.top + 2 } : { top: field.bottom + 2 }),
  });
}
