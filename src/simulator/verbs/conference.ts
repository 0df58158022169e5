import type { Member, Room } from '../conferences';
import { list, object, text, type JsonObject } from '../json';
import type { Hook } from '../requestor';
import type { Session } from '../session';
import { Gate } from '../signal';
import { type Stop, Verb, type VerbKind } from '../verb';

/** Seconds between the rounds of the waitHook, and before the first. */
const ROUND = 0.75;
const LOOK_UP = 0.005;
const WHILE_WAITING: ReadonlySet<string> = new Set(['play', 'say', 'pause']);

/** Brings the caller into a conference. @see engine rule: the hook comes whatever the reason for leaving */
export class Conference extends Verb implements Member {
  private readonly admitted = new Gate();
  private readonly over = new Gate();
  private readonly room: Room = this.session.call.world.conferences.room(String(this.data.name));
  private waiting: Session | undefined;
  hasJoined = false;
  isMuted = this.data.joinMuted === true;
  readonly isModerator = this.data.startConferenceOnEnter === true;
  private isTurnedAway = false;
  private isTalking = false;
  private stopListening = (): void => undefined;
  private isOnHold = false;
  /** What passes the time on hold: the last one that was named. */
  private holdHook: Hook | undefined;
  private holds = 0;
  tag: string | undefined;
  /** Members who do not hear this one. */
  private deafTo = '';

  async run(): Promise<void> {
    const { data, session, room } = this;
    // The conference server has to be asked for the room first.
    if (await this.wait(LOOK_UP)) {
      if (room.startedAt !== undefined) await this.join();
      else if (data.startConferenceOnEnter === false) await this.waitForBeginning();
      else await this.start();
      await Promise.race([this.over.passed, this.stop.passed]);
    }
    this.leaveRoom();
    if (!this.isTurnedAway) await session.ask(this, 'actionHook', {}).catch(() => undefined);
  }

  override kill(why: Stop): void {
    super.kill(why);
    this.waiting?.end('interrupted');
    this.over.open();
  }

  admit(): void {
    this.waiting?.end('interrupted');
    this.admitted.open();
    void this.session.call.keepOpen(this.join());
  }

  kick(): void {
    this.outcome = 'kicked';
    // The conference server tells of it, which takes its time.
    this.session.clock.after(LOOK_UP * 1000, () => this.over.open());
  }

  /** What the conference server is told to do. */
  command(what: string, args: string): void {
    if (what === 'mute' || what === 'unmute') {
      for (const one of this.room.members) {
        if (args === one.member || (args === 'non_moderator' && !one.isModerator)) one.isMuted = what === 'mute';
      }
    }
    this.leg.tell('conference', { conference: what, args }, this.id);
  }

  /** Marks this member, or not any more. */
  setTag(tag: string | undefined): void {
    this.tag = tag;
    this.command('tag', tag === undefined ? this.member : `${this.member} ${tag}`);
  }

  /** Speaks from now on only to those who have a tag; to everybody without one. */
  coach(tag: string | undefined): void {
    const others = this.room.members.filter((other) => other !== this && tag !== undefined && other.tag !== tag);
    if (others.length > 0) {
      this.deafTo = others.map(({ member }) => member).join(',');
      this.command('relate', `${this.member} ${this.deafTo} nospeak`);
    } else if (this.deafTo !== '') {
      this.command('relate', `${this.member} ${this.deafTo} clear`);
      this.deafTo = '';
    }
  }

  /** Puts this member on hold, with what a hook answers to pass the time. */
  hold(isOn: boolean, hook?: Hook): void {
    if (isOn !== this.isOnHold) {
      this.isOnHold = isOn;
      const prefix = isOn ? '' : 'un';
      this.command(`${prefix}mute`, this.member);
      this.command(`${prefix}deaf`, this.member);
    }
    this.holds++;
    this.holdHook = hook ?? this.holdHook;
    this.waiting?.end('interrupted');
    if (isOn && this.holdHook) void this.session.call.keepOpen(this.passHold(this.holdHook)).catch(() => undefined);
  }

  private async passHold(hook: Hook): Promise<void> {
    const { patience } = this.session.call;
    const which = this.holds;
    const isHeld = (): boolean => this.isOnHold && this.holds === which && !this.isStopped();
    while (isHeld()) {
      if (!(await patience.spend()) || !(await this.playHook('waitHook', hook, isHeld))) return;
    }
  }

  /** How the conference server calls this member. */
  get member(): string {
    return String(this.room.members.indexOf(this) + 1);
  }

  private async start(): Promise<void> {
    const { room, session, data } = this;
    room.startedAt = session.clock.date();
    room.telling = {
      ...(data.statusHook ? { hook: data.statusHook as Hook } : {}),
      events: new Set(list(data.statusEvents).map(String)),
    };
    this.tell('start');
    if (text(object(data.record)?.path) !== undefined) this.leg.notPlayed('the conference is not recorded', this.id);
    await this.join();
    for (const member of room.waiting.splice(0)) member.admit();
  }

