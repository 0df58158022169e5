import { number, text, type JsonObject } from '../json';
import { Verb, type VerbKind } from '../verb';
import type { SipRequest } from '../api';
import { Gate } from '../signal';
import type { Hook } from '../requestor';
import { headersOf } from './small';

/** How long the engine waits for news of a transfer. */
const NOTIFY_TIMEOUT = 15;

/** Refuses the call. */
class Decline extends Verb {
  run(): Promise<void> {
    const { session, data } = this;
    if (session.leg.isAnswered) throw new Error('sip:decline: the call has been answered');
    const status = number(data.status) ?? 480;
    const reason = text(data.reason);
    session.call.because('declined', { status, ...(reason === undefined ? {} : { reason }) });
    session.call.fail('jambonz', status, 'failed', {
      ...(reason === undefined ? {} : { reason }),
      headers: {
        'X-Reason': 'SIP Decline Verb',
        ...(reason === undefined ? {} : { reason }),
        ...headersOf(data.headers),
      },
    });
    return Promise.resolve();
  }
}

/** Sends a request within the call. */
class Request extends Verb {
  async run(): Promise<void> {
    const { session, data, leg } = this;
    const body = text(data.body);
    const status = leg.send(
      String(data.method).toUpperCase(),
      headersOf(data.headers),
      body === undefined ? undefined : `${body}\n`,
    );
    const facts: JsonObject =
      status === undefined ? { result: 'failed', err: 'request failed' } : { result: 'success', sipStatus: status };
    try {
      await session.ask(this, 'actionHook', facts);
    } catch (error) {
      // The engine takes a failing hook for a failed request, says so, and gives up when that fails as well.
      await session.ask(this, 'actionHook', { result: 'failed', err: (error as Error).message });
    }
  }
}

/** Transfers the call. */
class Refer extends Verb {
  async run(): Promise<void> {
    // What goes wrong with a transfer, or with its hook, has no consequence.
    await this.transfer().catch(() => undefined);
  }

  private async transfer(): Promise<void> {
    const { session, leg } = this;
    const status = leg.send('REFER', this.headers());
    this.outcome = status === undefined ? 'failed' : String(status);
    if (status === undefined) return;
    if (status !== 202) {
      await session.ask(this, 'actionHook', { referStatus: status });
      return;
    }
    const final = await this.news();
    if (this.stopped) return;
    await session.ask(this, 'actionHook', {
      referStatus: status,
      ...(final === undefined ? {} : { finalReferredCallStatus: final }),
    });
  }

  /** @returns the status of the call that the other side has placed; undefined when it does not tell */
  private async news(): Promise<number | undefined> {
    const { session, leg } = this;
    const told = new Gate<number | undefined>();
    const stopServing = leg.serve((request) => {
      if (request.method !== 'NOTIFY') return 0;
      const status = isFragment(request) ? statusOf(request) : undefined;
      if (status === undefined) return 200;
      // A hook that fails is the end of this piece of news.
      const passedOn = this.passOn(status).then(() => {
        if (status >= 200) told.open(status);
      });
      void session.call.keepOpen(passedOn).catch(() => undefined);
      return 200;
    });
    leg.emit({ type: 'wait', for: 'transfer', until: session.call.at(NOTIFY_TIMEOUT), verb: this.id });
    const timer = session.clock.after(NOTIFY_TIMEOUT * 1000, () => told.open(undefined));
    const final = await Promise.race([told.passed, this.stop.passed.then(() => undefined)]);
    timer.cancel();
    stopServing();
    return final;
  }

  private async passOn(callStatus: number): Promise<void> {
    const { session, data } = this;
    if (!data.eventHook) return;
    const body = { event: 'transfer-status', callStatus };
    await session.requestor.ask(
      { hook: 'verb:hook', to: data.eventHook as Hook, body, verb: this.id, property: 'eventHook' },
      () => ({ effect: 'ignored', value: undefined }),
    );
  }

  /** @see engine rule: a number gets the host that the caller was shown; anything else is left untouched */
  private headers(): Record<string, string> {
    const { data, session } = this;
    const { identity } = session.info;
    const host = session.call.domain;
    const to = String(data.referTo);
    const by = text(data.referredBy) ?? (identity.direction === 'inbound' ? identity.from : identity.to);
    const isNumber = !/^(?:[<"]|sip|tel:)/.test(to);
    const name = text(data.referredByDisplayName);
    return {
      'Refer-To': isNumber ? `sip:${to}@${host}` : to,
      'Referred-By': `${name === undefined ? '' : `${name} `}${/^(?:[<"]|sip)/.test(by) ? by : `<sip:${by}@${host}>`}`,
      ...(isNumber ? {} : { 'X-Refer-To-Leave-Untouched': 'true' }),
      ...headersOf(data.headers),
    };
  }
}

/** Whether a request tells the beginning of a response. */
function isFragment({ headers = {} }: SipRequest): boolean {
  const type = Object.entries(headers).find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  return type === undefined || type.startsWith('message/sipfrag');
}

/** What a NOTIFY says of a call elsewhere (RFC 3515: the body is the beginning of its response). */
function statusOf({ body }: SipRequest): number | undefined {
  const status = /SIP\/2\.0\s+(\d{3})/.exec(body ?? '')?.[1];
  return status === undefined ? undefined : Number(status);
}

export const decline: VerbKind = { need: 'unanswered', make: Decline };
export const request: VerbKind = { need: 'answered', make: Request };
export const refer: VerbKind = { need: 'answered', make: Refer };
