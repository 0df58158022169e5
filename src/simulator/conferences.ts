import type { Leg } from './leg';
import type { Hook } from './requestor';

/** Somebody in a conference, or who waits for its beginning. */
export interface Member {
  leg: Leg;
  /** How the conference server calls this member. */
  readonly member: string;
  tag: string | undefined;
  isMuted: boolean;
  readonly isModerator: boolean;
  /** The conference has begun. */
  admit(): void;
  /** Out, whether wanted or not. */
  kick(): void;
}

/** Who is told what happens in a conference: as the one who started it wanted it. */
export interface Telling {
  hook?: Hook;
  events: ReadonlySet<string>;
}

/** One conference, from the first who comes until the last one has gone. */
export class Room {
  readonly members: Member[] = [];
  readonly waiting: Member[] = [];
  /** As milliseconds since 1970: the clocks of its members may differ. */
  startedAt: number | undefined;
  /** So many members at most, as the last one to come in with a maximum has set it. */
  most = Infinity;
  telling: Telling = { events: new Set() };

  constructor(readonly name: string) {}

  get isEmpty(): boolean {
    return this.members.length === 0 && this.waiting.length === 0;
  }
}

/** All conferences of the account. */
export class Conferences {
  private readonly rooms = new Map<string, Room>();

  get names(): string[] {
    return [...this.rooms.values()].filter(({ startedAt }) => startedAt !== undefined).map(({ name }) => name);
  }

  room(name: string): Room {
    const room = this.rooms.get(name) ?? new Room(name);
    this.rooms.set(name, room);
    return room;
  }

  /** Forgets a conference that nobody is in. */
  tidy(room: Room): void {
    if (room.isEmpty && this.rooms.get(room.name) === room) this.rooms.delete(room.name);
  }
}
