import { Gate } from './signal';

/** Counts what goes by without anybody's doing anything, and asks when it is too much: no call runs for ever unseen. */
export class Patience {
  private spent = 0;
  private asked: Gate<boolean> | undefined;
  private isOver = false;

  constructor(
    private readonly limit: number,
    private readonly ask: (verbs: number) => void,
  ) {}

  /** One more verb. @returns false when the call is over instead */
  spend(): Promise<boolean> | boolean {
    if (this.isOver) return false;
    if (this.asked) return this.asked.passed;
    if (++this.spent <= this.limit) return true;
    this.asked = new Gate<boolean>();
    const { passed } = this.asked;
    this.ask(this.limit);
    return passed;
  }

  /** Somebody did something, or wants it to go on. */
  renew(): void {
    // What waits for the answer counts already.
    this.spent = this.asked ? 1 : 0;
    this.asked?.open(true);
    this.asked = undefined;
  }

  end(): void {
    this.isOver = true;
    this.asked?.open(false);
    this.asked = undefined;
  }
}
