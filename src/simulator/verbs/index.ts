import type { VerbKind } from '../verb';
import { agent, pipeline } from './agent';
import { dialogflow, lex, rasa } from './bots';
import { conference } from './conference';
import { config } from './config';
import { dequeue } from './dequeue';
import { dial } from './dial';
import { enqueue, leave } from './enqueue';
import { gather } from './gather';
import { listen } from './listen';
import { llm } from './llm';
import { play } from './play';
import { say } from './say';
import { decline, refer, request } from './sip';
import { alert, answer, dtmf, dub, hangup, message, pause, redirect, tag } from './small';
import { transcribe } from './transcribe';
import { room, transfer } from './transfer';

/** What the simulator can carry out, by the engine's names. */
const kinds: Readonly<Record<string, VerbKind>> = {
  agent,
  alert,
  answer,
  conference,
  config,
  dequeue,
  dial,
  dialogflow,
  dtmf,
  dub,
  enqueue,
  gather,
  // Names of vendors that only newer releases know; the others are other names of `llm`.
  gptlive_s2s: llm,
  hangup,
  leave,
  lex,
  listen,
  llm,
  message,
  pause,
  pipeline,
  play,
  qwen_s2s: llm,
  rasa,
  redirect,
  room,
  say,
  'sip:decline': decline,
  'sip:refer': refer,
  'sip:request': request,
  tag,
  transcribe,
  transfer,
};

/** @returns undefined for a verb that the simulator does not carry out */
export function kindOf(verb: string): VerbKind | undefined {
  return Object.hasOwn(kinds, verb) ? kinds[verb] : undefined;
}
