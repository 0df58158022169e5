import type {
  AlertEvent,
  AnswerEvent,
  AskEvent,
  CallEvent,
  DoneEvent,
  Cause,
  EndEvent,
  HeardEvent,
  LegEvent,
  MediaEvent,
  PathEvent,
  RequestEvent,
  SipEvent,
  VerbEvent,
  WaitEvent,
} from '../../simulator/events';
import { causesOf } from './ending';
import { placesOf, type Place } from './places';

/** A bubble of the conversation. */
export interface Line {
  key: string;
  /** `flow` is heard by a party, `party` comes from one, `note` is said by nobody. */
  from: 'flow' | 'party' | 'note';
  kind: HeardEvent['kind'] | DoneEvent['did'] | 'state' | 'place';
  text: string;
  at: number;
  /** Where it belongs among what other calls tell. */
  order?: number;
  /** The other party that hears or does it; absent for the caller. */
  leg?: string;
  /** Of something heard; absent when it is not known. */
  state?: 'playing' | 'done' | 'interrupted' | 'failed';
  language?: string;
  node?: string;
}

interface Timed {
  key: string;
  /** Milliseconds of the call. */
  at: number;
  /** Milliseconds; absent while it lasts, and for what takes no time. */
  took?: number;
  /** It has begun and is not over. */
  isOpen?: boolean;
  /** How deep it is nested. */
  depth: number;
  /** Nodes that have to do with it, the most important first. */
  nodes: string[];
  leg?: string;
}

/** A verb of an answer, with the node that made it. */
export interface Made {
  verb: string;
  node?: string;
}

export type Row = Timed &
  (
    | { kind: 'request'; request: RequestEvent; cause?: string; answer?: AnswerEvent; path?: PathEvent; made: Made[] }
    | { kind: 'verb'; verb: VerbEvent; why?: string }
    | { kind: 'wait'; wait: WaitEvent }
    | { kind: 'done'; done: DoneEvent }
    | { kind: 'leg'; state: LegEvent }
    | { kind: 'alert'; alert: AlertEvent }
    | { kind: 'sip'; sip: SipEvent }
    | { kind: 'ask'; ask: AskEvent }
    | { kind: 'media'; media: MediaEvent }
    | { kind: 'end'; end: EndEvent; causes: Cause[] }
  );

/** Another party of the call. */
export interface Party {
  leg: string;
  kind: LegEvent['kind'];
  name: string;
  state: LegEvent['state'];
  why?: string;
  isOver: boolean;
  /** The queue or the conference that it is in. */
  place?: Place;
}

/** All that is shown of a call. */
export interface View {
  lines: Line[];
  rows: Row[];
  parties: Party[];
  /** The call was placed for the flow, and whoever is called has not answered yet. */
  rings: boolean;
  /** The queues and conferences that the caller has been in, in order. */
  places: Place[];
  /** What is waited for now, of the caller first. */
  waits: WaitEvent[];
  /** Nodes in the order in which the call passed them first, and how often each was passed. */
  passed: { node: string; times: number }[];
  /** The nodes that the last request has passed. */
  latest: string[];
  /** The nodes whose verbs run now. */
  running: string[];
  /** A model talks in this call, and somebody may play it. */
  model: boolean;
  /** The simulator asks whether to go on. */
  asks?: AskEvent;
  end?: EndEvent;
  /** What led to the end, in the order in which one tells it. */
  causes: Cause[];
  /** The time of the call up to which everything is known. */
  at: number;
}

/** Verbs that let a model or a bot talk. */
const MODEL = /^(llm|agent|dialogflow|lex|rasa|s2s|\w+_s2s)$/;
/** Somebody who is called can answer, or decline. */
export const RINGING: ReadonlySet<LegEvent['state']> = new Set(['new', 'ringing', 'early']);
const OVER: ReadonlySet<LegEvent['state']> = new Set(['failed', 'ended']);

/** What is to be shown of the events of a call. */
export function viewOf(events: readonly CallEvent[], id = ''): View {
  return new Reading(events, id).view;
}

class Reading {
  private readonly paths = new Map<number, PathEvent>();
  private readonly requests = new Map<number, RequestEvent>();
  private readonly answers = new Map<number, AnswerEvent>();
  private readonly verbs = new Map<number, VerbEvent>();
  private readonly ends = new Map<number, VerbEvent>();
  private readonly last = new Map<number, HeardEvent>();
  private readonly end: EndEvent | undefined;
  private readonly at: number;
  private readonly causes: Cause[];

