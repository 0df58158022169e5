import { Amd } from '../amd';
import { object, text, type JsonObject } from '../json';
import { Verb, type VerbKind } from '../verb';

/** What a real call would have by these properties, and a simulated one lacks. */
const NOT_PLAYED: Readonly<Record<string, string>> = {
  fillerNoise: 'no filler noise is played',
  onHoldMusic: 'nobody is put on hold by a phone, so no music is played',
  ttsStream: 'ttsStream is for applications on a web socket',
  notifyEvents: 'notifyEvents is for applications on a web socket',
};

/** Changes settings of the call, and what runs beside the verbs. */
class Config extends Verb {
  run(): Promise<void> {
    const { data, session } = this;
    const { speech, background, settings } = session;
    if (data.reset !== undefined) speech.reset(data.reset);
    const synthesizer = whatIsIn(data.synthesizer);
    if (synthesizer) speech.setSynthesizer(synthesizer);
    const recognizer = whatIsIn(data.recognizer);
    if (recognizer) speech.setRecognizer(recognizer);
    const bargeIn = object(data.bargeIn);
    if (typeof bargeIn?.enable === 'boolean') background.listen(bargeIn, this);
    this.inBackground('listen', whatIsIn(data.listen) ?? whatIsIn(data.stream));
    this.inBackground('transcribe', whatIsIn(data.transcribe));
    const amd = object(data.amd);
    if (amd) background.watchForMachine(new Amd(session, this.leg, amd, this));
    const record = object(data.record);
    if (record) session.recorder.control(record, this.id);
    if (data.boostAudioSignal !== undefined) this.leg.tell('gain', { level: data.boostAudioSignal }, this.id);
    for (const [name, text] of Object.entries(NOT_PLAYED)) {
      if (data[name] !== undefined) this.leg.notPlayed(text, this.id);
    }
    const delay = object(data.actionHookDelayAction);
    if (delay) background.delayActions(delay);
    if (data.referHook !== undefined) settings.referHook = { hook: data.referHook as string, verb: this };
    if (data.sipRequestWithinDialogHook !== undefined) {
      settings.sipRequestHook = { hook: data.sipRequestWithinDialogHook as string, verb: this };
    }
    return Promise.resolve();
  }

  /** @see engine rule: what is not enabled is stopped */
  private inBackground(name: 'listen' | 'transcribe', wanted: JsonObject | undefined): void {
    if (!wanted) return;
    const { background } = this.session;
    const { enable, ...options } = wanted;
    if (enable === true) background.start(name, options, this);
    else background.stop(name);
  }
}

/** @see engine rule: an object with nothing in it changes nothing */
function whatIsIn(options: unknown): JsonObject | undefined {
  const found = object(options);
  return found && Object.keys(found).length > 0 ? found : undefined;
}

/** @see engine rule: only these need media, and so answer the call */
function needsMedia(data: JsonObject): boolean {
  return (
    object(data.bargeIn)?.enable === true ||
    object(data.transcribe)?.enable === true ||
    text((object(data.listen) ?? object(data.stream))?.url) !== undefined ||
    [object(data.record)?.action, data.amd, data.boostAudioSignal].some((option) => option !== undefined)
  );
}

export const config: VerbKind = { need: (data) => (needsMedia(data) ? 'media' : 'nothing'), make: Config };
