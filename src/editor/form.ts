/** The dialog of one node while it is open. */
export class Form {
  readonly prefix: string;
  readonly element: JQuery;

  constructor(readonly node: EditorNode) {
    const isConfig = node._def.category === 'config';
    this.prefix = isConfig ? 'node-config-input' : 'node-input';
    this.element = $(isConfig ? '#node-config-dialog-edit-form' : '#dialog-form');
  }

  get isOpen(): boolean {
    return this.element[0]?.isConnected ?? false;
  }

  /** The input of a property; empty when the dialog has none. */
  input(property: string): JQuery {
    // A look-up by id does not grow with the form; every change of a field asks for all the others.
    const found = document.getElementById(`${this.prefix}-${property}`);
    return found && this.element[0]?.contains(found) ? $(found) : $();
  }

  /** Inputs with an attribute, for example `data-hook`, with the properties they edit. */
  marked(attribute: string): { input: JQuery; property: string }[] {
    return this.element
      .find(`[${attribute}]`)
      .toArray()
      .map((element) => ({ input: $(element), property: this.propertyOf(element) }));
  }

  propertyOf(element: Element): string {
    return element.id.startsWith(`${this.prefix}-`) ? element.id.slice(this.prefix.length + 1) : '';
  }

  /** What an input holds now: text, or true/false for a checkbox; undefined without an input. */
  value(property: string): string | boolean | undefined {
    const input = this.input(property);
    if (input.length === 0) return undefined;
    return input.attr('type') === 'checkbox' ? Boolean(input.prop('checked')) : textOf(input.val());
  }

  /** The kind that is chosen for a typed field. */
  kind(property: string): string {
    const kind = this.value(`${property}Type`);
    return typeof kind === 'string' ? kind : '';
  }
}

/** The properties of a node that a dialog may edit. */
export function propertiesOf(node: EditorNode): string[] {
  return [...Object.keys(node._def.defaults), ...Object.keys(node._def.credentials ?? {})];
}

/** A value as a text field shows it. */
export function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}

const forms = new WeakMap<EditorNode, Form>();

/** Remembers the dialog of a node. Two can be open at once: a config node's lies above a node's. */
export function open(node: EditorNode): Form {
  const form = new Form(node);
  forms.set(node, form);
  return form;
}

/** The open dialog of a node, if there is one. */
export function formOf(node: EditorNode): Form | undefined {
  const form = forms.get(node);
  return form?.isOpen ? form : undefined;
}
