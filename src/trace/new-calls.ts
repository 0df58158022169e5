/** A call that requests come from: one that is in the log, or that is not there yet. */
export interface TracedCall {
  /** So many of its requests wait to be in the log. */
  waiting: number;
  /** It has made room for others: nothing of it is kept. */
  readonly gone: boolean;
  /** What is kept of it. */
  readonly entries?: readonly unknown[];
}

class NewCall implements TracedCall {
  waiting = 0;
  gone = false;

  constructor(readonly id: string) {}
}

/** The last calls that the log does not know yet, as many as it has room for. */
export class NewCalls {
  private readonly known = new Map<string, NewCall>();
  /** In the order in which they came, each in the place of the one that it has pushed out. */
  private readonly inOrder: (NewCall | undefined)[];
  private place = 0;

  constructor(most: number) {
    this.inOrder = new Array<NewCall | undefined>(most).fill(undefined);
  }

  get(id: string): TracedCall {
    return this.known.get(id) ?? this.add(new NewCall(id));
  }

  /** The log knows all of them. */
  clear(): void {
    this.known.clear();
    this.inOrder.fill(undefined);
  }

  private add(call: NewCall): NewCall {
    const { known, inOrder, place } = this;
    const oldest = inOrder[place];
    if (oldest) {
      oldest.gone = true;
      known.delete(oldest.id);
    }
    inOrder[place] = call;
    known.set(call.id, call);
    this.place = (place + 1) % inOrder.length;
    return call;
  }
}
