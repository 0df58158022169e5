import type { AnswerEvent, CallEvent, Cause, EndEvent, VerbEvent, WaitEvent } from '../../simulator/events';

/** Causes after which nothing needs to be said of who hung up. */
const FINAL = /-hung-up$|^not-answered|^refused|^declined$|^rest-hangup$|^hangup-verb$|^no-application$|^ring-timeout$/;
/** Causes that say themselves what was wrong with a hook. */
const HOOK = /^hook-|^no-application$|^refused$/;

/**
 * What led to the end of a call, for one sentence: the last verb and what its hook answered, what
 * the engine gives for reasons, and who hung up.
 */
export function causesOf(events: readonly CallEvent[], end: EndEvent, id: string): Cause[] {
  const given = end.because;
  // The simulator has said it all.
  if (given.length > 0 && FINAL.test(given.at(-1)!.what)) return [...given];
  const isOurs = (event: { leg?: string }): boolean => event.leg === undefined || event.leg === id;
  const begun = events.filter((event): event is VerbEvent => event.type === 'verb' && event.state !== 'end');
  const last = begun.filter((verb) => verb.parent === undefined && isOurs(verb)).at(-1);
  const causes = last ? [...lead(events, last, given, end), ...given] : [...given];
  if (!causes.some(({ what }) => FINAL.test(what))) causes.push({ what: `${end.by}-hung-up` });
  return causes;
}

function lead(events: readonly CallEvent[], last: VerbEvent, given: readonly Cause[], { by, seq }: EndEvent): Cause[] {
  const { verb, id } = last;
  const over = events.find(
    (event): event is VerbEvent => event.type === 'verb' && event.id === id && event.state === 'end',
  );
  if (by !== 'jambonz') return wasCutOff(events, last, over, seq) ? [{ what: 'during', facts: { verb } }] : [];
  const causes: Cause[] = [];
  const late = timedOut(events);
  if (late) {
    const seconds = waited(events, late);
    causes.push({
      what: seconds === undefined ? 'verb-timeout' : 'verb-timeout-after',
      facts: { verb: late.verb, ...(seconds !== undefined && { seconds }) },
    });
  }
  const hook = hookOf(events, late?.id ?? id);
  if (hook && !given.some(({ what }) => HOOK.test(what))) causes.push(hook);
  if (given.length === 0) causes.push({ what: 'nothing-left', facts: { verb } });
  return causes;
}

/** Whether the end of the call was the end of the verb. */
function wasCutOff(
  events: readonly CallEvent[],
  { state }: VerbEvent,
  over: VerbEvent | undefined,
  end: number,
): boolean {
  if (state === 'skip') return false;
  if (!over) return true;
  const leaving = events
    .filter((event) => event.type === 'done' && /^(hangup|cancel)$/.test(event.did) && event.seq < end)
    .at(-1);
  return leaving !== undefined && leaving.seq < over.seq;
}

/** The verb whose time ran out, when nobody has done anything since. */
function timedOut(events: readonly CallEvent[]): VerbEvent | undefined {
  const last = events
    .filter((event) => event.type === 'done' || (event.type === 'verb' && event.why === 'timeout'))
    .at(-1);
  return last?.type === 'verb' ? last : undefined;
}

function waited(events: readonly CallEvent[], { id, at }: VerbEvent): number | undefined {
  const wait = events.filter((event): event is WaitEvent => event.type === 'wait' && event.verb === id).at(-1);
  return wait && Math.round(((wait.until ?? at) - wait.at) / 100) / 10;
}

/** What a verb's last hook answered, when it did not bring new verbs. */
function hookOf(events: readonly CallEvent[], verb: number): Cause | undefined {
  const request = events.filter((event) => event.type === 'request' && event.verb === verb).at(-1);
  if (request?.type !== 'request') return undefined;
  const answer = events.find((event): event is AnswerEvent => event.type === 'answer' && event.request === request.id);
  const hook = request.property ?? 'hook';
  if (!answer || answer.effect === 'application') return undefined;
  if (answer.status === undefined) return { what: 'hook-silent', facts: { hook } };
  if (answer.status >= 300) return { what: 'hook-status', facts: { hook, status: answer.status } };
  return answer.effect === 'continue' ? { what: 'hook-nothing', facts: { hook } } : undefined;
}
