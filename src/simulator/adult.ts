import type { SimulatedCall } from './call';
import type { CallInfo } from './call-info';
import type { Written } from './document';
import type { Outgoing } from './outgoing';
import { Session } from './session';
import type { Requestor } from './requestor';
import type { SessionSpeech } from './speech';

/**
 * A dialled leg goes on with an application of its own, after the one that dialled it.
 *
 * @see engine rule: `/adulting` of the application's host is told, and what it answers does not matter; later events of
 *   the leg keep parent_call_sid
 */
export async function goOnAlone(
  call: SimulatedCall,
  who: Outgoing,
  application: { verbs: Written[]; request: number; requestor: Requestor; speech: SessionSpeech; parent: CallInfo },
): Promise<void> {
  const { leg } = who;
  const { info } = leg;
  const requestor = application.requestor.another();
  const session = new Session({
    call,
    leg,
    requestor,
    speech: application.speech.fresh(),
    hangUp: (headers) => {
      who.hangup(headers);
    },
  });
  call.sessions.set(leg.id, session);
  leg.hungUp.on((hangup) => {
    info.callStatus = 'completed';
    info.duration = leg.seconds;
    if (hangup.by === 'near') info.callTerminationBy = 'jambonz';
    call.notify(leg, {});
    session.released();
  });
  const body = { ...info.toJSON(), parentCallInfo: application.parent.toJSON() };
  await session.requestor
    .ask({ hook: 'session:adulting', to: '/adulting', body, leg: leg.id }, () => ({
      effect: 'ignored',
      value: undefined,
    }))
    .catch(() => undefined);
  await session.run(application.verbs, application.request);
  who.hangup();
  session.end('hangup');
}
