import type { AnswerEvent, CallEvent, Cause, EndEvent, RequestEvent, VerbEvent, WaitEvent } from './events';

/**
 * What can be said of the end of a call, and the facts that each clause has. The clauses themselves
 * stand in the catalog, under `simulator.because.<what>`: a clause may be followed by another one
 * (`, and ...`), so each of them is a sentence of its own, except `during...`, which leads to one.
 */
export const CAUSES = {
  // What happened last.
  during: ['verb'],
  'during-wait': ['verb', 'for'],
  'verb-timeout': ['verb'],
  'verb-timeout-after': ['verb', 'seconds'],
  'dialled-busy': ['to'],
  'dialled-no-answer': ['to'],
  'dialled-failed': ['to', 'status'],
  'dialled-hung-up': ['to'],
  'time-limit': ['verb'],
  'model-ended': ['verb', 'reason'],
  'skipped-unanswered': ['verb'],
  'verb-failed': ['verb', 'error'],
  'unknown-verb': ['verb'],
  'gave-up': ['seconds'],
  asked: ['verbs'],
  // What a hook answered.
  'hook-silent': ['hook'],
  'hook-unreachable': ['hook', 'error'],
  'hook-status': ['hook', 'status'],
  'hook-unusable': ['hook', 'error'],
  'hook-nothing': ['hook'],
  'rest-nothing': [],
  'webhook-silent': ['seconds'],
  'webhook-unreachable': ['error'],
  'webhook-status': ['status'],
  'no-application': ['error'],
  // What the engine did.
  'nothing-left': ['verb'],
  'hangup-verb': [],
  'rest-hangup': [],
  declined: ['status'],
  'refused-with': ['status'],
  'ring-timeout': [],
  'caller-hung-up': [],
  'callee-hung-up': [],
  'jambonz-hung-up': [],
  'simulator-hung-up': [],
  'unknown-hung-up': [],
  'not-answered-caller': [],
  'not-answered-callee': ['status', 'reason'],
  'not-answered-jambonz': [],
  'not-answered-unknown': [],
} as const satisfies Record<string, readonly string[]>;

export type What = keyof typeof CAUSES;

/** What is known of the end besides the events. */
export interface Closing {
  by: EndEvent['by'];
  status?: number;
  /** How a status is called that a callee refused with. */
  reason?: string;
  /** Clauses that verbs and the REST API have left, in their order. */
  hints: readonly Cause[];
}

/** How long the engine waits for a hook, in seconds. */
const HOOK_TIMEOUT = 10;
const TIMED_OUT = 'Headers Timeout Error';
/** What a gather waits for from the caller. */
const INPUT = /digits|speech/;
const MODELS = /^(llm|s2s|agent|\w+_s2s)$/;

/** What led to the end of a call, in clauses of one sentence: first what led there, last the end. */
export function causesOf(events: readonly CallEvent[], closing: Closing): Cause[] {
  const story = new Story(events, closing);
  return story.causes();
}

class Story {
  private readonly answers = new Map<number, AnswerEvent>();
  private readonly requests: RequestEvent[] = [];
  /** Verbs of the call's own leg that are no parts of others, as they begin or are skipped. */
  private readonly begun: VerbEvent[] = [];
  private readonly over = new Map<number, VerbEvent>();
  private readonly waits: WaitEvent[] = [];
  private readonly isAnswered: boolean;

  constructor(
    private readonly events: readonly CallEvent[],
    private readonly closing: Closing,
  ) {
    for (const event of events) {
      if (event.type === 'request' && event.hook !== 'call:status') this.requests.push(event);
      else if (event.type === 'answer') this.answers.set(event.request, event);
      else if (event.type === 'wait') this.waits.push(event);
      else if (event.type === 'verb' && event.leg === undefined) {
        if (event.state === 'end') this.over.set(event.id, event);
        else if (event.parent === undefined) this.begun.push(event);
      }
    }
    this.isAnswered = closing.status === 200;
  }