  private async join(): Promise<void> {
    const { room, data, leg, session } = this;
    if (data.enterHook) await this.playHook('enterHook', undefined, () => true).catch(() => undefined);
    if (this.isStopped() || this.hasJoined) return;
    if (room.members.length >= room.most) {
      this.turnAway();
      return;
    }
    this.hasJoined = true;
    room.members.push(this);
    if (typeof data.maxParticipants === 'number' && data.maxParticipants > 1) room.most = data.maxParticipants;
    this.stopListening = leg.speech.on(({ text: said, isFinal }) => this.talk(said, isFinal));
    // Who speaks to some only is muted until they are found, but for that alone the server is told nothing.
    const hasFlags = [data.endConferenceOnExit, data.startConferenceOnEnter, data.joinMuted].includes(true);
    const flags = {
      ...(data.endConferenceOnExit === true ? { endconf: true } : {}),
      ...(data.startConferenceOnEnter === true ? { moderator: true } : {}),
      ...(data.joinMuted === true || (hasFlags && data.speakOnlyTo) ? { mute: true } : {}),
    };
    leg.tell('join', { join: room.name, ...(Object.keys(flags).length > 0 ? { flags } : {}) }, this.id);
    session.call.emit({ type: 'leg', leg: leg.id, kind: 'conference', name: room.name, state: 'joined' });
    leg.emit({ type: 'wait', for: 'conference', verb: this.id });
    this.tell('join');
    if (typeof data.memberTag === 'string') this.setTag(data.memberTag);
    if (data.beep === true) for (const member of room.members) member.leg.sound('beep', 'beep');
    if (typeof data.speakOnlyTo === 'string') this.coach(data.speakOnlyTo);
  }

  /** @see engine rule: the engine waits for the conference server to let the caller in, which never does */
  private turnAway(): void {
    this.isTurnedAway = true;
    this.leg.tell('not known', { text: 'the conference is full: nothing is heard until the caller hangs up' }, this.id);
  }

  private talk(said: string, isFinal: boolean): void {
    if (!this.isTalking && !this.isMuted) {
      this.isTalking = true;
      this.tell('start-talking');
    }
    if (!isFinal) return;
    this.session.clock.after(this.session.call.duration(said, 'say'), () => {
      if (this.isTalking && this.room.members.includes(this)) this.tell('stop-talking');
      this.isTalking = false;
    });
  }

  private async waitForBeginning(): Promise<void> {
    const { room, session } = this;
    room.waiting.push(this);
    session.call.emit({ type: 'leg', leg: this.leg.id, kind: 'conference', name: room.name, state: 'waiting' });
    this.leg.emit({ type: 'wait', for: 'conference', verb: this.id });
    if (this.data.waitHook) void session.call.keepOpen(this.passTime()).catch(() => undefined);
    await Promise.race([this.admitted.passed, this.stop.passed]);
  }

  /**
   * @see engine rule: an empty answer, or none that can be used, is silence from then on; who hangs up between two
   *   rounds does not keep the engine from trying the next one
   */
  private async passTime(): Promise<void> {
    const { session } = this;
    while (!this.isAdmitted() && !this.isStopped()) {
      await new Promise<void>((resolve) => session.clock.after(ROUND * 1000, resolve));
      if (this.isAdmitted()) return;
      if (this.isStopped()) {
        if (this.stopped === 'hangup') session.call.alert('webhook-connection-failure', 'The client is destroyed');
        return;
      }
      if (!(await session.call.patience.spend())) return;
      if (!(await this.playHook('waitHook'))) return;
    }
  }

  /** A function, since it changes while something is waited for. */
  private isAdmitted(): boolean {
    return this.admitted.isOpen();
  }

  /** @returns whether there was something to play */
  private async playHook(
    property: 'waitHook' | 'enterHook',
    hook = this.data[property] as Hook,
    isWanted = (): boolean => !this.isAdmitted(),
  ): Promise<boolean> {
    const { session } = this;
    const { verbs = [], request } = await session.askFor(hook, session.info.raw(), { verb: this, property });
    if (this.isStopped() || !isWanted() || verbs.length === 0) return false;
    if (verbs.some(({ verb }) => !WHILE_WAITING.has(verb))) throw new Error(`not for a ${property}`);
    this.waiting = session.meanwhile(this, WHILE_WAITING);
    await this.waiting.run(verbs, request);
    return true;
  }

  private leaveRoom(): void {
    const { room, session, data, leg } = this;
    const { conferences } = session.call.world;
    const place = room.waiting.indexOf(this);
    if (place >= 0) room.waiting.splice(place, 1);
    this.stopListening();
    if (this.hasJoined) {
      room.members.splice(room.members.indexOf(this), 1);
      session.call.emit({ type: 'leg', leg: leg.id, kind: 'conference', name: room.name, state: 'ended' });
      this.tell('leave');
      const ends = data.endConferenceOnExit === true && room.members.length > 0;
      if (ends || room.members.length === 0) this.tell('end');
      if (ends) for (const member of [...room.members]) member.kick();
      if (room.members.length === 0) room.startedAt = undefined;
    }
    conferences.tidy(room);
  }

  private tell(event: string): void {
    const { room, session } = this;
    const { hook, events } = room.telling;
    if (hook === undefined || !events.has(event)) return;
    const now = session.clock.date();
    const facts: JsonObject = {
      event,
      conferenceSid: `conf:${session.call.world.account}:${room.name}`,
      friendlyName: room.name,
      duration: Math.max(0, Math.floor((now - (room.startedAt ?? now)) / 1000)),
      members: room.members.length,
      time: new Date(now).toISOString(),
      b3: `${'0'.repeat(32)}-${'0'.repeat(16)}-1`,
    };
    const told = session.ask(this, 'statusHook', facts, { hook, ignoreReply: true });
    void session.call.keepOpen(told).catch(() => undefined);
  }
}

export const conference: VerbKind = { need: 'media', make: Conference };