  constructor(
    private readonly events: readonly CallEvent[],
    private readonly id: string,
  ) {
    for (const event of events) {
      if (event.type === 'path') this.paths.set(event.request, event);
      else if (event.type === 'request') this.requests.set(event.id, event);
      else if (event.type === 'answer') this.answers.set(event.request, event);
      else if (event.type === 'heard') this.last.set(event.id, event);
      else if (event.type === 'verb') (event.state === 'end' ? this.ends : this.verbs).set(event.id, event);
    }
    this.end = events.find((event) => event.type === 'end');
    // The way of a message is seen by another clock.
    this.at = Math.max(0, ...events.filter(({ type }) => type !== 'path').map(({ at }) => at));
    this.causes = this.end ? causesOf(events, this.end, id) : [];
  }

  get view(): View {
    const running = this.runningVerbs();
    const latest = [...this.paths.values()].at(-1)?.nodes ?? [];
    const asks = this.asks();
    const parties = this.parties();
    return {
      lines: this.events.some(({ type }) => /^(verb|heard|done)$/.test(type)) ? this.lines() : this.guessedLines(),
      rows: this.rows(),
      parties,
      rings: this.rings(),
      places: placesOf(this.events, this.id, this.id),
      waits: this.openWaits(),
      passed: this.passed(),
      latest,
      running: [...new Set(running.flatMap((verb) => this.nodeOf(verb) ?? []))],
      model:
        running.some(({ verb }) => MODEL.test(verb)) || parties.some(({ kind, isOver }) => kind === 'model' && !isOver),
      ...(asks && { asks }),
      ...(this.end && { end: this.end }),
      causes: this.causes,
      at: this.at,
    };
  }

  private isOther(leg: string | undefined): leg is string {
    return leg !== undefined && leg !== this.id;
  }

  private runningVerbs(): VerbEvent[] {
    if (this.end) return [];
    return [...this.verbs.values()].filter(({ id, state }) => state === 'begin' && !this.ends.has(id));
  }

  /** The node that made a verb, or the verb around it. */
  private nodeOf({ from, parent }: VerbEvent): string | undefined {
    const made = from && this.paths.get(from.request)?.verbs[from.index];
    if (made) return made;
    const outer = parent === undefined ? undefined : this.verbs.get(parent);
    return outer && this.nodeOf(outer);
  }

  private nodeOfVerb(id: number | undefined): string | undefined {
    const verb = id === undefined ? undefined : this.verbs.get(id);
    return verb && this.nodeOf(verb);
  }

  private depthOf({ parent }: VerbEvent): number {
    const outer = parent === undefined ? undefined : this.verbs.get(parent);
    return outer ? this.depthOf(outer) + 1 : 0;
  }

  private passed(): View['passed'] {
    const times = new Map<string, number>();
    for (const { nodes } of this.paths.values()) for (const node of nodes) times.set(node, (times.get(node) ?? 0) + 1);
    return [...times].map(([node, count]) => ({ node, times: count }));
  }

  private parties(): Party[] {
    const parties = new Map<string, Party>();
    for (const event of this.events) {
      if (event.type !== 'leg' || event.kind === 'caller' || !this.isOther(event.leg)) continue;
      const { leg, state, why } = event;
      const known = parties.get(leg);
      // Somebody who was dialled may come to a conference, whose name is not his.
      const { kind, name } = known?.kind === 'dialled' && event.kind !== 'dialled' ? known : event;
      const isOver = event.kind === kind && OVER.has(state);
      parties.set(leg, {
        leg,
        kind,
        name: name || (known?.name ?? ''),
        state,
        isOver: isOver || this.end !== undefined,
        ...(why && { why }),
      });
    }
    return [...parties.values()].map((party) => {
      const place = placesOf(this.events, party.leg, this.id)
        .filter(({ isOver }) => !isOver)
        .at(-1);
      return place ? { ...party, place } : party;
    });
  }

  private rings(): boolean {
    if (this.end) return false;
    const told = this.events.filter(
      (event) => event.type === 'leg' && event.kind === 'caller' && event.leg === this.id,
    );
    const last = told.at(-1);
    return last?.type === 'leg' && RINGING.has(last.state);
  }

