/* global $, RED, window, document */
// Runs in the editor's page: fills and reads whatever dialog is on top, for any node, from what the
// form itself offers. test/support/editor.ts calls it.
window.dialog = (() => {
  const WIDGET = 'nodered-typedInput';
  const top = () => $('.red-ui-tray').last();
  /** Whether the dialog on top has slid in. */
  const atRest = () => top().length > 0 && Math.abs(parseFloat(top().css('right'))) < 1;
  const typed = (element) => $(element).data(WIDGET);

  /** Every field of the dialog, those within list rows too; not what a widget is made of. */
  function fields() {
    return top()
      .find('.red-ui-tray-body')
      .find('input, select, textarea')
      .toArray()
      .filter((element) => {
        if (typed(element)) return true;
        if ($(element).closest('.red-ui-typedInput-container, .red-ui-searchBox-container').length > 0) return false;
        return !['hidden', 'button', 'file'].includes(element.type);
      })
      .filter((element) => nameOf(element) !== undefined);
  }

  /** What a field is called: its id, or its place in its row of a list. */
  function nameOf(element) {
    const row = $(element).closest('.red-ui-editableList-list > li');
    if (row.length > 0) {
      const list = row.closest('ol').attr('id') || 'list';
      return `${list}[${row.index()}].${row.find('input, select, textarea').index(element)}`;
    }
    return /^node-(config-)?input-/.test(element.id) ? element.id.replace(/^node-(config-)?input-/, '') : undefined;
  }

  const face = (element) => (typed(element) ? $(element).next('.red-ui-typedInput-container')[0] : element);
  const isVisible = (element) => $(face(element)).is(':visible');
  const isWrong = (element) => $(element).add(face(element)).hasClass('input-error');

  function valueOf(element) {
    if (typed(element)) return { kind: $(element).typedInput('type'), value: $(element).typedInput('value') };
    if (element.type === 'checkbox' || element.type === 'radio') return element.checked;
    // A stored secret comes back as a placeholder.
    if (element.type === 'password') return element.value === '' ? '' : '(secret)';
    return $(element).val();
  }

  /** A secret comes back empty or as a placeholder: only its kind can be compared. */
  const secret = (element) => typed(element) && $(element).is('[data-secret]');

  /** What the dialog shows, by field. */
  function read() {
    const shown = {};
    for (const element of fields()) {
      if (!isVisible(element)) continue;
      const value = valueOf(element);
      if (secret(element)) value.value = '(secret)';
      shown[nameOf(element)] = value;
    }
    return shown;
  }

  const TEXTS = [
    '/next',
    'some text',
    '3',
    '0.5',
    '15551230001',
    'https://example.com/next',
    'sip.example.com',
    'en-US',
    '{"a":1}',
  ];
  const BY_KIND = {
    num: ['3', '1', '0.5', '20'],
    bool: ['true'],
    json: ['{"a":1}', '["a"]', '[1]'],
    jsonata: ['payload & "b"'],
    env: ['HOME'],
    date: [''],
    bin: ['[1,2]'],
    re: ['a+'],
  };

  function attempts(element, turn) {
    if (element.tagName === 'SELECT') {
      const options = $(element)
        .find('option:not(:disabled)')
        .toArray()
        .map(({ value }) => value)
        .filter((value) => value !== '' && value !== '_ADD_');
      return [...options.slice(turn + 1), ...options.slice(0, turn + 1)];
    }
    if (element.type === 'number') return ['3', '1', '0.5', '20'];
    return TEXTS;
  }

  function fillTyped(element, turn) {
    const widget = typed(element);
    const kinds = widget.typeList.map(({ value }) => value);
    for (let n = 0; n < kinds.length; n++) {
      const kind = kinds[(turn + n) % kinds.length];
      const { options, hasValue } = widget.typeMap[kind];
      const choices = Array.isArray(options) ? options.map((option) => option.value ?? option) : undefined;
      const values = choices ?? BY_KIND[kind] ?? (['msg', 'flow', 'global'].includes(kind) ? ['some.value'] : TEXTS);
      $(element).typedInput('type', kind);
      for (const value of hasValue === false ? [''] : values) {
        $(element).typedInput('value', value).trigger('change');
        if (!isWrong(element)) return;
      }
    }
  }

  function fill(element, turn) {
    if (typed(element)) fillTyped(element, turn);
    else if (element.type === 'checkbox') element.click();
    // The one property that every verb has and no form arranges.
    else if ($(element).closest('.jambonz-more-property').length > 0) $(element).val('id').trigger('change');
    // Each name makes a port, and two of one name are one.
    else if (/tools-container/.test(nameOf(element))) {
      $(element)
        .val(`tool_${$(element).closest('li').index()}`)
        .trigger('input')
        .trigger('change');
    } else if (element.type === 'radio') $(element).prop('checked', true).trigger('change');
    else if (element.tagName === 'SELECT' && $(element).prop('multiple')) {
      $(element).val(attempts(element, turn).slice(0, 1)).trigger('change');
    } else {
      for (const value of attempts(element, turn)) {
        $(element).val(value).trigger('input').trigger('keyup').trigger('change');
        if (!isWrong(element)) return;
      }
    }
  }

  /** Opens every group of fields that is folded. */
  function unfold() {
    top()
      .find('details:not([open]) > summary')
      .each((_n, summary) => summary.click());
  }

  /**
   * Puts something fitting into every field that can be seen, a row into every list, and again into
   * what that brought to light. `turn` chooses among the kinds and options that a field offers.
   */
  function fillAll(turn, except) {
    const filled = new Set();
    const lists = new Set();
    for (let pass = 0; pass < 8; pass++) {
      unfold();
      top()
        .find('.red-ui-editableList-addButton:visible')
        .toArray()
        .filter((button) => !lists.has(button))
        .forEach((button) => {
          lists.add(button);
          button.click();
        });
      // A reference to a config node is the test's business.
      const waiting = fields().filter(
        (element) => !filled.has(element) && isVisible(element) && !except.includes(nameOf(element)),
      );
      if (waiting.length === 0) break;
      for (const element of waiting) {
        filled.add(element);
        if (isVisible(element)) fill(element, turn + filled.size);
      }
    }
    return read();
  }

  /** The fields of a node that refer to a config node. */
  const references = (id) =>
    Object.entries(RED.nodes.node(id)._def.defaults)
      .filter(([, { type }]) => type !== undefined)
      .map(([name]) => name);

  /** The config nodes that a field offers. */
  const configs = (field) =>
    $(`[id="node-input-${field}"] option`)
      .toArray()
      .map(({ value }) => value)
      .filter((value) => value !== '' && value !== '_ADD_');

  /** The fields that the dialog marks as wrong, with what is in them. */
  function wrong() {
    return fields()
      .filter((element) => isVisible(element) && isWrong(element))
      .map((element) => `${nameOf(element)}=${JSON.stringify(valueOf(element))}`);
  }

  /** A node as the editor would deploy it. */
  const saved = (id) => RED.nodes.createCompleteNodeSet({ credentials: true }).find((node) => node.id === id);

  /** Types of this palette in the order of the editor, `config` ones or the others. */
  function types(module, config) {
    return RED.nodes.registry
      .getNodeTypes()
      .filter((type) => RED.nodes.registry.getNodeSetForType(type)?.module === module)
      .filter((type) => (RED.nodes.getType(type)?.category === 'config') === config);
  }

  /** Adds rows to the list of further properties, as a person would type and choose; returns the kinds they opened as. */
  function addMore(rows) {
    const list = top().find('[data-more]');
    const button = list.closest('.red-ui-editableList').find('.red-ui-editableList-addButton');
    return rows.map(({ path, value, isJson }) => {
      button.click();
      const row = list.find('.jambonz-more').last();
      row.find('.jambonz-more-property input').val(path).trigger('change');
      const input = row.find('.jambonz-more-value > input');
      // A webhook, for example, is text or an object.
      if (isJson) input.typedInput('type', 'json');
      const kind = input.typedInput('type');
      input.typedInput('value', value).trigger('change');
      return kind;
    });
  }

  /** The paths of the fields that are shown now, by what they edit: `{property: path}`. */
  function arranged() {
    const found = {};
    top()
      .find('[data-verb]')
      .toArray()
      .filter((element) => $(element).closest('.jambonz-hidden').length === 0)
      .forEach((element) => {
        found[element.id.replace(/^node-input-/, '')] = element.dataset.verb;
      });
    return found;
  }

  /** Puts a value into a field of the form. Returns false when its kinds do not take it. */
  function setField(property, value) {
    const element = top().find(`[id="node-input-${property}"]`)[0];
    if (element.tagName === 'OL') {
      const button = $(element).closest('.red-ui-editableList').find('.red-ui-editableList-addButton');
      if ($(element).find('li').length === 0) button.click();
      const row = $(element).find('li').last();
      const address = row.find('[data-property="url"], [data-property="dest"]').first();
      if (address.length > 0) {
        address.typedInput('value', address.is('[data-property="url"]') ? 'https://example.com' : '15551230001');
        address.trigger('change');
      } else {
        row.find('.jambonz-header-name').val('X-Name').trigger('change');
        row.find('.jambonz-header-value').val('a').trigger('change');
      }
      return true;
    }
    if (typed(element)) {
      const kinds = typed(element).typeList.map((kind) => kind.value);
      const wanted = typeof value === 'object' ? 'json' : { number: 'num', boolean: 'bool' }[typeof value];
      const kind = [wanted, 'str', 'json', 'num', 'bool'].find((name) => kinds.includes(name));
      $(element).typedInput('type', kind);
      const isText = kind !== 'json' || typeof value !== 'string';
      const text = typeof value === 'object' ? JSON.stringify(value) : isText ? String(value) : '{"a":"b"}';
      $(element).typedInput('value', text).trigger('change');
    } else if (element.type === 'checkbox') {
      if (element.checked !== (value !== false)) element.click();
    } else if (element.tagName === 'SELECT') {
      const options = $(element)
        .find('option')
        .toArray()
        .map((option) => option.value);
      const option = options.includes(String(value))
        ? String(value)
        : options.filter((name) => name && name !== 'other').pop();
      $(element).val(option).trigger('change');
    } else {
      $(element).val(String(value)).trigger('input').trigger('keyup').trigger('change');
    }
    return !isWrong(element);
  }

  /** What a new node of a type has, as far as its definition says it. */
  const initial = (type) =>
    Object.fromEntries(
      Object.entries(RED.nodes.getType(type).defaults)
        .filter(([, { value }]) => value !== undefined)
        .map(([name, { value }]) => [name, value]),
    );

  /** Leaves nothing in the dialog on top that depends on the moment: no cursor, no tooltip. */
  function settle() {
    document.activeElement?.blur();
    $('.red-ui-popover').remove();
  }

  /** The part of the page that the dialog on top fills, down to its last field. */
  function frame() {
    const { x, y, width } = top()[0].getBoundingClientRect();
    const bottoms = top()
      .find('.red-ui-tray-body form:visible')
      .first()
      .find('*:visible')
      .toArray()
      // What is folded away has a place all the same.
      .filter((element) => !element.closest('details:not([open]) > :not(summary)'))
      .map((element) => element.getBoundingClientRect().bottom);
    return { x, y, width, height: Math.max(...bottoms) + 16 - y };
  }

  async function leave() {
    while (document.querySelector('.red-ui-tray')) await new Promise((closed) => RED.tray.close(closed));
  }

  const dark = (on) => document.documentElement.classList.toggle('nr-theme-dark', on);

  return {
    addMore,
    arranged,
    setField,
    atRest,
    unfold,
    read,
    fillAll,
    references,
    configs,
    wrong,
    saved,
    types,
    initial,
    settle,
    frame,
    leave,
    dark,
  };
})();
