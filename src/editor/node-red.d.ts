// The small part of Node-RED's editor API that the forms use; Node-RED publishes no types for it.

interface EditorPropertyDefinition {
  value?: unknown;
  /** The type of the config node that the property refers to. */
  type?: string;
  validate?: (this: EditorNode, value: unknown, options?: object) => boolean | string;
}

interface EditorNodeDefinition {
  category: string;
  defaults: Record<string, EditorPropertyDefinition>;
  credentials?: Record<string, { type: 'text' | 'password' }>;
}

interface EditorNode {
  id: string;
  type: string;
  credentials?: Record<string, unknown>;
  _def: EditorNodeDefinition;
  /** The text of a key in the catalog of the node's own set. */
  _(key: string, facts?: Record<string, unknown>): string;
  [property: string]: unknown;
}

interface EditorCompletion {
  value: string;
  label: string;
}

/** A kind of value that a TypedInput offers. */
interface TypedInputKind {
  value: string;
  label: string;
  icon?: string;
  hasValue?: boolean;
  inputType?: string;
  options?: (string | { value: string; label: string })[];
  /** With a second argument the completions may come later. */
  autoComplete?:
    ((text: string) => EditorCompletion[]) | ((text: string, done: (completions: EditorCompletion[]) => void) => void);
}

interface TypedInputOptions {
  types: (string | TypedInputKind)[];
  default?: string;
  typeField?: JQuery;
}

interface EditableListOptions<Row> {
  addItem: (row: JQuery, index: number, data: Row) => void;
  addButton?: string;
  removable?: boolean;
  sortable?: boolean;
  height?: string;
}

interface JQuery {
  typedInput(options: TypedInputOptions): this;
  typedInput(method: 'value' | 'type'): string;
  typedInput(method: 'value' | 'type', value: string): this;
  editableList<Row>(options: EditableListOptions<Row>): this;
  editableList(method: 'addItem', data: unknown): this;
  editableList(method: 'items'): JQuery;
  /** Undefined when the list has been taken down. */
  editableList(method: 'instance'): object | undefined;
  editableList(method: 'width', width: number): this;
}

/** An installed package. */
interface EditorModule {
  sets?: Record<string, { types: string[]; enabled: boolean }>;
}

interface EditorNotification {
  type: 'warning';
  fixed: boolean;
  buttons: { text: string; click: () => void }[];
}

interface EditorTab {
  id: string;
  label: string;
  name: string;
  /** A picture of one colour. */
  icon?: string;
  content: HTMLElement;
  /** The action whose shortcut the tooltip shows. */
  action?: string;
  /** Can be used while a dialog is open. */
  enableOnEdit?: boolean;
}

declare const RED: {
  _(key: string, facts?: Record<string, unknown>): string;
  nodes: {
    eachNode(each: (node: EditorNode) => boolean | undefined): void;
    eachConfig(each: (node: EditorNode) => boolean | undefined): void;
    node(id: string): EditorNode | null;
    workspace(id: string): object | undefined;
    subflow(id: string): object | undefined;
    group(id: string): object | undefined;
    createCompleteNodeSet(options: { credentials: boolean }): object[];
    filterLinks(filter: { target: EditorNode }): { source: EditorNode }[];
    registry: {
      getNodeSetForType(type: string): { module: string } | undefined;
      getModuleList(): Record<string, EditorModule>;
      getModule(name: string): EditorModule | undefined;
    };
  };
  editor: {
    validateNode(node: EditorNode): boolean;
    edit(node: EditorNode): void;
    editConfig(name: string, type: string, id: string): void;
  };
  view: {
    redraw(updateActive?: boolean): void;
    reveal(id: string): void;
  };
  workspaces: {
    /** The id of the tab that is shown; 0 before the flows are loaded. */
    active(): string | 0;
    show(id: string): void;
  };
  events: {
    on(event: string, listener: (node: EditorNode) => void): void;
    off(event: string, listener: (node: EditorNode) => void): void;
  };
  /** What the view does while it draws; the hook may touch the drawing. */
  hooks: {
    add(hook: string, listener: (event: { node: EditorNode; el: Element }) => void): void;
    remove(hook: string): void;
  };
  comms: {
    subscribe(topic: string, listener: (topic: string, message: { id?: string }) => void): void;
    unsubscribe(topic: string, listener: (topic: string, message: { id?: string }) => void): void;
  };
  sidebar: {
    addTab(tab: EditorTab): void;
    removeTab(id: string): void;
    show(id: string): void;
  };
  actions: {
    add(name: string, act: () => void): void;
    remove(name: string): void;
    invoke(name: string): void;
  };
  keyboard: {
    add(scope: string, key: string, action: string): void;
    remove(key: string): void;
  };
  user: {
    hasPermission(permission: string): boolean;
  };
  settings: {
    httpNodeRoot?: unknown;
    /** What is kept for each user. */
    get(key: string): unknown;
    set(key: string, value: unknown): void;
    /** What is kept in this browser. */
    getLocal(key: string): string | null;
    setLocal(key: string, value: string): void;
  };
  userSettings: {
    add(pane: { id: string; readonly title: string; get: () => JQuery }): void;
    show(pane: string): void;
  };
  notify(content: JQuery, options: EditorNotification): { close(): void };
  utils: {
    validateTypedProperty(value: unknown, kind: string, options?: object): boolean | string;
    getNodeLabel(node: EditorNode, otherwise?: string): string;
  };
};
