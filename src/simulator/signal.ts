/** Something that happens again and again, to those who listen. */
export class Signal<T> {
  private readonly listeners = new Set<(value: T) => void>();

  /** @returns stops listening */
  on(listener: (value: T) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Tells those who listen now; who begins to listen meanwhile hears of the next one only. */
  fire(value: T): void {
    for (const listener of [...this.listeners]) {
      if (this.listeners.has(listener)) listener(value);
    }
  }

  clear(): void {
    this.listeners.clear();
  }
}

/** Something that happens once, with a value, and is waited for. */
export class Gate<T = void> {
  readonly passed: Promise<T>;
  private hasOpened = false;
  private resolve!: (value: T) => void;

  constructor() {
    this.passed = new Promise((resolve) => (this.resolve = resolve));
  }

  /** A function, since it changes while something is waited for. */
  isOpen(): boolean {
    return this.hasOpened;
  }

  open(value: T): void {
    if (this.hasOpened) return;
    this.hasOpened = true;
    this.resolve(value);
  }
}
