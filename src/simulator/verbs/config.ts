import { Amd } from '../amd';
import { object, text, type JsonObject } from '../json';
import { Verb, type VerbKind } from '../verb';

/** Changes settings of the call, and what runs beside the verbs. */
class Config extends Verb {
  run(): Promise<void> {
    const { data, session } = this;
    const { speech, background, settings } = session;
    const synthesizer = object(data.synthesizer);
    if (synthesizer) speech.setSynthesizer(synthesizer);
    const recognizer = object(data.recognizer);
    if (recognizer) speech.setRecognizer(recognizer);
    if (data.reset !== undefined) speech.reset(data.reset);
    const bargeIn = object(data.bargeIn);
    if (bargeIn) background.listen(bargeIn, this);
    this.stream(object(data.listen) ?? object(data.stream));
    const transcribe = object(data.transcribe);
    if (transcribe) this.inBackground('transcribe', transcribe);
    const amd = object(data.amd);
    if (amd) background.watchForMachine(new Amd(session, this.leg, amd, this));
    const delay = object(data.actionHookDelayAction);
    if (delay) background.delayActions(delay);
    if (data.referHook !== undefined) settings.referHook = { hook: data.referHook as string, verb: this };
    if (data.sipRequestWithinDialogHook !== undefined) {
      settings.sipRequestHook = { hook: data.sipRequestWithinDialogHook as string, verb: this };
    }
    return Promise.resolve();
  }

  private stream(options: JsonObject | undefined): void {
    if (!options) return;
    this.inBackground('listen', options);
  }

  private inBackground(name: 'listen' | 'transcribe', { enable, ...options }: JsonObject): void {
    const { background } = this.session;
    if (enable === false) background.stop(name);
    else background.start(name, options, this);
  }
}

/** @see engine rule: only these need media, and so answer the call */
function needsMedia(data: JsonObject): boolean {
  return (
    object(data.bargeIn)?.enable === true ||
    object(data.transcribe)?.enable === true ||
    text((object(data.listen) ?? object(data.stream))?.url) !== undefined ||
    [data.record, data.amd, data.boostAudioSignal].some((option) => option !== undefined)
  );
}

export const config: VerbKind = { need: (data) => (needsMedia(data) ? 'media' : 'nothing'), make: Config };