  private asks(): AskEvent | undefined {
    // Whatever happens afterwards is the answer.
    const last = this.events.filter(({ type }) => type !== 'leg' && type !== 'path').at(-1);
    return last?.type === 'ask' ? last : undefined;
  }

  /** When a wait was over; undefined while it lasts. */
  private overAt(wait: WaitEvent): number | undefined {
    const isAfter = (event: CallEvent): boolean => {
      if (event.seq <= wait.seq) return false;
      if (event.type === 'end') return true;
      if (event.type === 'wait') return event.verb === wait.verb && event.leg === wait.leg;
      if (event.type === 'verb')
        return wait.verb === undefined ? event.leg === wait.leg : event.id === wait.verb && event.state === 'end';
      return event.type === 'leg' && wait.for === 'ringing' && /^(answered|failed|ended|bridged)$/.test(event.state);
    };
    return this.events.find(isAfter)?.at;
  }

  private openWaits(): WaitEvent[] {
    return this.events
      .filter((event): event is WaitEvent => event.type === 'wait' && this.overAt(event) === undefined)
      .sort((a, b) => Number(this.isOther(a.leg)) - Number(this.isOther(b.leg)) || b.seq - a.seq);
  }

  private lines(): Line[] {
    const lines: Line[] = [];
    const begun = new Set<number>();
    for (const event of this.events) {
      const when = { at: event.at, ...(event.order !== undefined && { order: event.order }) };
      const key = String(event.seq);
      const leg = 'leg' in event && this.isOther(event.leg) ? { leg: event.leg } : {};
      if (event.type === 'heard') {
        if (begun.has(event.id)) continue;
        begun.add(event.id);
        const ended = this.last.get(event.id)?.ended;
        const language = event.voice?.language;
        const node = this.nodeOfVerb(event.verb);
        lines.push({
          key,
          from: 'flow',
          kind: event.kind,
          text: event.text,
          ...when,
          state: ended ?? (this.end ? 'interrupted' : 'playing'),
          ...leg,
          ...(language && { language }),
          ...(node && { node }),
        });
      } else if (event.type === 'done') {
        // What a model says is heard.
        if (event.did === 'model') continue;
        const from = /^(sip|rest|tool-call|event)$/.test(event.did) ? 'note' : 'party';
        const text = event.text ?? '';
        const before = lines.at(-1);
        // Keys come one by one.
        if (event.did === 'dtmf' && before?.kind === 'dtmf' && before.from === from && before.leg === leg.leg) {
          before.text += text;
        } else lines.push({ key, from, kind: event.did, text, ...when, ...leg });
      } else if (event.type === 'leg' && event.kind !== 'caller') {
        if (event.state === 'new') continue;
        if (!this.isOther(event.leg)) {
          // The caller himself waits in a queue, or is in a conference.
          lines.push({ key, from: 'note', kind: 'place', text: `${event.kind}-${event.state}:${event.name}`, ...when });
          continue;
        }
        const state = event.why ? `${event.state}:${event.why}` : event.state;
        lines.push({ key, from: 'note', kind: 'state', text: state, ...when, leg: event.leg });
      }
    }
    return lines;
  }

  /** Of a real call only requests and answers are known: what the verbs would say, and what came of it. */
  private guessedLines(): Line[] {
    const lines: Line[] = [];
    for (const event of this.events) {
      const key = String(event.seq);
      if (event.type === 'request') {
        const done = partyDid(event.body);
        if (done) lines.push({ key, from: 'party', at: event.at, ...done });
      } else if (event.type === 'answer' && Array.isArray(event.body)) {
        const nodes = this.paths.get(event.request)?.verbs ?? [];
        event.body.forEach((verb: unknown, index) => {
          const node = nodes[index];
          for (const [place, heard] of heardOf(verb).entries()) {
            const line = { key: `${key}.${index}.${place}`, from: 'flow' as const, at: event.at, ...heard };
            lines.push(node ? { ...line, node } : line);
          }
        });
      }
    }
    return lines;
  }

  private rows(): Row[] {
    return this.events.flatMap((event) => this.rowOf(event) ?? []);
  }

