import { ActionHookDelay } from './action-hook-delay';
import type { Amd } from './amd';
import { list, number, object, type JsonObject } from './json';
import type { Session } from './session';
import type { Verb } from './verb';
import type { Gather } from './verbs/gather';

/** What of `bargeIn` the gather in the background has; nothing else of it is used. */
const BARGE_IN = [
  'finishOnKey',
  'input',
  'numDigits',
  'minDigits',
  'maxDigits',
  'interDigitTimeout',
  'bargein',
  'dtmfBargein',
  'minBargeinWordCount',
  'actionHook',
] as const;

function isGather(verb: Verb): verb is Gather {
  return verb.written.verb === 'gather';
}

/** What runs beside the verbs of a session: an interruption that is waited for, a stream, a transcription, ... */
export class Background {
  private bargeIn: Gather | undefined;
  private readonly running = new Map<string, Verb>();
  private amd: Amd | undefined;
  private delay: ActionHookDelay | undefined;

  constructor(private readonly session: Session) {}

  /**
   * Whether a gather that is to be carried out finds that somebody listens already.
   *
   * @see engine rule: it leaves its time limit there; for speech, where only keys are listened for, it takes over
   */
  absorb(gather: JsonObject): boolean {
    const { bargeIn } = this;
    if (!bargeIn) return false;
    if (list(gather.input).includes('speech') && !bargeIn.hasSpeech) {
      this.stopListening();
      return false;
    }
    bargeIn.limit(number(gather.timeout));
    return true;
  }

  /**
   * Waits for somebody to interrupt, while other verbs run.
   *
   * @see engine rule: it has no time limit, listens for speech unless told otherwise, and works once unless it is sticky;
   *   who listens for the same already goes on
   */
  listen(options: JsonObject, parent: Verb): void {
    if (options.enable !== true) {
      this.stopListening();
      return;
    }
    const { session } = this;
    const own = BARGE_IN.filter((name) => Boolean(options[name])).map((name) => [name, options[name]] as const);
    const data: JsonObject = { input: ['speech'], bargein: true, ...Object.fromEntries(own), timeout: 0 };
    if (this.bargeIn && String(this.bargeIn.data.input) === String(data.input)) return;
    this.stopListening();
    const gather = session.make('gather', data, parent);
    if (!isGather(gather)) return;
    this.bargeIn = gather;
    gather.interrupted.on(() => session.silence());
    const over = (): void => {
      if (this.bargeIn !== gather) return;
      this.bargeIn = undefined;
      if (options.sticky === true && !session.isGone && !gather.stopped) this.listen(options, parent);
    };
    void session.call.keepOpen(session.perform(gather)).then(over, over);
  }

  /** Runs a verb beside the others. @see engine rule: one of the same kind goes on instead */
  start(name: 'listen' | 'transcribe', data: JsonObject, parent: Verb): void {
    if (this.running.has(name)) return;
    const { session } = this;
    const verb = session.make(name, data, parent);
    this.running.set(name, verb);
    const over = (): void => {
      if (this.running.get(name) === verb) this.running.delete(name);
    };
    void session.call.keepOpen(session.perform(verb)).then(over, over);
  }

  get(name: 'listen' | 'transcribe'): Verb | undefined {
    return this.running.get(name);
  }

  stop(name: 'listen' | 'transcribe'): void {
    const verb = this.running.get(name);
    this.running.delete(name);
    verb?.kill('interrupted');
  }

  watchForMachine(amd: Amd): void {
    this.amd?.stop();
    this.amd = amd;
    amd.start();
  }

  /** What is said while a hook takes long. */
  delayActions(options: JsonObject): void {
    this.delay?.stop();
    this.delay = this.delayOf(options);
  }

  /**
   * Asks a hook, and passes the time meanwhile.
   *
   * @param own - how to pass it, when the verb says so itself
   */
  async whileAsking(ask: () => Promise<void>, own?: JsonObject): Promise<void> {
    const delay = own ? this.delayOf(own) : this.delay;
    await (delay ? delay.during(ask) : ask());
  }

  private delayOf(options: JsonObject): ActionHookDelay | undefined {
    if (options.enabled !== true) return undefined;
    return new ActionHookDelay(this.session, {
      actions: list(options.actions).map((action) => object(action) ?? {}),
      noResponse: number(options.noResponseTimeout) ?? 0,
      giveUp: number(options.noResponseGiveUpTimeout) ?? 0,
      retries: number(options.retries) ?? 0,
      ...(Array.isArray(options.giveUpActions) ? { giveUpActions: options.giveUpActions as unknown[] } : {}),
    });
  }

  end(): void {
    this.stopListening();
    for (const name of [...this.running.keys()]) this.stop(name as 'listen');
    this.amd?.stop();
    this.delay?.stop();
  }

  private stopListening(): void {
    const gather = this.bargeIn;
    this.bargeIn = undefined;
    gather?.kill('interrupted');
  }
}
