import { list, number, object, text, type JsonObject } from '../json';
import { NextVerb, Verb, type VerbKind } from '../verb';
import { Conference } from './conference';

const RING_TIMEOUT = 30;

/** How a dialled leg's status is called by `transfer`. */
const REASONS: Readonly<Record<string, { reason: string; when: string }>> = {
  'no-answer': { reason: 'no-answer', when: 'onNoAnswer' },
  busy: { reason: 'busy', when: 'onBusy' },
  failed: { reason: 'error', when: 'onFailure' },
};

/**
 * Hands the caller on to somebody: jambonz 10.3 and later.
 *
 * @see https://docs.jambonz.org/verbs/verbs/transfer for its properties and results. How a warm transfer briefs the
 *   callee has not been recorded: the simulator says so and connects
 */
class Transfer extends Verb {
  async run(): Promise<void> {
    const { data } = this;
    if (data.mode === 'blind' && data.blindMethod !== 'dial') await this.refer();
    else await this.dial();
  }

  /** The caller's own phone calls the target. */
  private async refer(): Promise<void> {
    const { leg, session } = this;
    const [target] = list(this.data.target).map(object);
    const to = addressOf(target ?? {});
    const status = leg.send('REFER', {
      'Refer-To': `<${to.startsWith('sip') ? to : `sip:${to}@${session.call.domain}`}>`,
    });
    const isTaken = status === 202 || status === 200;
    await this.report({
      transferResult: isTaken ? 'bridged' : 'failed',
      transferReason: isTaken ? 'completed' : 'error',
      sipStatus: status,
    });
  }

  private async dial(): Promise<void> {
    const { data, session } = this;
    for (const name of ['brief', 'confirm', 'amd']) {
      if (data[name] !== undefined) this.leg.tell('not known', { text: `transfer: ${name} is not played` }, this.id);
    }
    const dial = session.make(
      'dial',
      {
        target: data.target,
        timeout: number(data.timeout) ?? RING_TIMEOUT,
        ...(text(data.callerId) === undefined ? {} : { callerId: data.callerId }),
      },
      this,
    );
    const stop = this.stop.passed.then((why) => dial.kill(why));
    await session.perform(dial);
    void stop;
    const callee = [...session.call.legs.values()]
      .filter(({ info }) => info.identity.parentCallSid === session.leg.id)
      .at(-1);
    const facts = { dialCallSid: callee?.id, sipStatus: callee?.info.sipStatus };
    if (dial.outcome === 'completed') {
      await this.report({ transferResult: 'bridged', transferReason: 'completed', ...facts });
      return;
    }
    if (this.stopped) {
      await this.report({ transferResult: 'failed', transferReason: 'caller-abandoned', ...facts });
      return;
    }
    const isDeclined = callee?.info.sipStatus === 603;
    const { reason, when } = isDeclined
      ? { reason: 'declined', when: 'onDecline' }
      : (REASONS[dial.outcome ?? 'failed'] ?? REASONS.failed!);
    await this.fallBack(object(data.disposition)?.[when] ?? 'return', reason, facts);
  }

  private async fallBack(what: unknown, reason: string, facts: JsonObject): Promise<void> {
    const { session, data } = this;
    if (what === 'voicemail') {
      const url = text(object(data.disposition)?.voicemailUrl);
      if (url !== undefined) {
        const prompt = session.make('play', { url }, this);
        await session.perform(prompt).catch((error: unknown) => {
          if (!(error instanceof NextVerb)) throw error;
        });
      }
      await this.report({ transferResult: 'voicemail', transferReason: reason, ...facts });
      return;
    }
    await this.report({ transferResult: what === 'hangup' ? 'failed' : 'returned', transferReason: reason, ...facts });
    if (what === 'hangup') session.hangUp();
  }

  private async report(facts: JsonObject): Promise<void> {
    this.outcome = text(facts.transferResult)!;
    await this.session.ask(this, 'actionHook', facts).catch(() => undefined);
  }
}

function addressOf(target: JsonObject): string {
  return text(target.number) ?? text(target.name) ?? text(target.sipUri) ?? '';
}

/** jambonz 10's successor of `conference`: what sets it apart has not been recorded, and it is played as one. */
class Meeting extends Conference {
  override run(): Promise<void> {
    this.leg.tell('not known', { text: 'room is played as conference' }, this.id);
    return super.run();
  }
}

export const transfer: VerbKind = { need: 'media', make: Transfer };
export const room: VerbKind = { need: 'media', make: Meeting };
