import type { CallEvent, VerbEvent } from '../../simulator/events';

/** A queue or a conference that somebody is in, or was. */
export interface Place {
  kind: 'queue' | 'conference';
  name: string;
  /** What somebody is there: a key of the catalog (`panel.role`). */
  role: 'waiting' | 'bridged' | 'agent' | 'agent-bridged' | 'early' | 'member' | 'moderator';
  /** Lower for those who have come earlier. */
  order: number;
  /** In a queue, low numbers are served first. */
  priority: number;
  isOver: boolean;
}

const LAST = 999;
const FIRST_ROLE: Readonly<Record<string, Place['role']>> = {
  enqueue: 'waiting',
  dequeue: 'agent',
  conference: 'early',
};

/** Where a party of a call has been, in order. @param leg - the party; the call's own id for the caller */
export function placesOf(events: readonly CallEvent[], leg: string, call: string): Place[] {
  const places = new Map<number, Place>();
  const moderating = new Set<Place>();
  for (const event of events) {
    if (event.type === 'verb' && (event.leg ?? call) === leg) {
      const known = places.get(event.id);
      if (known && event.state === 'end') known.isOver = true;
      const role = event.state === 'begin' ? FIRST_ROLE[event.verb] : undefined;
      if (!role) continue;
      const data = dataOf(event);
      const place = placeOf(event, role, data);
      places.set(event.id, place);
      if (data.startConferenceOnEnter === true) moderating.add(place);
    } else if (event.type === 'leg') {
      const { kind, name, state } = event;
      const place = [...places.values()].filter((one) => !one.isOver && one.kind === kind && one.name === name).at(-1);
      if (!place) continue;
      if (state === 'joined' && event.leg === leg) place.role = moderating.has(place) ? 'moderator' : 'member';
      else if (state === 'bridged' && event.leg === leg) place.role = 'bridged';
      else if (state === 'bridged' && place.role === 'agent') place.role = 'agent-bridged';
    } else if (event.type === 'end') {
      for (const place of places.values()) place.isOver = true;
    }
  }
  return [...places.values()];
}

function placeOf(
  { verb, order = 0 }: VerbEvent,
  role: Place['role'],
  { name, priority }: Record<string, unknown>,
): Place {
  return {
    kind: verb === 'conference' ? 'conference' : 'queue',
    name: String(name),
    role,
    order,
    priority: typeof priority === 'number' ? priority : LAST,
    isOver: false,
  };
}

function dataOf({ data }: VerbEvent): Record<string, unknown> {
  return typeof data === 'object' && data !== null ? (data as Record<string, unknown>) : {};
}
