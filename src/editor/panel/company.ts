import type { CallSummary } from '../../simulator/events';
import type { Line, View } from './model';
import type { Place } from './places';

/** A call, and what is shown of it. */
export interface Known {
  call: CallSummary;
  view: View;
}

/** A line with the name of whom it concerns; empty for the caller of the call that is shown. */
export type Named = Line & { party: string };

/** Where the caller is now, with others. */
export function placeNow({ places }: View): Place | undefined {
  return places.filter(({ isOver }) => !isOver).at(-1);
}

/** The two have been in the same queue or conference. */
export function areTogether(one: View, other: View): boolean {
  return one.places.some(({ kind, name }) => other.places.some((place) => place.kind === kind && place.name === name));
}

/** The how manieth somebody is to be taken out of a queue; undefined for those who do not wait in one. */
export function positionOf(one: Known, all: readonly Known[]): number | undefined {
  const place = placeNow(one.view);
  if (place?.role !== 'waiting') return undefined;
  const isBefore = (other: Known): boolean => {
    const theirs = placeNow(other.view);
    if (theirs?.role !== 'waiting' || theirs.name !== place.name) return false;
    return theirs.priority === place.priority ? theirs.order < place.order : theirs.priority < place.priority;
  };
  return all.filter(isBefore).length + 1;
}

/** What is said in a call, and meanwhile in others, in the order in which it happened. */
export function conversationOf(shown: Known, company: readonly Known[]): Named[] {
  const callers = new Set([shown, ...company].map(({ call }) => call.id));
  const others = company.flatMap((other) =>
    namedLines(other, other.call.from).map((line) => ({
      ...line,
      key: `${other.call.id}:${line.key}`,
    })),
  );
  return (
    [...namedLines(shown, ''), ...others]
      // What becomes of the caller of another call is told by that call.
      .filter(({ leg, kind }) => kind !== 'state' || leg === undefined || !callers.has(leg))
      .sort((a, b) => (a.order ?? 0) - (b.order ?? 0))
  );
}

function namedLines({ view }: Known, caller: string): Named[] {
  const names = new Map(view.parties.map(({ leg, name }) => [leg, name]));
  return view.lines.map((line) => ({ ...line, party: line.leg === undefined ? caller : (names.get(line.leg) ?? '') }));
}
