import { BringIn } from './bring-in';
import { exportCall, saveTest } from './calls-list';
import { Conversation } from './conversation';
import { DialForm } from './dial-form';
import { button, h, say, shown } from './dom';
import { ModelBox } from './model-box';
import { Parties, stateOf } from './parties';
import { endingOf } from './sentence';
import type { Session } from './session';
import { Ear, Voice } from './speech';
import { clock, duration, text, textIfKnown } from './text';

const KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];
const LETTERS: Record<string, string> = {
  2: 'ABC',
  3: 'DEF',
  4: 'GHI',
  5: 'JKL',
  6: 'MNO',
  7: 'PQRS',
  8: 'TUV',
  9: 'WXYZ',
};
const FORM_FIELDS = /^(INPUT|SELECT|TEXTAREA)$/;

/** The phone: to call a flow, and to be its caller. */
export class Phone {
  readonly element: HTMLElement;
  readonly form: DialForm;
  private readonly voice = new Voice();
  private readonly ear: Ear;
  private readonly conversation: Conversation;
  private readonly parties: Parties;
  private readonly bringIn: BringIn;
  private readonly model: ModelBox;
  private readonly state = h('span', { class: 'jambonz-state' });
  private readonly time = h('time', {});
  private readonly bar: HTMLElement;
  private readonly skip: HTMLButtonElement;
  private readonly ask: HTMLElement;
  private readonly controls: HTMLElement;
  private readonly over: HTMLElement;
  private readonly ending = h('p', { class: 'jambonz-ending', role: 'status' });
  /** What can be done after a simulated call only. */
  private readonly own: HTMLElement[];
  private spoken = { call: '', seq: 0 };
  private readonly words: HTMLInputElement;

  constructor(
    private readonly session: Session,
    reveal: (node: string) => void,
    private readonly told: (problem: string) => void,
  ) {
    this.conversation = new Conversation(reveal);
    this.form = new DialForm(
      session,
      (legs) => void session.act({ did: 'plan', legs }),
      // The keyboard is the keypad from now on, and not the canvas, whose tab may have changed.
      () => this.conversation.element.focus(),
    );
    this.parties = new Parties(
      (deed, call) => void session.act(deed, call),
      (id) => void session.open(id),
      () => this.conversation.element.focus(),
    );
    this.bringIn = new BringIn(session, this.form);
    this.model = new ModelBox((deed) => void session.act(deed));
    this.ear = new Ear(
      (words) => void session.act({ did: 'say', text: words }),
      () => {
        this.told(text('phone.no-microphone'));
        this.listen.setAttribute('aria-pressed', 'false');
      },
    );
    this.words = h('input', {
      type: 'text',
      placeholder: text('phone.say'),
      'aria-label': text('phone.say'),
      'data-part': 'words',
      autocomplete: 'off',
    });
    this.listen = toggle('microphone', text('phone.listen'), (isOn) => this.ear.switch(isOn));
    this.skip = button(text('phone.skip'), () => void session.act({ did: 'skip' }), {
      icon: 'step-forward',
      'data-part': 'skip',
      title: text('phone.skip-hint'),
    });
    this.bar = h(
      'div',
      { class: 'jambonz-bar' },
      h('div', { class: 'jambonz-bar-words' }, this.time, this.state),
      this.skip,
      button(text('phone.hangup'), () => void session.act({ did: 'hangup' }), {
        icon: 'phone',
        class: 'red-ui-button-small jambonz-hangup',
        'data-part': 'hangup',
      }),
    );
    this.ask = h(
      'div',
      { class: 'jambonz-ask', role: 'alert' },
      h('p', {}, text('phone.asks')),
      button(text('phone.go-on'), () => void session.act({ did: 'go-on' }), { icon: 'play', 'data-part': 'go-on' }),
    );
    const another = button(text('phone.another'), () => session.close(), {
      icon: 'plus',
      title: text('phone.another-hint'),
    });
    this.controls = h(
      'div',
      { class: 'jambonz-controls' },
      this.sayForm(),
      this.keypad(),
      h('div', { class: 'jambonz-buttons jambonz-more-calls' }, this.bringIn.element, another),
    );
    const own = { again: () => void this.form.dial(), 'save-test': () => void saveTest(session) };
    const icons = { again: 'phone', 'save-test': 'check-square-o' };
    this.own = (['again', 'save-test'] as const).map((name) =>
      button(text(`phone.${name}`), own[name], { icon: icons[name], 'data-part': name }),
    );
    this.over = h(
      'div',
      { class: 'jambonz-over' },
      this.ending,
      h(
        'div',
        { class: 'jambonz-buttons' },
        ...this.own,
        button(text('phone.export'), () => void exportCall(session), { icon: 'download', 'data-part': 'export' }),
      ),
    );
    this.element = h(
      'div',
      { class: 'jambonz-phone', onkeydown: (event) => this.typed(event as KeyboardEvent) },
      this.form.element,
      this.bar,
      this.over,
      this.conversation.element,
      this.ask,
      this.parties.element,
      this.model.element,
      this.controls,
      this.form.plans.element,
    );
  }

  private readonly listen: HTMLButtonElement;