  private rowOf(event: CallEvent): Row | undefined {
    const leg = 'leg' in event && this.isOther(event.leg) ? { leg: event.leg } : {};
    const base = { key: `${event.type}:${event.seq}`, at: event.at, depth: 0, nodes: [] as string[], ...leg };
    switch (event.type) {
      case 'request':
        return this.requestRow(event, base);
      case 'verb':
        return event.state === 'end' ? undefined : this.verbRow(event, base);
      case 'wait': {
        const over = this.overAt(event);
        const verb = event.verb === undefined ? undefined : this.verbs.get(event.verb);
        const node = verb && this.nodeOf(verb);
        return {
          ...base,
          kind: 'wait',
          wait: event,
          depth: verb ? this.depthOf(verb) + 1 : 0,
          nodes: node ? [node] : [],
          ...(over === undefined ? { isOpen: true } : { took: over - event.at }),
        };
      }
      case 'done':
        return { ...base, kind: 'done', done: event };
      case 'leg':
        return event.kind === 'caller' && !this.isOther(event.leg) ? undefined : { ...base, kind: 'leg', state: event };
      case 'alert':
        return { ...base, kind: 'alert', alert: event };
      case 'sip':
        return { ...base, kind: 'sip', sip: event };
      case 'ask':
        return { ...base, kind: 'ask', ask: event };
      case 'end':
        return { ...base, kind: 'end', end: event, causes: this.causes };
      case 'media':
        // That recognition starts and stops goes without saying.
        return event.what.startsWith('stt') ? undefined : { ...base, kind: 'media', media: event };
      default:
        return undefined;
    }
  }

  private requestRow(request: RequestEvent, base: Timed): Row {
    const answer = this.answers.get(request.id);
    const path = this.paths.get(request.id);
    const verbs: unknown[] = Array.isArray(answer?.body) ? answer.body : [];
    const made = verbs.map((verb, index): Made => {
      const node = path?.verbs[index];
      return { verb: verbNameOf(verb), ...(node && { node }) };
    });
    const verb = request.verb === undefined ? undefined : this.verbs.get(request.verb);
    const node = verb && this.nodeOf(verb);
    const nodes = [...(path?.nodes ?? []), ...(node ? [node] : [])];
    return {
      ...base,
      kind: 'request',
      request,
      made,
      nodes: [...new Set(nodes)],
      ...(verb && { cause: verb.verb }),
      ...(answer && { answer }),
      ...(path && { path }),
      ...(answer ? { took: answer.took } : this.end ? {} : { isOpen: true }),
    };
  }

  private verbRow(verb: VerbEvent, base: Timed): Row {
    const over = this.ends.get(verb.id);
    const node = this.nodeOf(verb);
    const why = verb.why ?? over?.why;
    const ended = over?.at ?? this.end?.at;
    return {
      ...base,
      kind: 'verb',
      verb,
      depth: this.depthOf(verb),
      nodes: node ? [node] : [],
      ...(why && { why }),
      ...(verb.state === 'skip' ? {} : ended === undefined ? { isOpen: true } : { took: ended - verb.at }),
    };
  }
}

type JsonObject = Record<string, unknown>;
const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null;

function verbNameOf(verb: unknown): string {
  if (!isObject(verb)) return '?';
  return typeof verb.verb === 'string' ? verb.verb : (Object.keys(verb)[0] ?? '?');
}

/** What the body of a hook says that a party has pressed or said. */
function partyDid(body: unknown): Pick<Line, 'kind' | 'text'> | undefined {
  if (!isObject(body)) return undefined;
  if (typeof body.digits === 'string' && body.digits !== '') return { kind: 'dtmf', text: body.digits };
  const { speech } = body;
  const alternatives = isObject(speech) ? speech.alternatives : undefined;
  const first: unknown = Array.isArray(alternatives) ? alternatives[0] : undefined;
  const words = isObject(first) ? first.transcript : undefined;
  return typeof words === 'string' && words !== '' ? { kind: 'speech', text: words } : undefined;
}

/** What a verb says or plays, as it stands in an answer. */
function heardOf(verb: unknown): Pick<Line, 'kind' | 'text'>[] {
  if (!isObject(verb)) return [];
  const own = verbNameOf(verb);
  if (own === 'say') return texts(verb.text).map((text) => ({ kind: 'say', text }));
  if (own === 'play') return texts(verb.url).map((text) => ({ kind: 'play', text }));
  if (own !== 'gather') return [];
  return [
    ...(isObject(verb.say) ? heardOf({ verb: 'say', ...verb.say }) : []),
    ...(isObject(verb.play) ? heardOf({ verb: 'play', ...verb.play }) : []),
  ];
}

function texts(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((text): text is string => typeof text === 'string');
}
