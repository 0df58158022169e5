import { object, text, type JsonObject } from './json';
import type { Session } from './session';

type State = 'off' | 'on' | 'paused';

/** What each action asks of the state that recording is in, and the state that it leads to. */
const ACTIONS: Readonly<Record<string, { from: readonly State[]; to: State }>> = {
  startCallRecording: { from: ['off'], to: 'on' },
  stopCallRecording: { from: ['on', 'paused'], to: 'off' },
  pauseCallRecording: { from: ['on'], to: 'paused' },
  resumeCallRecording: { from: ['paused'], to: 'on' },
};

/**
 * Recording by a server elsewhere, of which the party's SBC is told.
 *
 * @see engine rule: by INFO; what does not fit the state is passed over, and before the answer only a start is kept
 */
export class Recorder {
  private state: State = 'off';
  private kept: JsonObject | undefined;

  constructor(private readonly session: Session) {}

  /** Starts, stops, pauses or resumes. */
  control(options: JsonObject, verb?: number): void {
    const { session } = this;
    const name = String(options.action);
    const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
    if (!action) return;
    if (options.type === 'cloud') {
      session.leg.notPlayed('nothing is recorded', verb);
      return;
    }
    if (!session.leg.isAnswered) {
      if (name === 'startCallRecording') this.kept = options;
      return;
    }
    if (action.from.includes(this.state) && this.send(name, options) === 200) this.state = action.to;
  }

  /** The call is answered. */
  answered(): void {
    const { kept } = this;
    this.kept = undefined;
    if (kept) this.control(kept);
  }

  private send(name: string, options: JsonObject): number | undefined {
    const { leg, info } = this.session;
    const { callSid, accountSid, applicationSid } = info.identity;
    const url = text(options.siprecServerURL);
    const id = text(options.recordingID);
    const own = name === 'stopCallRecording' ? undefined : object(options.headers);
    const start = {
      ...(url === undefined ? {} : { 'X-Srs-Url': url }),
      ...(id === undefined ? {} : { 'X-Srs-Recording-ID': id }),
      'X-Call-Sid': callSid,
      'X-Account-Sid': accountSid,
      'X-Application-Sid': applicationSid,
    };
    return leg.send(
      'INFO',
      {
        'X-Reason': name,
        ...(name === 'startCallRecording' ? start : {}),
        ...(own ? { 'Content-Type': 'application/json' } : {}),
      },
      own ? `${JSON.stringify(own)}\n` : undefined,
    );
  }
}