  show(): void {
    const { session } = this;
    const { call, view, canWrite, phone, isLive, isPlayed } = session;
    const isOwn = call?.source === 'simulator';
    this.form.show();
    shown(this.form.element, call === undefined);
    shown(this.form.plans.element, canWrite && (call === undefined || isPlayed));
    shown(this.bar, isLive);
    for (const control of this.bar.querySelectorAll('button')) shown(control, isPlayed);
    shown(this.over, call !== undefined && !isLive);
    for (const control of this.own) shown(control, isOwn && canWrite && phone?.enabled === true);
    say(this.ending, view.end ? endingOf(view.end, view.causes) : '');
    shown(this.ending, view.end !== undefined);
    shown(this.conversation.element, call !== undefined);
    shown(this.controls, isPlayed);
    shown(this.ask, isPlayed && view.asks !== undefined);
    this.model.show(isPlayed && view.model);
    this.bringIn.show();
    this.parties.show({
      shown: call && isPlayed ? { call, view } : undefined,
      company: session.companions,
      elsewhere: canWrite ? session.others : [],
    });
    this.conversation.show(session.conversation);
    this.tick();
    this.speak(isPlayed);
    if (!isPlayed) this.stopListening();
  }

  /** What changes with the time alone. */
  tick(): void {
    const { call, view, now, isLive, companions } = this.session;
    if (!call || !isLive) return;
    say(this.time, clock(now).replace(/\.\d$/, ''));
    const [wait] = view.waits;
    if (wait?.until !== undefined) {
      const what = textIfKnown(`panel.waits.${wait.for.replaceAll(' ', '-')}`) ?? wait.for;
      const left = Math.ceil((wait.until - now) / 1000) * 1000;
      say(this.state, text(left > 0 ? 'phone.waiting-left' : 'phone.waiting', { what, left: duration(left) }));
    } else say(this.state, stateOf({ call, view }, [{ call, view }, ...companions]));
  }

  remove(): void {
    this.voice.switch(false);
    this.ear.switch(false);
  }

  /** Puts the focus where one begins. */
  focus(): void {
    const field = this.controls.hidden ? this.form.element.querySelector('select') : this.words;
    field?.focus();
  }

  private speak(isPlayed: boolean): void {
    const { call, view } = this.session;
    if (this.spoken.call !== call?.id) {
      // What was said before somebody looked is not read.
      this.spoken = { call: call?.id ?? '', seq: 0 };
      this.voice.hush();
    }
    for (const line of view.lines) {
      const seq = Number(line.key);
      if (seq <= this.spoken.seq) continue;
      this.spoken.seq = seq;
      if (!isPlayed || line.leg !== undefined) continue;
      if (line.from === 'flow' && line.kind === 'say') this.voice.speak(line.text, line.language);
      else if (line.from === 'party') this.voice.hush();
    }
    if (view.end) this.voice.hush();
  }

  private stopListening(): void {
    if (this.listen.getAttribute('aria-pressed') !== 'true') return;
    this.listen.setAttribute('aria-pressed', 'false');
    this.ear.switch(false);
  }

  private press(digits: string): void {
    void this.session.act({ did: 'press', digits });
    const key = this.controls.querySelector(`[data-key="${digits}"]`);
    key?.classList.add('jambonz-pressed');
    setTimeout(() => key?.classList.remove('jambonz-pressed'), 150);
  }

  /** The keyboard is the keypad, unless one writes. */
  private typed(event: KeyboardEvent): void {
    const { key, target, ctrlKey, metaKey, altKey } = event;
    if (this.controls.hidden || ctrlKey || metaKey || altKey || !KEYS.includes(key)) return;
    if (target instanceof HTMLElement && FORM_FIELDS.test(target.tagName)) return;
    event.preventDefault();
    this.press(key);
  }

  private sayForm(): HTMLElement {
    const speaker = toggle('volume-up', text('phone.read-aloud'), (isOn) => this.voice.switch(isOn));
    return h(
      'form',
      {
        class: 'jambonz-inline',
        onsubmit: (event) => {
          event.preventDefault();
          const words = this.words.value.trim();
          if (words === '') return;
          this.words.value = '';
          void this.session.act({ did: 'say', text: words });
        },
      },
      this.words,
      h(
        'button',
        { type: 'submit', class: 'red-ui-button red-ui-button-small', title: text('phone.send') },
        h('i', { class: 'fa fa-paper-plane', 'aria-hidden': 'true' }),
        h('span', { class: 'jambonz-sr' }, text('phone.send')),
      ),
      Ear.isThere && this.listen,
      Voice.isThere && speaker,
    );
  }

  private keypad(): HTMLElement {
    const keys = KEYS.map((key) =>
      h(
        'button',
        { type: 'button', class: 'jambonz-key', 'data-key': key, onclick: () => this.press(key) },
        key,
        LETTERS[key] !== undefined && h('small', { 'aria-hidden': 'true' }, LETTERS[key]),
      ),
    );
    return h('div', { class: 'jambonz-keypad', role: 'group', 'aria-label': text('phone.keypad') }, ...keys);
  }
}

/** A button that stays pressed. */
function toggle(icon: string, label: string, switched: (isOn: boolean) => void): HTMLButtonElement {
  const element = button(
    label,
    () => {
      const isOn = element.getAttribute('aria-pressed') !== 'true';
      element.setAttribute('aria-pressed', String(isOn));
      switched(isOn);
    },
    { icon, only: true, 'aria-pressed': 'false' },
  );
  return element;
}
