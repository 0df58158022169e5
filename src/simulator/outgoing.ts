import type { SimulatedCall } from './call';
import type { CallStatus } from './call-info';
import type { Leg } from './leg';
import { behaviour, planFor, type Behaviour } from './plan';
import { Gate } from './signal';
import { reasonOf } from './sip';
import type { Timer } from './clock';

/** A call that the engine places. */
export interface Invitation {
  leg: Leg;
  name: string;
  uri: string;
  headers: Record<string, string>;
  /** What a refusal is called: dialled legs and calls of the REST API differ. */
  statusOf: (sipStatus: number) => CallStatus;
  /** Whether the text of a provisional response is told. */
  hasReasons: boolean;
}

/** 180 follows the INVITE after the way there and back. */
const PROVISIONAL_MS = 5;

/** A party that the engine calls: rings, answers or refuses, as its plan says or by hand. */
export class Outgoing {
  readonly leg: Leg;
  /** Opened with whether the party has answered. */
  readonly answered = new Gate<boolean>();
  private readonly behaviour: Behaviour;
  private timers: Timer[] = [];

  constructor(
    private readonly call: SimulatedCall,
    private readonly invitation: Invitation,
  ) {
    this.leg = invitation.leg;
    this.behaviour = behaviour(planFor(invitation.leg.info.identity.to, call.plans));
  }

  /** Sends the INVITE. */
  start(): void {
    const { invitation, leg, call } = this;
    call.legs.set(leg.id, leg);
    call.outgoing.set(leg.id, this);
    this.tell('new');
    leg.emit({ type: 'sip', direction: 'sent', text: 'INVITE', headers: invitation.headers, uri: invitation.uri });
    call.notify(leg, {});
    const { provisional, final } = this.behaviour;
    if (provisional) this.later(PROVISIONAL_MS, () => this.provisional(provisional));
    if (final) this.later(final.afterMs, () => this.final(final.status));
  }

  /** The party answers with a final status. */
  final(status: number): void {
    if (this.answered.isOpen()) return;
    this.clear();
    const { leg } = this;
    leg.emit({ type: 'sip', direction: 'received', text: `${status} ${reasonOf(status)}` });
    if (status === 200) {
      this.change('in-progress', status);
      leg.answered();
      this.tell('answered');
      this.greet();
      this.answered.open(true);
      return;
    }
    this.fail(status, 'callee');
  }

  /** The engine gives up. */
  cancel(): void {
    if (this.answered.isOpen()) return;
    this.clear();
    this.leg.emit({ type: 'sip', direction: 'sent', text: 'CANCEL' });
    this.leg.emit({ type: 'sip', direction: 'received', text: `487 ${reasonOf(487)}` });
    this.fail(487, 'jambonz');
  }

  /** The engine hangs up on the party that has answered. */
  hangup(headers: Record<string, string> = {}): void {
    if (this.leg.isOver) return;
    this.clear();
    this.leg.emit({ type: 'sip', direction: 'sent', text: 'BYE', headers });
    this.over('jambonz');
    this.leg.end({ by: 'near' });
  }

  /** The party hangs up. */
  hungUp(headers?: Record<string, string>): void {
    if (this.leg.isOver || !this.leg.isAnswered) return;
    this.clear();
    this.leg.emit({ type: 'sip', direction: 'received', text: 'BYE', ...(headers ? { headers } : {}) });
    this.over('callee');
    this.leg.end({ by: 'far', ...(headers ? { headers } : {}) });
  }

  private over(by: 'jambonz' | 'callee'): void {
    this.call.outgoing.delete(this.leg.id);
    this.tell('ended', { status: 200, by });
  }

  private provisional(status: 180 | 183): void {
    const { leg } = this;
    leg.state = status === 180 ? 'ringing' : 'early';
    leg.info.sbcCallid = `${leg.id}@sbc`;
    leg.emit({ type: 'sip', direction: 'received', text: `${status} ${reasonOf(status)}` });
    this.tell(status === 180 ? 'ringing' : 'early');
    this.change(status === 180 ? 'ringing' : 'early-media', status, this.invitation.hasReasons);
  }

  private fail(status: number, by: 'jambonz' | 'callee'): void {
    this.call.outgoing.delete(this.leg.id);
    this.tell('failed', { status, by, why: `${status} ${reasonOf(status)}` });
    this.change(this.invitation.statusOf(status), status);
    this.answered.open(false);
    this.leg.end({ by: by === 'callee' ? 'far' : 'near' });
  }

  private change(callStatus: CallStatus, sipStatus: number, hasReason = true): void {
    const { info } = this.leg;
    info.callStatus = callStatus;
    info.sipStatus = sipStatus;
    if (hasReason) info.sipReason = reasonOf(sipStatus);
    this.call.notify(this.leg, {});
  }

  private greet(): void {
    const { greeting, hangupMs } = this.behaviour;
    if (greeting !== undefined) {
      // Soon after it has picked up, in a voice that takes its time.
      this.later(500, () => this.call.hear(this.leg, greeting, false));
      this.later(500 + this.call.duration(greeting, 'say'), () => this.call.hear(this.leg, greeting, true));
    }
    if (hangupMs !== undefined) this.later(hangupMs, () => this.call.hangup(this.leg.id));
  }

  private tell(
    state: 'new' | 'ringing' | 'early' | 'answered' | 'failed' | 'ended',
    facts: { status?: number; by?: 'jambonz' | 'callee'; why?: string } = {},
  ): void {
    const { name, leg } = this.invitation;
    this.call.emit({
      type: 'leg',
      leg: this.leg.id,
      kind: leg.leg === undefined ? 'caller' : 'dialled',
      name,
      state,
      ...facts,
    });
  }

  private later(ms: number, act: () => void): void {
    this.timers.push(this.call.clock.after(ms, act));
  }

  private clear(): void {
    for (const timer of this.timers) timer.cancel();
    this.timers = [];
  }
}
