/** Keys that belong together follow each other within this time. */
const WINDOW_MS = 3000;

/** Watches for sequences of keys. */
export class DtmfCollector {
  private keys: { at: number; key: string }[] = [];

  constructor(private readonly patterns: readonly string[]) {}

  /** @returns the sequence that this key completes */
  press(key: string, at: number): string | undefined {
    this.keys = [...this.keys.filter((earlier) => at - earlier.at <= WINDOW_MS), { at, key }];
    const pressed = this.keys.map((each) => each.key).join('');
    const match = this.patterns.find((pattern) => pattern !== '' && pressed.endsWith(pattern));
    if (match !== undefined) this.keys = [];
    return match;
  }
}
