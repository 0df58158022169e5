import type { Written } from './document';
import type { Platform } from '../specification';
import type { JsonObject } from './json';
import type { Leg } from './leg';
import type { Session } from './session';
import { Gate } from './signal';

/** Why a verb has to stop: its call is gone, another application replaces it, or somebody interrupts it. */
export type Stop = 'hangup' | 'replaced' | 'interrupted';

/** What must be so before a verb is carried out. */
export type Need =
  /** Nothing. */
  | 'nothing'
  /** Media: the call is answered, or gets early media where the verb asks for it. */
  | 'media'
  /** A call that has been answered; otherwise the verb is skipped. */
  | 'answered'
  /** A call that has not; otherwise the verb is skipped. */
  | 'unanswered';

/** A verb cannot be carried out, but the ones that follow can. */
export class NextVerb extends Error {}

/** Where a verb comes from. */
export interface Origin {
  request: number;
  index: number;
}

/** Which one of a call's verbs it is. */
export interface Place {
  id: number;
  from?: Origin;
  parent?: Verb;
}

/** A verb that is carried out. */
export abstract class Verb {
  stopped?: Stop;
  /** How it ended, when that is worth a word. */
  outcome?: string;
  /** Opened when it has to stop. */
  protected readonly stop = new Gate<Stop>();

  constructor(
    readonly session: Session,
    readonly written: Written,
    readonly place: Place,
  ) {}

  get data(): JsonObject {
    return this.written.data;
  }

  get id(): number {
    return this.place.id;
  }

  /** The leg whose media it uses. */
  get leg(): Leg {
    return this.session.leg;
  }

  /** Carries it out; settled when the next verb may begin. */
  abstract run(): Promise<void>;

  /** Makes it come to an end soon. */
  kill(why: Stop): void {
    if (this.stopped) return;
    this.stopped = why;
    this.stop.open(why);
  }

  /** A function, since it changes while something is waited for. */
  isStopped(): boolean {
    return this.stopped !== undefined;
  }

  /** Waits for some seconds of the call, or until it has to stop. @returns false when it had to */
  protected wait(seconds: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = this.session.clock.after(seconds * 1000, () => resolve(true));
      void this.stop.passed.then(() => {
        timer.cancel();
        resolve(false);
      });
    });
  }
}

/** What the engine knows of a verb by its name. */
export interface VerbKind {
  need: Need | ((data: JsonObject) => Need);
  /** What it asks of its properties beyond their types. @returns why it refuses them, in the engine's words */
  check?(data: JsonObject, platform: Platform): string | undefined;
  /** Properties that hold verbs of the same name. */
  nested?: string[];
  make: new (session: Session, written: Written, place: Place) => Verb;
}
