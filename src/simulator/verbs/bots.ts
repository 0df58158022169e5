import { number, text, type JsonObject } from '../json';
import type { Timer } from '../clock';
import type { Utterance } from '../leg';
import type { Hook } from '../requestor';
import type { VerbKind } from '../verb';
import { Conversation, type Ending, type ToolCall } from './conversation';

const HUNG_UP = 'caller hungup';

/**
 * A bot that a text of the caller's goes to: its answers are played by hand like a model's.
 *
 * @see engine rule: the answer of the event hook may bring a new application; the action hook then hears of it, and its
 *   answer does not matter
 */
abstract class Bot extends Conversation {
  private timer: Timer | undefined;
  private isRedirected = false;
  /** The property that says how it ended. */
  protected abstract readonly result: string;

  protected heardTimeout(): void {
    // Most wait for ever.
  }

  protected event(event: JsonObject): void {
    this.tellBot(event);
  }

  protected tool(call: ToolCall): Promise<void> {
    this.showOutput(call, { refused: `${this.written.name} has no tools` });
    return Promise.resolve();
  }

  protected override quiet(): void {
    this.timer?.cancel();
  }

  /** The caller has so long for an answer, from now on. */
  protected awaitCaller(seconds: number): void {
    this.timer?.cancel();
    if (!this.isOn) return;
    const { session, leg } = this;
    leg.emit({ type: 'wait', for: 'speech', until: session.call.at(seconds), verb: this.id });
    this.timer = session.clock.after(seconds * 1000, () => this.heardTimeout());
  }

  protected stopWaiting(): void {
    this.timer?.cancel();
  }

  /** Tells the event hook something. */
  protected tellBot(facts: JsonObject): void {
    const { data, session, leg } = this;
    if (!data.eventHook) return;
    const asked = session.requestor.ask(
      {
        hook: 'verb:hook',
        to: data.eventHook as Hook,
        body: { ...session.info.toJSON(), ...facts },
        verb: this.id,
        property: 'eventHook',
        ...(leg.leg === undefined ? {} : { leg: leg.leg }),
      },
      (reply, request) => {
        const verbs = this.isOn ? (session.read(reply) ?? []) : [];
        return { effect: verbs.length > 0 ? 'application' : 'continue', value: { verbs, request } };
      },
    );
    const used = asked.then(({ verbs, request }) => {
      if (verbs.length === 0 || !this.isOn) return;
      this.isRedirected = true;
      session.replace(verbs, request);
    });
    void session.call.keepOpen(used).catch(() => undefined);
  }

  protected async report(ending: Ending | undefined): Promise<void> {
    const reason = ending?.reason ?? (this.isRedirected ? 'redirect' : HUNG_UP);
    const facts = { [this.result]: reason };
    await this.session.ask(this, 'actionHook', facts, { ignoreReply: this.isRedirected }).catch(() => undefined);
  }
}

const NO_INPUT = 20;

/** @see engine rule: without an answer the bot is told so, and goes on */
class Dialogflow extends Bot {
  protected readonly result = 'dialogflowResult';

  protected get title(): string {
    return `dialogflow ${text(this.data.project) ?? ''}`;
  }

  protected override begin(): void {
    this.mark('the agent of Dialogflow is not asked: its answers are played by hand');
  }

  protected heard({ text: transcript, confidence }: Utterance): void {
    this.stopWaiting();
    const recognized = { transcript, confidence, is_final: true };
    this.tellIfWanted('transcription', { recognition_result: recognized });
  }

  protected said(words: string, when: 'before' | 'after'): void {
    if (when === 'before') {
      this.stopWaiting();
      this.tellIfWanted('intent', { query_result: { fulfillment_text: words } });
    }
    this.tellIfWanted(when === 'before' ? 'start-play' : 'stop-play', {});
    if (when === 'after') this.awaitCaller(number(this.data.noInputTimeout) ?? NO_INPUT);
  }

  protected override heardKey(digit: string): void {
    this.tellIfWanted('dtmf', { dtmf: digit });
  }

  protected override heardTimeout(): void {
    this.tellIfWanted('no-input');
    this.awaitModel();
  }

  private tellIfWanted(event: string, data?: JsonObject): void {
    const { events } = this.data;
    if (Array.isArray(events) && !events.includes(event)) return;
    this.tellBot({ event, ...(data ? { data } : {}) });
  }
}

/** Only jambonz 0.9 has it. */
class Lex extends Bot {
  protected readonly result = 'lexResult';

  protected get title(): string {
    return `lex ${text(this.data.botId) ?? ''}`;
  }

  protected override begin(): void {
    this.mark('the bot of Lex is not asked: its answers are played by hand');
  }

  protected heard({ text: transcript }: Utterance): void {
    this.tellBot({ event: 'transcription', data: { transcript } });
  }

  protected said(words: string, when: 'before' | 'after'): void {
    if (when === 'before') {
      this.tellBot({ event: 'response-text', data: { messages: [{ type: 'PlainText', msg: words }] } });
      this.tellBot({ event: 'start-play', data: {} });
    } else this.tellBot({ event: 'stop-play', data: {} });
  }

  protected override interrupted(): void {
    if (this.data.bargein === true) this.tellBot({ event: 'play-interrupted', data: {} });
  }

  protected override heardKey(digit: string): void {
    this.tellBot({ event: 'dtmf', data: { dtmf: digit } });
  }
}

const RASA_TIMEOUT = 10;

/** Only jambonz 0.9 has it. @see engine rule: ten seconds without a word of the caller's end it */
class Rasa extends Bot {
  protected readonly result = 'rasaResult';

  protected get title(): string {
    return `rasa ${text(this.data.url) ?? ''}`;
  }

  protected override begin(): void {
    this.mark('the bot of Rasa is not asked: its answers are played by hand');
    const prompt = text(this.data.prompt);
    if (prompt) void this.session.call.keepOpen(this.greet(prompt));
    else this.awaitCaller(RASA_TIMEOUT);
  }

  protected heard({ text: message }: Utterance): void {
    this.stopWaiting();
    this.tellBot({ event: 'userMessage', message });
    this.awaitModel();
  }

  protected said(words: string, when: 'before' | 'after'): void {
    if (when === 'after') {
      this.awaitCaller(RASA_TIMEOUT);
      return;
    }
    this.stopWaiting();
    this.tellBot({ event: 'botMessage', message: [{ recipient_id: this.session.leg.id, text: words }] });
  }

  protected override heardTimeout(): void {
    this.finish({ reason: 'timeout' });
  }

  private async greet(prompt: string): Promise<void> {
    const playback = this.leg.play('say', prompt, { verb: this.id });
    await Promise.race([playback.ended, this.stop.passed]);
    playback.stop();
    this.awaitCaller(RASA_TIMEOUT);
  }
}

export const dialogflow: VerbKind = { need: 'media', make: Dialogflow };
export const lex: VerbKind = { need: 'media', make: Lex };
export const rasa: VerbKind = { need: 'media', make: Rasa };
