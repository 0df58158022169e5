import type { RestAnswer } from './api';
import type { SimulatedCall } from './call';
import { isObject, list, object, text, type JsonObject } from './json';
import type { Leg } from './leg';
import { Session } from './session';
import { Conference } from './verbs/conference';
import { Dial } from './verbs/dial';
import { Listen } from './verbs/listen';
import { Enqueue } from './verbs/enqueue';
import { Transcribe } from './verbs/transcribe';
import type { Hook } from './requestor';
import { reasonOf } from './sip';
import { headersOf } from './verbs/small';

const ACCEPTED: RestAnswer = { status: 202, data: 'Accepted' };

/** Changes a call while it is up. */
export async function updateCall(call: SimulatedCall, sid: string, body: JsonObject): Promise<RestAnswer> {
  const session = call.sessions.get(sid) ?? sessionOfDialled(call, sid);
  if (!session) return { status: 404, data: 'Not Found' };
  if (session.isGone) return { status: 422, data: `call session is gone for call_sid ${sid}` };
  const status = text(body.call_status);
  if (status !== undefined) return changeStatus(call, session, sid, status);
  if (body.call_hook !== undefined || body.child_call_hook !== undefined) {
    redirect(call, session, body);
    return ACCEPTED;
  }
  await Promise.resolve();
  const request = object(body.sip_request);
  const leg = session.leg.id === sid ? session.leg : (call.legs.get(sid) ?? session.leg);
  if (request) return sendRequest(call, leg, request);
  try {
    command(call, session, leg, body);
  } catch (error) {
    call.alert('error-updating-call', (error as Error).message);
  }
  return ACCEPTED;
}

/** @see engine rule: a dialled leg is changed through the one that dialled it */
function sessionOfDialled(call: SimulatedCall, sid: string): Session | undefined {
  return [...call.sessions.values()].find(({ current }) => current instanceof Dial && current.partner?.leg.id === sid);
}

function changeStatus(call: SimulatedCall, session: Session, sid: string, status: string): RestAnswer {
  const wanted = session.leg.isAnswered ? 'completed' : 'no-answer';
  const isInbound = session.info.identity.direction === 'inbound';
  if (status !== wanted) {
    return {
      status: 422,
      data: `current call state is incompatible with requested action for call_sid ${sid}`,
    };
  }
  call.emit({ type: 'done', did: 'rest', text: `call_status ${status}` });
  call.patience.renew();
  call.because('rest-hangup');
  if (status === 'completed') session.hangUp();
  // The engine refuses the call without a word to the status hook.
  else if (isInbound) call.fail('jambonz', 503);
  else call.outgoing.get(session.leg.id)?.cancel();
  return ACCEPTED;
}

/**
 * @see engine rule: an empty list ends the call; no answer at all ends what runs now, and the next verb follows; what
 *   fails changes nothing
 */
function redirect(call: SimulatedCall, session: Session, body: JsonObject): void {
  call.emit({ type: 'done', did: 'rest', text: 'call_hook' });
  call.patience.renew();
  const work = async (): Promise<void> => {
    const dial = session.current instanceof Dial ? session.current : undefined;
    try {
      const child = dial?.partner && (body.child_call_hook as Hook | undefined);
      const parent = body.call_hook as Hook | undefined;
      const [ofParent, ofChild] = await Promise.all([
        parent === undefined ? undefined : session.askFor(parent, session.info.toJSON()),
        child === undefined ? undefined : session.askFor(child, dial!.partner!.leg.info.toJSON()),
      ]);
      for (const answered of [ofParent, ofChild]) {
        if (answered && !answered.verbs && answered.hasBody)
          throw new Error('malformed jambonz payload: must be array');
      }
      if (ofChild?.verbs) dial?.setChildFree(ofChild);
      if (ofParent?.verbs) session.replace(ofParent.verbs, ofParent.request);
      else session.interrupt('interrupted');
    } catch (error) {
      call.alert('error-updating-call', (error as Error).message);
    }
  };
  void call.keepOpen(work());
}

