import { randomUUID } from 'node:crypto';
import { number, object, text } from '../json';
import { Verb, type VerbKind } from '../verb';

/** Waits. */
class Pause extends Verb {
  async run(): Promise<void> {
    const seconds = number(this.data.length) ?? 0;
    this.leg.emit({ type: 'wait', for: 'pause', until: this.session.call.at(seconds), verb: this.id });
    await this.wait(seconds);
  }
}

/** @see engine rule: the tag is replaced, never merged */
class Tag extends Verb {
  run(): Promise<void> {
    this.session.info.customerData = object(this.data.data) ?? {};
    return Promise.resolve();
  }
}

class Hangup extends Verb {
  run(): Promise<void> {
    this.session.call.because('hangup-verb');
    this.session.hangUp(headersOf(this.data.headers));
    return Promise.resolve();
  }
}

class Answer extends Verb {
  run(): Promise<void> {
    this.session.answer();
    return Promise.resolve();
  }
}

class Alert extends Verb {
  run(): Promise<void> {
    this.session.call.alert('alert-from-application', text(this.data.message) ?? '');
    return Promise.resolve();
  }
}

/** Presses keys for the far end. */
class Dtmf extends Verb {
  async run(): Promise<void> {
    const digits = text(this.data.dtmf) ?? '';
    const toneMs = number(this.data.duration) ?? 500;
    this.leg.sound('dtmf', digits, { verb: this.id, toneMs });
    await this.wait((digits.length * (toneMs + 250) + 750) / 1000);
  }
}

class Dub extends Verb {
  run(): Promise<void> {
    this.leg.tell('dub', this.data, this.id);
    return Promise.resolve();
  }
}

/** Sends a short message. @see engine rule: nobody waits for the hook, and without a carrier nothing is sent */
class Message extends Verb {
  run(): Promise<void> {
    const { session } = this;
    const facts = { messageSid: randomUUID(), messageStatus: 'no carriers' };
    void session.call.keepOpen(session.ask(this, 'actionHook', facts, { ignoreReply: true })).catch(() => undefined);
    return Promise.resolve();
  }
}

/** Asks for another application. @see engine rule: an object as the hook throws; a failure ends the call */
class Redirect extends Verb {
  async run(): Promise<void> {
    const { session, data } = this;
    const hook = text(data.actionHook);
    if (hook === undefined) throw new Error('redirect: actionHook is no text');
    if (session.requestor.isElsewhere(hook)) session.requestor = session.requestor.movedTo(hook);
    const statusHook = text(data.statusHook);
    if (statusHook !== undefined) session.call.tellAt(statusHook);
    await session.ask(this, 'actionHook', {});
  }
}

/** Headers as a verb has them. */
export function headersOf(headers: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(object(headers) ?? {}).map(([name, value]) => [name, String(value)]));
}

export const pause: VerbKind = { need: 'nothing', make: Pause };
export const tag: VerbKind = { need: 'nothing', make: Tag };
export const hangup: VerbKind = { need: 'answered', make: Hangup };
export const answer: VerbKind = { need: 'media', make: Answer };
export const alert: VerbKind = { need: 'nothing', make: Alert };
export const dtmf: VerbKind = { need: 'media', make: Dtmf };
export const dub: VerbKind = { need: 'media', make: Dub };
export const message: VerbKind = { need: 'nothing', make: Message };
export const redirect: VerbKind = { need: 'nothing', make: Redirect };