  causes(): Cause[] {
    const { by } = this.closing;
    if (this.hint('no-application')) return [...this.whyNoApplication(), this.ending()];
    if (by === 'caller' || by === 'callee') return [...this.during(), this.ending()];
    if (by === 'simulator') {
      const ask = this.events.findLast((event) => event.type === 'ask');
      const isOpen =
        ask && !this.events.some((event) => event.type === 'verb' && event.state === 'begin' && event.seq > ask.seq);
      return [...(isOpen ? [cause('asked', { verbs: ask.verbs })] : []), this.ending()];
    }
    if (by === 'unknown') return [this.ending()];
    return [...this.lead(), ...this.engine(), ...this.finally()];
  }

  /** Why no verb was carried out at all. */
  private whyNoApplication(): Cause[] {
    const first = this.requests[0];
    const answer = first && this.answers.get(first.id);
    const error = answer?.error ?? String(this.hint('no-application')?.facts?.error ?? '');
    if (answer && answer.status === undefined) {
      return [
        error === TIMED_OUT
          ? cause('webhook-silent', { seconds: HOOK_TIMEOUT })
          : cause('webhook-unreachable', { error }),
      ];
    }
    if (answer?.status !== undefined && !isAccepted(answer.status))
      return [cause('webhook-status', { status: answer.status })];
    return [cause('no-application', { error })];
  }

  /** What ran when somebody left. */
  private during(): Cause[] {
    const last = this.begun.at(-1);
    if (!last || last.state === 'skip') return [];
    const over = this.over.get(last.id);
    const leaving = this.events.findLast(
      (event) => event.type === 'done' && /^(hangup|cancel)$/.test(event.did) && event.leg === undefined,
    );
    if (over && (!leaving || over.seq < leaving.seq)) return [];
    const wait = this.waits.findLast(({ verb, seq }) => verb === last.id && (!leaving || seq < leaving.seq));
    if (wait && INPUT.test(wait.for)) return [cause('during-wait', { verb: last.verb, for: wait.for })];
    return [cause('during', { verb: last.verb })];
  }

  /** How the last verb that something depended on came out, if what followed depends on it still. */
  private lead(): Cause[] {
    const verb = this.begun.findLast(
      ({ id, state }) => state === 'begin' && (this.hookOf(id) !== undefined || this.outcomeOf(id).length > 0),
    );
    if (!verb) return [];
    const causes = this.outcomeOf(verb.id);
    const hook = this.hookOf(verb.id);
    if (hook && this.answers.get(hook.id)?.effect === 'application') return [];
    return hook ? [...causes, ...this.answerOf(hook)] : causes;
  }

  private outcomeOf(id: number): Cause[] {
    const begin = this.begun.find((event) => event.id === id)!;
    const { verb } = begin;
    const why = this.over.get(id)?.why;
    if (why === 'timeout') {
      const wait = this.waits.findLast((event) => event.verb === id && event.until !== undefined);
      if (!wait) return [cause('verb-timeout', { verb })];
      return [cause('verb-timeout-after', { verb, seconds: Math.round((wait.until! - wait.at) / 100) / 10 })];
    }
    if (verb === 'dial') return this.dialled(why, begin);
    if (MODELS.test(verb) && why !== undefined && why !== 'hangup' && why !== 'replaced') {
      return [cause('model-ended', { verb, reason: why })];
    }
    return [];
  }

  private dialled(why: string | undefined, { seq, verb }: VerbEvent): Cause[] {
    const legs = this.events.filter((event) => event.type === 'leg' && event.kind === 'dialled' && event.seq > seq);
    const last = legs.at(-1);
    const bridged = legs.findLast((event) => event.type === 'leg' && event.state === 'bridged');
    const party = bridged ?? last;
    if (party?.type !== 'leg') return [];
    const to = party.name;
    if (why === 'busy') return [cause('dialled-busy', { to })];
    if (why === 'no-answer') return [cause('dialled-no-answer', { to })];
    if (why === 'failed')
      return [cause('dialled-failed', { to, status: last?.type === 'leg' ? (last.status ?? 0) : 0 })];
    if (why !== 'completed' || !bridged) return [];
    if (this.hint('timeLimit')) return [cause('time-limit', { verb })];
    const hungUp = this.events.some(
      (event) => event.type === 'leg' && event.leg === party.leg && event.by === 'callee',
    );
    return hungUp ? [cause('dialled-hung-up', { to })] : [];
  }

