import type { Deed } from './api';
import { button, h } from './dom';
import { text } from './text';

/** Where one plays the model of an llm, s2s or agent verb: what it says, the tools that it calls, its end. */
export class ModelBox {
  readonly element: HTMLElement;
  private readonly problem = h('p', { class: 'jambonz-problem', role: 'status' });

  constructor(private readonly act: (deed: Deed) => void) {
    const words = this.field('says');
    const tool = this.field('tool');
    const args = this.field('arguments');
    args.placeholder = '{"city": "Berlin"}';
    this.element = h(
      'div',
      { class: 'jambonz-model', role: 'group', 'aria-label': text('model.label') },
      h('p', { class: 'jambonz-faint' }, text('model.hint')),
      this.form([words], text('model.say'), () => {
        if (words.value.trim() !== '') this.act({ did: 'model', say: words.value.trim() });
        words.value = '';
      }),
      this.form([tool, args], text('model.call'), () => this.call(tool, args)),
      this.problem,
      button(text('model.end'), () => this.act({ did: 'model', end: 'normal conversation end' }), {
        icon: 'stop',
        'data-part': 'model-end',
      }),
    );
    this.problem.hidden = true;
  }

  show(isShown: boolean): void {
    this.element.hidden = !isShown;
  }

  private field(name: string): HTMLInputElement {
    const label = text(`model.${name}`);
    return h('input', { type: 'text', placeholder: label, 'aria-label': label, 'data-part': `model-${name}` });
  }

  private form(inputs: HTMLInputElement[], label: string, act: () => void): HTMLElement {
    const submit = h('button', { type: 'submit', class: 'red-ui-button red-ui-button-small' }, label);
    return h(
      'form',
      {
        class: 'jambonz-inline',
        onsubmit: (event) => {
          event.preventDefault();
          act();
        },
      },
      ...inputs,
      submit,
    );
  }

  private call(tool: HTMLInputElement, input: HTMLInputElement): void {
    const name = tool.value.trim();
    if (name === '') return;
    let args: unknown;
    try {
      args = JSON.parse(input.value.trim() || '{}');
    } catch {
      this.problem.textContent = text('model.not-json');
      this.problem.hidden = false;
      return;
    }
    this.problem.hidden = true;
    this.act({ did: 'model', tool: { name, args } });
    tool.value = '';
    input.value = '';
  }
}
