import type { RestAnswer } from './api';
import type { SimulatedCall } from './call';
import { isObject, list, object, text, type JsonObject } from './json';
import type { Session } from './session';
import { Conference } from './verbs/conference';
import { Dial } from './verbs/dial';
import { Listen } from './verbs/listen';
import { Enqueue } from './verbs/enqueue';
import type { Hook } from './requestor';
import { reasonOf } from './sip';
import { headersOf } from './verbs/small';

const ACCEPTED: RestAnswer = { status: 202, data: 'Accepted' };

/** Changes a call while it is up. */
export async function updateCall(call: SimulatedCall, sid: string, body: JsonObject): Promise<RestAnswer> {
  const session = call.sessions.get(sid);
  // A dialled leg can be looked up, but only its caller can be changed.
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
  if (request) return sendRequest(call, session, request);
  command(call, session, body);
  return ACCEPTED;
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

/** @see engine rule: an empty list ends the call; what fails changes nothing */
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
      if (ofChild) dial?.setChildFree(ofChild);
      if (ofParent?.verbs) session.replace(ofParent.verbs, ofParent.request);
    } catch (error) {
      call.alert('error-updating-call', (error as Error).message);
    }
  };
  void call.keepOpen(work());
}

function command(call: SimulatedCall, session: Session, body: JsonObject): void {
  call.emit({ type: 'done', did: 'rest', text: Object.keys(body).join(', ') });
  call.patience.renew();
  const { current, leg, info } = session;
  const tag = object(body.tag);
  if (tag) info.customerData = tag;
  const dtmf = object(body.dtmf);
  if (dtmf) {
    const duration = Number(dtmf.duration ?? 250);
    leg.send(
      'INFO',
      { 'Content-Type': 'application/dtmf', 'X-Reason': 'Dtmf' },
      `Signal=${String(dtmf.digit)}\nDuration=${duration} `,
    );
  }
  for (const dub of list(body.dub)) if (isObject(dub)) leg.tell('dub', dub);
  if (body.listen_status !== undefined) {
    const listen =
      current instanceof Listen ? current : current instanceof Dial ? current.stream : session.background.get('listen');
    if (listen instanceof Listen) listen.control(body.listen_status);
  }
  if (body.mute_status !== undefined) mute(session, body.mute_status);
  if (current instanceof Conference) conference(current, body);
  if (body.whisper !== undefined && (current instanceof Dial || current instanceof Listen)) {
    void call.keepOpen(whisper(session, current, body.whisper)).catch(() => undefined);
  }
  const record = object(body.record);
  if (record) {
    leg.send('INFO', {
      'X-Reason': String(record.action),
      ...(text(record.recordingID) === undefined ? {} : { 'X-Call-Recording-ID': String(record.recordingID) }),
      ...(record.action === 'startCallRecording'
        ? {
            'X-Call-Sid': info.identity.callSid,
            'X-Account-Sid': info.identity.accountSid,
            'X-Application-Sid': info.identity.applicationSid,
            ...(text(record.siprecServerURL) === undefined ? {} : { 'X-Srs-Url': String(record.siprecServerURL) }),
          }
        : {}),
    });
  }
  if (current instanceof Enqueue && body.leave === true) current.leave();
}

/** @see engine rule: the answer of the party is the answer of the REST call */
function sendRequest(call: SimulatedCall, session: Session, request: JsonObject): RestAnswer {
  call.emit({ type: 'done', did: 'rest', text: 'sip_request' });
  call.patience.renew();
  const { method, content_type, content, headers } = request;
  const status = session.leg.send(
    String(method),
    { 'Content-Type': String(content_type), ...headersOf(headers) },
    String(content),
  );
  if (status === undefined) return { status: 500, data: 'request failed' };
  return { status: 200, data: { status, reason: reasonOf(status) } };
}

function mute(session: Session, status: unknown): void {
  const { current, leg } = session;
  if (current instanceof Dial) {
    leg.send('INFO', { 'X-Reason': status === 'mute' ? 'mute call leg' : 'unmute call leg' });
  } else if (current instanceof Conference) {
    current.command(status === 'mute' ? 'mute' : 'unmute', current.member);
  }
}

/** @see engine rule: conf_mute_status is for all who are no moderators, whoever is named */
function conference(member: Conference, body: JsonObject): void {
  const { conf_mute_status, conf_hold_status } = body;
  if (conf_mute_status !== undefined) member.command(String(conf_mute_status), 'non_moderator');
  if (conf_hold_status !== undefined) {
    const hook = (body.waitHook ?? body.wait_hook) as Hook | undefined;
    member.hold(conf_hold_status === 'hold', hook);
  }
  const wanted = object(body.conferenceParticipantAction);
  const action = text(wanted?.action);
  if (action === 'hold' || action === 'unhold') member.hold(action === 'hold');
  else if (action !== undefined) {
    const tag = text(wanted?.tag);
    member.command(action, tag === undefined ? member.member : `${member.member} ${tag}`);
  }
}

/** Says something to both parties of a dial, or to the one who is listened to. */
async function whisper(session: Session, during: Dial | Listen, verbs: unknown): Promise<void> {
  for (const entry of list(verbs)) {
    if (!isObject(entry)) continue;
    const { verb, ...data } = entry;
    await session.perform(session.make(String(verb), data, during));
  }
}
