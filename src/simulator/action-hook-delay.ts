import type { Timer } from './clock';
import type { JsonObject } from './json';
import type { Session } from './session';
import type { Verb } from './verb';

interface Options {
  /** What is said or played, one after another. */
  actions: JsonObject[];
  /** Seconds without an answer before the next of them. */
  noResponse: number;
  /** Seconds before it gives up; 0 is never. */
  giveUp: number;
  retries: number;
  giveUpActions?: unknown[];
}

/**
 * Says something while a hook takes long, and gives up at last.
 *
 * @see engine rule: over HTTP what comes after giving up has to wait for the hook, whose late application wins; without
 *   it the call is hung up at once
 */
export class ActionHookDelay {
  private timers: Timer[] = [];
  private spoken = 0;
  private saying: Verb | undefined;
  private hasGivenUp = false;

  constructor(
    private readonly session: Session,
    private readonly options: Options,
  ) {}

  async during(ask: () => Promise<void>): Promise<void> {
    const { session, options } = this;
    this.spoken = 0;
    this.hasGivenUp = false;
    this.waitForAnswer();
    if (options.giveUp > 0) this.later(options.giveUp, () => this.giveUp());
    const before = session.answers;
    try {
      await ask();
    } finally {
      this.stop();
    }
    if (session.answers === before) this.giveUpForGood();
  }

  stop(): void {
    for (const timer of this.timers) timer.cancel();
    this.timers = [];
    this.saying?.kill('interrupted');
    this.saying = undefined;
  }

  private waitForAnswer(): void {
    const { noResponse, retries, actions } = this.options;
    if (noResponse > 0 && actions.length > 0 && this.spoken < Math.max(1, retries)) {
      this.later(noResponse, () => void this.speak().catch(() => undefined));
    }
  }

  private async speak(): Promise<void> {
    const { session, options } = this;
    const action = options.actions[this.spoken % options.actions.length]!;
    this.spoken++;
    const { verb, ...data } = action;
    this.saying = session.make(String(verb), data);
    try {
      await session.perform(this.saying);
    } finally {
      this.saidSo();
    }
  }

  private saidSo(): void {
    if (this.saying) this.waitForAnswer();
    this.saying = undefined;
  }

  private giveUpForGood(): void {
    const { session, options } = this;
    if (this.hasGivenUp) session.replace(session.read(options.giveUpActions) ?? []);
  }

  private giveUp(): void {
    const { session, options } = this;
    this.hasGivenUp = true;
    if (options.giveUpActions) return;
    session.call.alert('bot-action-delay-giveup', '');
    session.call.because('gave-up', { seconds: options.giveUp });
    session.hangUp({ 'X-Reason': 'bot-action-delay-giveup' });
  }

  private later(seconds: number, act: () => void): void {
    this.timers.push(this.session.clock.after(seconds * 1000, act));
  }
}
