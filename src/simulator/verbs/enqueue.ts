import { number, type JsonObject } from '../json';
import type { Leg } from '../leg';
import type { Waiting } from '../queues';
import type { Hook } from '../requestor';
import type { Session } from '../session';
import { Gate } from '../signal';
import { type Stop, Verb, type VerbKind } from '../verb';

const LAST = 999;
/** Silence before every round of the waitHook. */
const SILENCE = 0.5;
const WHILE_WAITING: ReadonlySet<string> = new Set(['play', 'say', 'pause', 'leave', 'tag']);

/** Puts the caller into a queue. @see engine rule: an empty answer of waitHook, or none, is silence from then on */
export class Enqueue extends Verb implements Waiting {
  readonly priority = number(this.data.priority) ?? LAST;
  readonly since = this.session.clock.now();
  private readonly over = new Gate();
  private result = 'hangup';
  private waiting: Session | undefined;
  private isServed = false;

  async run(): Promise<void> {
    const { session, name } = this;
    const { queues } = session.call.world;
    queues.add(name, this);
    this.tell('waiting');
    session.leg.emit({ type: 'wait', for: 'queue', verb: this.id });
    if (this.data.waitHook) void session.call.keepOpen(this.passTime()).catch(() => undefined);
    await this.over.passed;
    queues.remove(name, this);
    this.waiting?.end('interrupted');
    this.tell('ended');
    this.outcome = this.result;
    await this.report();
  }

  override kill(why: Stop): void {
    super.kill(why);
    this.waiting?.end('interrupted');
    this.over.open();
  }

  /** The caller is not to wait any longer. */
  leave(): void {
    this.result = 'leave';
    this.over.open();
  }

  async bridge(agent: Leg): Promise<void> {
    this.isServed = true;
    this.result = 'bridged';
    this.waiting?.end('interrupted');
    this.tell('bridged');
    this.leg.emit({ type: 'wait', for: 'bridge', verb: this.id });
    const stopAgent = agent.hungUp.on(() => this.over.open());
    await this.over.passed;
    stopAgent();
  }

  /** The agent does not talk with the caller any more. */
  unbridge(): void {
    this.over.open();
  }

  private get name(): string {
    return String(this.data.name);
  }

  private get queueSid(): string {
    return `queue:${this.session.call.world.account}:${this.name}`;
  }

  private get seconds(): number {
    return Math.floor((this.session.clock.now() - this.since) / 1000);
  }

  private async passTime(): Promise<void> {
    const { session } = this;
    while (await this.silence()) {
      if (!(await session.call.patience.spend()) || this.isDone()) return;
      const { verbs = [], request } = await session.askFor(this.data.waitHook as Hook, this.describe(), {
        verb: this,
        property: 'waitHook',
      });
      if (this.isDone() || verbs.length === 0) return;
      if (verbs.some(({ verb }) => !WHILE_WAITING.has(verb))) return;
      this.waiting = session.meanwhile(this, WHILE_WAITING);
      await this.waiting.run(verbs, request);
    }
  }

  /** A function, since it changes while something is waited for. */
  private isDone(): boolean {
    return this.over.isOpen() || this.isServed;
  }

  /** @returns false when the waiting is over */
  private silence(): Promise<boolean> {
    if (this.isDone()) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = this.session.clock.after(SILENCE * 1000, () => resolve(!this.isDone()));
      void this.over.passed.then(() => {
        timer.cancel();
        resolve(false);
      });
    });
  }

  private describe(): JsonObject {
    const { session, name } = this;
    const queue = session.call.world.queues.list(name);
    const { info } = session;
    return {
      queueSid: this.queueSid,
      queueTime: this.seconds,
      queueSize: queue.length,
      queuePosition: queue.indexOf(this),
      callSid: info.identity.callSid,
      callId: info.identity.callId,
      customerData: info.customerData,
    };
  }

  private async report(): Promise<void> {
    const facts = { queueSid: this.queueSid, queueTime: this.seconds, queueResult: this.result };
    await this.session
      .ask(this, 'actionHook', facts, { ignoreReply: () => this.stopped === 'replaced' })
      .catch(() => undefined);
  }

  private tell(state: 'waiting' | 'bridged' | 'ended'): void {
    this.session.call.emit({ type: 'leg', leg: this.leg.id, kind: 'queue', name: this.name, state });
  }
}

/** Takes the caller out of the queue. @see engine rule: anywhere else than in a waitHook's answer the call ends */
class Leave extends Verb {
  run(): Promise<void> {
    const { parent } = this.place;
    if (!(parent instanceof Enqueue)) throw new Error('leave: the call is in no queue');
    parent.leave();
    return Promise.resolve();
  }
}

export const enqueue: VerbKind = { need: 'media', make: Enqueue };
export const leave: VerbKind = { need: 'nothing', make: Leave };
