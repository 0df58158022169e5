import { list, number, type JsonObject } from '../json';
import type { Playback } from '../leg';
import { NextVerb, type Stop, Verb, type VerbKind } from '../verb';
import { rounds } from './loop';

/** Samples per second that playback positions are counted in. */
const SAMPLES = 8000;

/** Plays files. @see engine rule: its hook is sent once, also when it was cut off */
class Play extends Verb {
  private playback?: Playback;
  private played = 0;

  async run(): Promise<void> {
    const { data, session } = this;
    const missing = await this.play();
    if (missing !== undefined) {
      session.call.alert('play-url-notfound', missing);
      // When this hook fails as well the engine gives up.
      await this.report({ reason: 'playFailed', status: 'fail' });
      throw new NextVerb('no such file');
    }
    const offset = Number(data.seekOffset ?? 0) || 0;
    // What goes wrong with the hook has no consequence here.
    await this.report({
      reason: 'playCompleted',
      playbackSeconds: Math.floor(this.played / 1000),
      playbackMilliseconds: Math.round(this.played),
      playbackLastOffsetPos: String(Math.round((this.played / 1000) * SAMPLES) + offset),
    }).catch(() => undefined);
  }

  override kill(why: Stop): void {
    super.kill(why);
    this.playback?.stop();
  }

  /** @returns a file that is not there */
  private async play(): Promise<string | undefined> {
    const { data, leg, session } = this;
    const { call } = session;
    const timeout = number(data.timeoutSecs) ?? Number(data.timeoutSecs);
    const timer = timeout > 0 ? session.clock.after(timeout * 1000, () => this.timeOut()) : undefined;
    try {
      for (let round = 0; round < rounds(data.loop); round++) {
        if (round > 0 && !(await call.patience.spend())) return undefined;
        for (const url of list(data.url).map(String)) {
          if (this.stopped || this.outcome) return undefined;
          if (call.world.hindrance('play', url)) {
            leg.tell('playMissing', { url }, this.id);
            return url;
          }
          this.playback = leg.play('play', url, { verb: this.id });
          await this.playback.ended;
          this.played += this.playback.elapsed;
        }
      }
      return undefined;
    } finally {
      timer?.cancel();
    }
  }

  private timeOut(): void {
    this.outcome = 'timeout';
    this.playback?.stop();
  }

  private async report(facts: JsonObject): Promise<void> {
    const { session } = this;
    await session.ask(this, 'actionHook', facts, { ignoreReply: session.isNested });
  }
}

export const play: VerbKind = { need: 'media', make: Play };
