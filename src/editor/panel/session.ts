import type { CallEvent, CallSummary } from '../../simulator/events';
import type { Answer, Refusal } from '../ask';
import { api, type Deed, type PhoneState, type Wish } from './api';
import { areTogether, type Named, conversationOf } from './company';
import { viewOf, type View } from './model';
import { Watched } from './watched';

const DOORBELL = 'jambonz/calls';
const DEPLOYED = 'notification/runtime-deploy';
const LIST_MS = 400;

/** What the panel knows of the runtime: the phone, the calls, and the one that is shown. */
export class Session {
  phone: PhoneState | undefined;
  calls: CallSummary[] = [];
  isTracing = true;
  /** Why the last wish was not met. */
  problem: Refusal | undefined;
  /** Digits are shown as they are. */
  isRevealed = false;

  readonly canRead = RED.user.hasPermission('jambonz.read');
  readonly canWrite = RED.user.hasPermission('jambonz.write');

  private search = '';
  /** The call that is shown. */
  private shown: Watched | undefined;
  /** Simulated calls that go on beside the one that is shown, or did while it was. */
  private company = new Map<string, Watched>();
  /** Calls that somebody plays from the view of another one. */
  private readonly played = new Set<string>();
  private listing: ReturnType<typeof setTimeout> | undefined;
  private readonly ring = (_topic: string, { id }: { id?: string } = {}): void => {
    if (id !== undefined) void this.watched(id)?.refresh();
    this.listSoon();
  };
  private readonly deployed = (): void => void this.loadPhone();

  constructor(private readonly changed: () => void) {}

  get call(): CallSummary | undefined {
    return this.shown?.call;
  }

  get events(): readonly CallEvent[] {
    return this.shown?.events ?? [];
  }

  get view(): View {
    return this.shown?.view ?? NO_VIEW;
  }

  /** What is said in the call that is shown, and by those who are with it. */
  get conversation(): Named[] {
    const { shown } = this;
    if (!shown) return [];
    const isHeard = ({ call, view }: Watched): boolean => this.played.has(call.id) || areTogether(shown.view, view);
    return conversationOf(shown, [...this.company.values()].filter(isHeard));
  }

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
      this.follow();
    } else this.problem = answer;
    this.changed();
  }

  /** Shows a call. */
  async open(id: string): Promise<void> {
    const before = this.shown;
    const call = this.calls.find((one) => one.id === id) ?? { ...NOTHING, id };
    this.isRevealed = false;
    this.shown = this.company.get(id) ?? this.watch(call);
    this.company = new Map([...this.company].filter(([other, { isLive }]) => other !== id && isLive));
    if (!this.isPlayed) this.company.clear();
    // Whoever goes over to somebody whom he has played goes on with the one that he came from.
    else if (before && this.played.has(id)) this.played.add(before.call.id);
    this.follow();
    await this.shown.refresh();
  }

  /** Shows no call any more; it goes on. */
  close(): void {
    this.shown = undefined;
    this.company.clear();
    this.played.clear();
    this.changed();
  }

  async reveal(isRevealed: boolean): Promise<void> {
    this.isRevealed = isRevealed;
    if (!this.shown) return;
    this.shown = this.watch(this.shown.call);
    await this.shown.refresh();
  }

  /** Makes a call and shows it. */
  async dial(wish: Wish): Promise<void> {
    const answer = this.settle(await api.call(wish));
    if (answer.ok) {
      await this.open(answer.call);
      await this.loadCalls();
    } else this.changed();
  }

  /** Lets somebody else call beside the call that is shown, which goes on being shown. */
  async bringIn(wish: Wish): Promise<void> {
    const answer = this.settle(await api.call(wish));
    if (answer.ok) {
      this.played.add(answer.call);
      await this.loadCalls();
    } else this.changed();
  }

  /** Does something in the call that is shown, or in one that goes on beside it. */
  async act(deed: Deed, id = this.call?.id): Promise<void> {
    const watched = id === undefined ? undefined : this.watched(id);
    if (!watched?.isLive) return;
    if (watched !== this.shown) this.played.add(watched.call.id);
    this.settle(await api.act(watched.call.id, deed));
    await watched.refresh();
  }

  /** Those that go on beside the call that is shown and can be played with it. */
  get companions(): Watched[] {
    return [...this.company.values()].filter(({ isLive }) => isLive);
  }

  /** The other simulated calls that go on. */
  get others(): CallSummary[] {
    const isElsewhere = ({ id, source, over }: CallSummary): boolean =>
      source === 'simulator' && !over && id !== this.call?.id && !this.company.has(id);
    return this.calls.filter(isElsewhere);
  }

  /** Remembers why something was refused, and that nothing was. */
  settle<T>(answer: Answer<T>): Answer<T> {
    this.problem = answer.ok ? undefined : answer;
    return answer;
  }

  /** A call is shown, and it goes on. */
  get isLive(): boolean {
    return this.shown?.isLive ?? false;
  }

  /** Somebody plays the call that is shown here. */
  get isPlayed(): boolean {
    return this.isLive && this.canWrite && this.call?.source === 'simulator';
  }

  get now(): number {
    return this.shown?.now ?? 0;
  }

  private watched(id: string): Watched | undefined {
    return this.call?.id === id ? this.shown : this.company.get(id);
  }

  private watch(call: CallSummary): Watched {
    // Digits of a call that somebody plays here are his own.
    const seesDigits = ({ source }: CallSummary): boolean =>
      this.isRevealed || (this.canWrite && source === 'simulator');
    const watched: Watched = new Watched(call, seesDigits, (problem) => {
      // Meanwhile another call may be shown.
      if (this.watched(call.id) !== watched) return;
      if (problem) this.problem = problem;
      this.changed();
    });
    return watched;
  }

  /** Whoever plays a call plays the others with it: a queue or a conference takes several. */
  private follow(): void {
    if (!this.isPlayed) return;
    for (const call of this.others) {
      const watched = this.watch(call);
      this.company.set(call.id, watched);
      void watched.refresh();
    }
  }

  private listSoon(): void {
    this.listing ??= setTimeout(() => {
      this.listing = undefined;
      void this.loadCalls();
    }, LIST_MS);
  }
}

const NO_VIEW = viewOf([]);
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