  private answerOf({ id, property = 'hook' }: RequestEvent): Cause[] {
    const answer = this.answers.get(id);
    if (!answer) return [];
    const { status, error = '', effect } = answer;
    if (status === undefined) {
      return [
        error === TIMED_OUT
          ? cause('hook-silent', { hook: property })
          : cause('hook-unreachable', { hook: property, error }),
      ];
    }
    if (!isAccepted(status)) return [cause('hook-status', { hook: property, status })];
    if (effect === 'failed') return [cause('hook-unusable', { hook: property, error })];
    return effect === 'continue' ? [cause('hook-nothing', { hook: property })] : [];
  }

  /** What the engine made of it. */
  private engine(): Cause[] {
    const last = this.begun.at(-1);
    if (this.isFinal()) return [];
    const gaveUp = this.hint('gave-up');
    if (gaveUp) return [gaveUp];
    const failed = this.hint('verb-failed');
    if (failed) {
      // What was wrong with a hook has been said already.
      const hook = last && this.hookOf(last.id);
      return hook && this.answerOf(hook).length > 0 ? [] : [failed];
    }
    if (this.restBroughtNothing()) return [cause('rest-nothing')];
    if (!last) return [];
    if (last.state === 'skip' && last.why === 'unanswered') {
      return [cause('skipped-unanswered', { verb: last.verb }), cause('nothing-left', { verb: last.verb })];
    }
    return [cause('nothing-left', { verb: last.verb })];
  }

  private finally(): Cause[] {
    for (const what of ['hangup-verb', 'rest-hangup'] as const) if (this.hint(what)) return [cause(what)];
    const limit = this.hint('time-limit');
    if (limit) return [limit, this.ending()];
    const declined = this.hint('declined');
    if (declined) return [cause('declined', { status: Number(declined.facts?.status ?? this.closing.status) })];
    return [this.ending()];
  }

  /** Whether something has been said that is an end by itself. */
  private isFinal(): boolean {
    return ['hangup-verb', 'rest-hangup', 'declined', 'not-answered', 'time-limit'].some((what) => this.hint(what));
  }

  private ending(): Cause {
    const { by, status, reason } = this.closing;
    if (this.isAnswered || by === 'simulator' || by === 'unknown') return cause(`${by}-hung-up`);
    if (by === 'caller') return cause('not-answered-caller');
    if (by === 'callee') return cause('not-answered-callee', { status: status ?? 0, reason: reason ?? '' });
    if (this.hint('not-answered')) return cause('ring-timeout');
    return status === undefined ? cause('not-answered-jambonz') : cause('refused-with', { status });
  }

  private hint(what: string): Cause | undefined {
    return this.closing.hints.findLast((hint) => hint.what === what);
  }

  /** The last hook of a verb whose answer the engine reads. */
  private hookOf(verb: number): RequestEvent | undefined {
    return this.requests.findLast((request) => {
      if (request.verb !== verb) return false;
      const effect = this.answers.get(request.id)?.effect;
      return effect !== undefined && effect !== 'ignored';
    });
  }

  /** A REST request brought a hook whose answer is an empty list. */
  private restBroughtNothing(): boolean {
    const last = this.requests.at(-1);
    if (!last || last.verb !== undefined || last.hook !== 'verb:hook') return false;
    const body = this.answers.get(last.id)?.body;
    return Array.isArray(body) && body.length === 0;
  }
}

function cause(what: What, facts?: Cause['facts']): Cause {
  return { what, ...(facts && Object.keys(facts).length > 0 ? { facts } : {}) };
}

function isAccepted(status: number): boolean {
  return status === 200 || status === 202 || status === 204;
}
