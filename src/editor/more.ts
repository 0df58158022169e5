import type { Form } from './form';

/** `<ol id="node-input-more-container" data-more="say">` edits further properties of the verbs it names. */
export function prepareMore(_form: Form): void {
  // The list is made in the next commit.
}

export function saveMore(_form: Form): void {
  // As above.
}

/** The validity of a node's further properties, for `defaults.more.validate`. */
export function validMore(_node: EditorNode, _value: unknown, _options: object | undefined): boolean | string {
  return true;
}