function command(call: SimulatedCall, session: Session, party: Leg, body: JsonObject): void {
  call.emit({ type: 'done', did: 'rest', text: Object.keys(body).join(', ') });
  call.patience.renew();
  const { current, leg, info } = session;
  const tag = object(body.tag);
  if (tag) info.customerData = tag;
  const dtmf = object(body.dtmf);
  if (dtmf && session.leg.isAnswered) {
    const duration = Number(dtmf.duration ?? 250);
    party.send(
      'INFO',
      { 'Content-Type': 'application/dtmf', 'X-Reason': 'Dtmf' },
      `Signal=${String(dtmf.digit)}\nDuration=${duration} `,
    );
  }
  for (const dub of list(body.dub)) if (isObject(dub)) party.tell('dub', dub);
  if (body.listen_status !== undefined) {
    const listen =
      current instanceof Listen ? current : current instanceof Dial ? current.stream : session.background.get('listen');
    if (listen instanceof Listen) listen.control(body.listen_status);
  }
  if (body.transcribe_status !== undefined) transcribe(session, body.transcribe_status);
  if (body.mute_status !== undefined) mute(session, party, body.mute_status);
  // Who still waits for it to begin is in no conference yet.
  if (current instanceof Conference && current.hasJoined) conference(current, body);
  if (body.boostAudioSignal !== undefined) party.tell('gain', { level: body.boostAudioSignal });
  if (body.media_path !== undefined && current instanceof Dial && current.partner) {
    leg.tell('media path', { path: body.media_path });
  }
  if (body.whisper !== undefined && (current instanceof Listen || (current instanceof Dial && current.partner))) {
    void call.keepOpen(whisper(session, current, party, body.whisper)).catch(() => undefined);
  }
  const record = object(body.record);
  if (record) session.recorder.control(record);
  if (current instanceof Enqueue && body.leave === true) current.leave();
}

/** @see engine rule: the answer of the party is the answer of the REST call */
function sendRequest(call: SimulatedCall, leg: Leg, request: JsonObject): RestAnswer {
  call.emit({ type: 'done', did: 'rest', text: 'sip_request' });
  call.patience.renew();
  const { method, content_type, content, headers } = request;
  const status = leg.send(
    String(method),
    { 'Content-Type': String(content_type), ...headersOf(headers) },
    String(content),
  );
  if (status === undefined) return { status: 500, data: 'request failed' };
  return { status: 200, data: { status, reason: reasonOf(status) } };
}

/** @see engine rule: of the one in the background, and of the one that the verb runs or is */
function transcribe({ background, current }: Session, status: unknown): void {
  const own = current instanceof Dial ? current.transcription : current;
  for (const verb of [background.get('transcribe'), own]) if (verb instanceof Transcribe) verb.control(status);
}

/** @see engine rule: of a member of a conference it ends the muting whatever is asked for, and then fails */
function mute({ current }: Session, party: Leg, status: unknown): void {
  if (current instanceof Dial) {
    party.send('INFO', { 'X-Reason': status === 'mute' ? 'mute call leg' : 'unmute call leg' });
  } else if (current instanceof Conference) {
    current.command('unmute', current.member);
    throw new Error("Cannot read properties of undefined (reading 'catch')");
  }
}

/** @see engine rule: conf_mute_status is for all who are no moderators, whoever is named */
function conference(member: Conference, body: JsonObject): void {
  const { conf_mute_status, conf_hold_status } = body;
  if (conf_mute_status !== undefined) member.command(String(conf_mute_status), 'non_moderator');
  if (conf_hold_status !== undefined) {
    member.hold(conf_hold_status === 'hold', waitHookOf(body));
  }
  const wanted = object(body.conferenceParticipantAction);
  const action = text(wanted?.action);
  if (action === 'hold') member.hold(true, waitHookOf(wanted!));
  else if (action === 'unhold') member.hold(false);
  else if (action === 'tag' || action === 'untag') member.setTag(text(wanted?.tag));
  else if (action === 'coach' || action === 'uncoach') member.coach(action === 'coach' ? text(wanted?.tag) : undefined);
  else if (action !== undefined) member.command(action, member.member);
}

/** What a member on hold is to hear. */
function waitHookOf({ waitHook, wait_hook }: JsonObject): Hook | undefined {
  return (waitHook ?? wait_hook) as Hook | undefined;
}

/** Says something to one party. @see engine rule: nothing else than say and play, and once */
async function whisper(session: Session, during: Dial | Listen, party: Leg, whispered: unknown): Promise<void> {
  const verbs = session.read(list(whispered)) ?? [];
  if (verbs.some(({ verb }) => !WHISPERED.has(verb))) return;
  const { call, requestor, speech } = session;
  const whispering =
    party === session.leg
      ? session
      : new Session({ call, leg: party, requestor, speech, allowed: WHISPERED, parent: during });
  for (const { verb, data } of verbs) {
    await whispering.perform(whispering.make(verb, { ...data, loop: 1 }, during));
  }
}

const WHISPERED: ReadonlySet<string> = new Set(['say', 'play']);
