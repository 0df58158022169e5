import { send, sentence, type Answer } from './ask';
import type { Form } from './form';
import { keepsSecret } from './secrets';

const FIELDS = ['url', 'accountSid', 'apiToken'];

/**
 * A button `<button data-test-account>` that has the runtime try the server as the dialog
 * describes it, and an element `.jambonz-result` beside it that says how that went.
 */
export function prepareTest(form: Form): void {
  const button = form.element.find('[data-test-account]');
  if (button.length === 0) return;
  const result = button.closest('.form-row').find('.jambonz-result');
  let asked = 0;

  button.on('click', () => {
    const turn = ++asked;
    button.prop('disabled', true);
    show(result, 'busy', form.node._('common.account.testing'));
    void send<{ name: string; seconds?: string }>('account/test', described(form)).then((answer) => {
      if (turn !== asked || !form.isOpen) return;
      button.prop('disabled', false);
      show(result, answer.ok ? 'good' : 'bad', told(form.node, answer));
    });
  });
  // What was found out is about other values.
  form.element.on('change keyup', (event) => {
    if (event.target === button[0] || !result.text()) return;
    asked++;
    button.prop('disabled', false);
    show(result, 'busy', '');
  });
}

function described(form: Form): object {
  const fields = FIELDS.flatMap((field) => [
    [field, form.value(field) ?? ''],
    [`${field}Type`, form.kind(field)],
  ]);
  const values = Object.fromEntries(fields) as Record<string, unknown>;
  return { id: form.node.id, ...values, keepToken: keepsSecret(form, 'apiToken') };
}

function told(node: EditorNode, answer: Answer<{ name: string; seconds?: string }>): string {
  if (!answer.ok) return sentence(node, answer);
  const { name, seconds } = answer;
  return node._(seconds ? 'common.account.slow' : 'common.account.works', { name, seconds: seconds ?? '' });
}

/** Says how something went, also to who cannot see colours. */
export function show(result: JQuery, mood: 'good' | 'bad' | 'busy', text: string): void {
  result
    .text(text)
    .toggleClass('jambonz-good', mood === 'good')
    .toggleClass('jambonz-bad', mood === 'bad')
    .toggleClass('jambonz-hidden', text === '');
}
