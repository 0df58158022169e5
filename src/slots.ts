/**
 * Things that wait for a moment, each at a place of its own, in a list that does not get another array all the time.
 *
 * A list or a map that makes room copies its table. The old one counts as alive until the next full collection, and
 * with it all that is in it, and what hangs on that: short-lived objects then live long, in great numbers, and every
 * collection takes several times as long. So places are used again.
 */
export class Slots<T> {
  private readonly items: (T | undefined)[] = [];
  private readonly free: number[] = [];

  /** @returns its place */
  add(item: T): number {
    const place = this.free.pop() ?? this.items.length;
    this.items[place] = item;
    return place;
  }

  at(place: number): T | undefined {
    return this.items[place];
  }

  remove(place: number): void {
    if (this.items[place] === undefined) return;
    this.items[place] = undefined;
    this.free.push(place);
  }
}
