import { list } from '../json';
import type { Playback } from '../leg';
import { NextVerb, type Stop, Verb, type VerbKind } from '../verb';
import { rounds } from './loop';

/** Speaks text. @see engine rule: every part of a list, in order; a stream needs a web socket */
class Say extends Verb {
  private playback?: Playback;

  async run(): Promise<void> {
    const { data, session } = this;
    const { call, speech } = session;
    if (data.stream === true) throw new Error('stream is for applications on a web socket');
    const voice = speech.voiceFor(data.synthesizer);
    if (voice.vendor !== undefined && !call.world.hasVendor(voice.vendor)) {
      call.alert('no-tts', voice.vendor);
      throw new NextVerb('no-tts');
    }
    const unlike = speech.unlike(voice);
    for (let round = 0; round < rounds(data.loop); round++) {
      if (round > 0 && !(await call.patience.spend())) return;
      for (const part of list(data.text)) {
        if (this.stopped) return;
        const text = String(part);
        if (call.world.hindrance('say', text)) {
          call.alert('tts-failure', text);
          throw new NextVerb('tts-failure');
        }
        this.playback = this.leg.play('say', text, { verb: this.id, ...(unlike ? { voice: unlike } : {}) });
        await this.playback.ended;
      }
    }
  }

  override kill(why: Stop): void {
    super.kill(why);
    this.playback?.stop();
  }
}

export const say: VerbKind = {
  need: 'media',
  check: ({ text, stream }) =>
    text === undefined && stream !== true ? 'Say: either text or stream:true is required' : undefined,
  make: Say,
};
