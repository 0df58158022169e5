import { randomUUID } from 'node:crypto';
import type { ModelTurn } from '../api';
import type { LegEvent } from '../events';
import { isObject, type JsonObject } from '../json';
import type { Playback, Utterance } from '../leg';
import type { Hook } from '../requestor';
import { Gate } from '../signal';
import { type Stop, Verb } from '../verb';

/** How a conversation came to its end. */
export interface Ending {
  reason: string;
  error?: unknown;
}

/** A tool that the model uses. */
export interface ToolCall {
  id: string;
  name: string;
  args: unknown;
}

/** What became of a tool's answer. */
export interface ToolOutput {
  /** What goes to the model; absent when nothing does. */
  output?: unknown;
  /** Why the model does not get it. */
  refused?: string;
}

/**
 * The caller talks with a machine. There is none here: somebody plays it, turn by turn
 * (`Call.model`), and turns that come while it still speaks wait.
 */
export abstract class Conversation extends Verb {
  protected readonly over = new Gate<Ending>();
  private readonly partner = randomUUID();
  private turns: Promise<void> = Promise.resolve();
  private speaking: Playback | undefined;

  /** Who talks: the vendor and its model. */
  protected abstract get title(): string;

  async run(): Promise<void> {
    const { leg, session } = this;
    this.tell('new');
    this.tell('answered');
    this.begin();
    const { call } = session;
    const stops = [
      call.modelTurns.on((turn) => this.take(turn)),
      leg.speech.on((utterance) => this.hear(utterance)),
      leg.dtmf.on((digit) => this.heardKey?.(digit)),
    ];
    this.awaitModel();
    const ending = await Promise.race([this.over.passed, this.stop.passed.then(() => undefined)]);
    for (const stop of stops) stop();
    this.speaking?.stop();
    this.quiet();
    this.tell('ended', ending?.reason);
    this.outcome = ending?.reason ?? this.stopped;
    await this.report(ending);
  }

  override kill(why: Stop): void {
    super.kill(why);
    this.speaking?.stop();
  }

  /** Whether it goes on. */
  protected get isOn(): boolean {
    return !this.stopped && !this.over.isOpen();
  }

  /** Right after the machine has answered. */
  protected begin(): void {
    // Most have nothing to do.
  }

  /** When it is over. */
  protected quiet(): void {
    // Most have nothing to do.
  }

  /** The caller has said something. */
  protected abstract heard(utterance: Utterance): void;

  /** The caller has pressed a key. */
  protected heardKey?(digit: string): void;

  /** The caller has cut the machine short. */
  protected interrupted(): void {
    // Most do not care.
  }

  /** The machine is about to say something, or has said it. */
  protected abstract said(text: string, when: 'before' | 'after', wasCut: boolean): void;

  /** The machine wants a tool to be used. */
  protected abstract tool(call: ToolCall): Promise<void>;

  /** The machine tells something else. */
  protected abstract event(event: JsonObject): void;

  /** Tells the application how it ended; without an ending it was cut off. */
  protected abstract report(ending: Ending | undefined): Promise<void>;

  protected finish(ending: Ending): void {
    this.over.open(ending);
  }

  /** Waits until the machine has its turn. */
  protected awaitModel(): void {
    this.leg.emit({ type: 'wait', for: 'model', verb: this.id });
  }

  /** Shows what an engine does that nobody has recorded. */
  protected mark(text: string): void {
    this.leg.tell('not known', { text }, this.id);
  }

  /** Shows what became of a tool's answer. */
  protected showOutput({ id, name }: ToolCall, { output, refused }: ToolOutput): void {
    const facts = {
      id,
      name,
      ...(output === undefined ? {} : { output }),
      ...(refused === undefined ? {} : { refused }),
    };
    this.leg.tell('tool output', facts, this.id);
  }

  /**
   * Asks a hook whose body says nothing of the call.
   *
   * @returns what it answered; undefined without JSON
   * @throws Error when it cannot be asked, or answers with another status than the engine takes
   */
  protected askBare(
    property: 'eventHook' | 'toolHook',
    body: JsonObject,
    effect: 'ignored' | 'continue',
  ): Promise<unknown> {
    const { session, data, leg } = this;
    return session.requestor.ask(
      {
        hook: 'verb:hook',
        to: data[property] as Hook,
        body,
        verb: this.id,
        property,
        ...(leg.leg === undefined ? {} : { leg: leg.leg }),
      },
      (reply) => ({ effect, value: reply }),
    );
  }

  /** Tells the hook for events, and does not wait. @see engine rule: its answer does not matter, nor does a failure */
  protected tellHook(body: JsonObject): void {
    if (!this.data.eventHook) return;
    void this.session.call.keepOpen(this.askBare('eventHook', body, 'ignored')).catch(() => undefined);
  }

  private take(turn: ModelTurn): void {
    const { call } = this.session;
    call.patience.renew();
    this.turns = this.turns.then(() => this.act(turn));
    void call.keepOpen(this.turns).catch(() => undefined);
  }

  private async act({ say, tool, end, error, event }: ModelTurn): Promise<void> {
    if (say !== undefined && this.isOn) await this.speak(say);
    if (event && this.isOn) {
      this.did('event', String(event.type ?? event.event ?? ''));
      this.event(event);
    }
    if (tool && this.isOn) await this.use(tool);
    if (end !== undefined && this.isOn) {
      this.did('model', end);
      this.finish({ reason: end, ...(error === undefined ? {} : { error }) });
    } else if (this.isOn) this.awaitModel();
  }

  private async speak(text: string): Promise<void> {
    this.did('model', text);
    this.said(text, 'before', false);
    this.speaking = this.leg.play('say', text, { verb: this.id });
    const how = await this.speaking.ended;
    this.speaking = undefined;
    if (this.isOn) this.said(text, 'after', how === 'interrupted');
  }

  private async use({ name, args }: { name: string; args: unknown }): Promise<void> {
    this.did('tool-call', `${name}(${JSON.stringify(args ?? {})})`);
    await this.tool({ id: `call_${randomUUID().slice(0, 8)}`, name, args: args ?? {} });
  }

  /** Whoever speaks interrupts the machine. */
  private hear(utterance: Utterance): void {
    if (!this.isOn || utterance.text === '') return;
    if (this.speaking) {
      this.speaking.stop();
      this.interrupted();
    }
    if (utterance.isFinal) this.heard(utterance);
  }

  private did(did: 'model' | 'tool-call' | 'event', text: string): void {
    this.session.call.emit({ type: 'done', did, text, leg: this.partner });
  }

  private tell(state: LegEvent['state'], why?: string): void {
    const event = { type: 'leg' as const, leg: this.partner, kind: 'model' as const, name: this.title, state };
    this.session.call.emit({ ...event, ...(why === undefined ? {} : { why }) });
  }
}

/** What an error looks like in JSON. @see engine rule: the engine's own errors have nothing in them that JSON keeps */
export function inJson(error: unknown): unknown {
  return error instanceof Error ? {} : isObject(error) || Array.isArray(error) ? error : String(error);
}
