import type { CallEvent, CallSummary } from '../../simulator/events';
import type { Answer, Refusal } from '../ask';
import { api, type Deed, type PhoneState, type Wish } from './api';
import { viewOf, type View } from './model';

const DOORBELL = 'jambonz/calls';
const DEPLOYED = 'notification/runtime-deploy';
const LIST_MS = 400;

/** What the panel knows of the runtime: the phone, the calls, and the one that is shown. */
export class Session {
  phone: PhoneState | undefined;
  calls: CallSummary[] = [];
  isTracing = true;
  /** The call that is shown. */
  call: CallSummary | undefined;
  events: CallEvent[] = [];
  view: View = viewOf([]);
  /** When the last events came, by this browser's clock. */
  heardAt = 0;
  /** Why the last wish was not met. */
  problem: Refusal | undefined;
  /** Digits are shown as they are. */
  isRevealed = false;

  readonly canRead = RED.user.hasPermission('jambonz.read');
  readonly canWrite = RED.user.hasPermission('jambonz.write');

  private search = '';
  private busy: Promise<void> | undefined;
  private isStale = false;
  private listing: ReturnType<typeof setTimeout> | undefined;
  private readonly ring = (_topic: string, { id }: { id?: string } = {}): void => {
    if (id !== undefined && id === this.call?.id) void this.refresh();
    this.listSoon();
  };
  private readonly deployed = (): void => void this.loadPhone();

  constructor(private readonly changed: () => void) {}

  start(): void {
    if (!this.canRead) return;
    RED.comms.subscribe(DOORBELL, this.ring);
    RED.comms.subscribe(DEPLOYED, this.deployed);
    void this.loadPhone();
    void this.loadCalls();
  }

  stop(): void {
    RED.comms.unsubscribe(DOORBELL, this.ring);
    RED.comms.unsubscribe(DEPLOYED, this.deployed);
    clearTimeout(this.listing);
  }

  async loadPhone(): Promise<void> {
    const answer = await api.phone();
    if (answer.ok) this.phone = answer;
    else this.problem = answer;
    this.changed();
  }

  async loadCalls(search = this.search): Promise<void> {
    this.search = search;
    const answer = await api.calls(search);
    if (search !== this.search) return;
    if (answer.ok) {
      this.calls = answer.calls;
      this.isTracing = answer.trace;
      this.settle(answer);
    } else this.problem = answer;
    this.changed();
  }

  /** Shows a call. */
  async open(id: string): Promise<void> {
    await this.busy;
    this.call = this.calls.find((call) => call.id === id);
    this.isRevealed = false;
    await this.reload(id);
  }

  /** Shows no call any more; it goes on. */
  close(): void {
    this.call = undefined;
    this.take([]);
    this.changed();
  }

  async reveal(isRevealed: boolean): Promise<void> {
    this.isRevealed = isRevealed;
    if (this.call) await this.reload(this.call.id);
  }

  /** Makes a call and shows it. */
  async dial(wish: Wish): Promise<void> {
    const answer = this.settle(await api.call(wish));
    if (answer.ok) {
      await this.open(answer.call);
      await this.loadCalls();
    } else this.changed();
  }

  /** Does something in the call that is shown. */
  async act(deed: Deed): Promise<void> {
    if (!this.call || !this.isLive) return;
    this.settle(await api.act(...this.actorOf(this.call.id, deed)));
    await this.refresh();
  }

  /** The other simulated calls that go on. */
  get others(): CallSummary[] {
    return this.calls.filter(({ id, source, over }) => source === 'simulator' && !over && id !== this.call?.id);
  }

  /** Somebody who waits in a queue is the caller of another call. */
  private actorOf(id: string, deed: Deed): [string, Deed] {
    if (!('leg' in deed) || !this.others.some((call) => call.id === deed.leg)) return [id, deed];
    const { leg, ...rest } = deed;
    return [String(leg), rest as Deed];
  }

  /** Remembers why something was refused, and that nothing was. */
  settle<T>(answer: Answer<T>): Answer<T> {
    this.problem = answer.ok ? undefined : answer;
    return answer;
  }

  /** A call is shown, and it goes on. */
  get isLive(): boolean {
    return this.call !== undefined && !this.call.over && !this.view.end;
  }

  /** The time of the call now, as far as one can tell; that of its last event when its clock may jump. */
  get now(): number {
    const { at } = this.view;
    return this.isLive ? at + Math.max(0, Date.now() - this.heardAt) : at;
  }

  /** Digits of a call that somebody plays here are his own. */
  private seesDigits(): boolean {
    return this.isRevealed || (this.canWrite && this.call?.source === 'simulator');
  }

  private async reload(id: string): Promise<void> {
    this.take([]);
    this.call ??= { ...NOTHING, id };
    await this.refresh();
  }

  /** Fetches what has happened since; what rings meanwhile is fetched after it. */
  private async refresh(): Promise<void> {
    this.isStale = true;
    this.busy ??= this.fetchAll().finally(() => {
      this.busy = undefined;
    });
    await this.busy;
  }

  private async fetchAll(): Promise<void> {
    while (this.isStale && this.call) {
      this.isStale = false;
      const { id } = this.call;
      const answer = await api.events(id, this.events.at(-1)?.seq ?? 0, this.seesDigits());
      // Meanwhile another call may be shown.
      if (!this.isShown(id)) this.isStale = true;
      else if (answer.ok) {
        const wasHidden = !this.seesDigits();
        this.call = answer.call;
        // Only the answer says whose call it is.
        if (wasHidden && this.seesDigits() && this.events.length === 0) this.isStale = true;
        else this.take(this.events.concat(answer.events));
      } else this.problem = answer;
      this.changed();
    }
  }

  private isShown(id: string): boolean {
    return this.call?.id === id;
  }

  private take(events: CallEvent[]): void {
    if (events.length !== this.events.length || events.length === 0) this.heardAt = Date.now();
    this.events = events;
    this.view = viewOf(events, this.call?.id);
  }

  private listSoon(): void {
    this.listing ??= setTimeout(() => {
      this.listing = undefined;
      void this.loadCalls();
    }, LIST_MS);
  }
}

const NOTHING: CallSummary = {
  id: '',
  source: 'simulator',
  direction: 'inbound',
  from: '',
  to: '',
  started: 0,
  status: '',
  over: false,
  seq: 0,
};
