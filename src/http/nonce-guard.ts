import { createHash } from 'node:crypto';

const LIFETIME_MS = 10 * 60 * 1000;
const CAPACITY = 100_000;
const COUNT = /^[0-9a-f]{1,8}$/i;

interface Seen {
  count: number;
  at: number;
}

/**
 * Refuses a registration that was recorded on its way and is sent again. A client counts its uses
 * of a nonce in `nc`; a count that does not grow is a replay.
 *
 * A nonce is remembered for ten minutes after its last use, at most 100,000 of them, the one used
 * longest ago forgotten first: what is older can be replayed. A client that sends no `qop` does not
 * count, so there is nothing to guard and it passes; jambonz asks every client for `qop=auth`.
 */
export class NonceGuard {
  /** In the order of their last use. */
  private readonly seen = new Map<string, Seen>();

  /**
   * @param now - milliseconds since any fixed moment
   */
  constructor(
    private readonly now: () => number = Date.now,
    private readonly capacity = CAPACITY,
  ) {}

  /** How many nonces are remembered. */
  get size(): number {
    return this.seen.size;
  }

  /**
   * Takes note of a request whose digest holds; any other would let anybody use up a nonce.
   *
   * @param secret - what the digest was checked with. Two servers may give out one nonce at the same
   *   moment; names cannot tell their clients apart, because an HA1 does not cover the request's name
   * @returns false for a replay
   */
  accept(request: object, secret: string): boolean {
    const { nonce, qop, nc, cnonce } = request as Record<string, unknown>;
    // The digest covers the fields with colons between them. A colon inside one would let a thief
    // drop the qop and hide it, and the count, in a neighbour.
    if ([nonce, nc, cnonce].some((value) => String(value).includes(':'))) return false;
    if (!qop) return true;
    if (!COUNT.test(String(nc))) return false;

    const count = Number.parseInt(String(nc), 16);
    const now = this.now();
    this.forget(now);
    // A hash, because the client chooses how long a nonce is.
    const key = createHash('sha256')
      .update(JSON.stringify([secret, String(nonce)]))
      .digest('base64');
    const before = this.seen.get(key);
    if (before && count <= before.count) return false;
    this.seen.delete(key);
    this.seen.set(key, { count, at: now });
    if (this.seen.size > this.capacity) this.seen.delete(this.oldest()!);
    return true;
  }

  private forget(now: number): void {
    for (const [key, { at }] of this.seen) {
      if (now - at < LIFETIME_MS) return;
      this.seen.delete(key);
    }
  }

  private oldest(): string | undefined {
    return this.seen.keys().next().value;
  }
}
