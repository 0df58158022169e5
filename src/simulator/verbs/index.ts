import type { VerbKind } from '../verb';
import { conference } from './conference';
import { config } from './config';
import { dequeue } from './dequeue';
import { dial } from './dial';
import { enqueue, leave } from './enqueue';
import { gather } from './gather';
import { listen } from './listen';
import { play } from './play';
import { say } from './say';
import { decline, refer, request } from './sip';
import { alert, answer, dtmf, dub, hangup, message, pause, redirect, tag } from './small';
import { transcribe } from './transcribe';

/** What the simulator can carry out, by the engine's names. */
const kinds: Readonly<Record<string, VerbKind>> = {
  alert,
  answer,
  conference,
  config,
  dequeue,
  dial,
  dtmf,
  dub,
  enqueue,
  gather,
  hangup,
  leave,
  listen,
  message,
  pause,
  play,
  redirect,
  say,
  'sip:decline': decline,
  'sip:refer': refer,
  'sip:request': request,
  tag,
  transcribe,
};

/** @returns undefined for a verb that the simulator does not carry out */
export function kindOf(verb: string): VerbKind | undefined {
  return Object.hasOwn(kinds, verb) ? kinds[verb] : undefined;
}
