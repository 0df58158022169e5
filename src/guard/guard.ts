import type { Node, NodeAPI } from 'node-red';
import { answerStatus } from '../http/adapter';
import { serialise, write } from '../http/answer';
import { isOpen, type Exchange } from '../http/exchange';
import type { Kind } from '../http/request';
import type { Message } from '../typed-value';
import { Watch, type End, type Place } from './watch';

/** What a request gets that the flow does not answer. */
export interface Fallback {
  /** After so many milliseconds, when it cannot be known before. */
  milliseconds: number;
  /** A document; absent for the one that suits the request. */
  document?: unknown;
  /** A bare HTTP status instead. */
  status?: number;
  /** Nobody needs to know that the flow has not answered. */
  isQuiet?: boolean;
  /** Told when it was given, and when the flow has answered. */
  given?(end: End | undefined): void;
}

/** jambonz gives up after ten seconds. */
export const DEFAULT_SECONDS = 9;
export const DEFAULT_FALLBACK: Fallback = { milliseconds: DEFAULT_SECONDS * 1000 };

/**
 * Makes sure that a request is answered: when the time is up, or at once when it can be known that
 * the flow will not answer. Then a catchable error of the node says where the message was last.
 *
 * @param answer - lets an answer out, once it was written what it has to wait for
 */
export function guard(
  RED: NodeAPI,
  node: Node,
  exchange: Exchange,
  msg: Message,
  fallback: Fallback,
  answer: (write: () => void) => void,
): Watch {
  const translate = (key: string, facts?: Record<string, string>): string => RED._(key, facts ?? {});
  const { kind } = exchange;
  const suitable = 'document' in fallback ? fallback.document : suitableAnswer(kind, kind && msg[kind]);
  const isWanted = (): boolean => isOpen(exchange);
  const watch = new Watch(fallback.milliseconds, isWanted, (end) => {
    if (!isWanted()) return;
    const { recording } = exchange;
    if (recording) recording.instead = end.reason;
    answer(() => {
      if (!isWanted()) return;
      if (fallback.status === undefined) write(exchange.res, serialise(suitable));
      else answerStatus(exchange.res, fallback.status);
    });
    if (fallback.isQuiet) return;
    fallback.given?.(end);
    const facts = {
      place: end.place ? placeName(end.place) : placeName(node),
      seconds: String(fallback.milliseconds / 1000),
      detail: end.detail ?? '',
      answer: fallback.status === undefined ? shortAnswer(suitable) : `status ${fallback.status}`,
    };
    const complaint = translate(`common.unanswered.${end.reason}`, facts);
    recording?.complained(node, complaint);
    node.error(complaint, msg);
  });
  exchange.onAnswered(() => {
    watch.close();
    if (!watch.ended) fallback.given?.(undefined);
  });
  exchange.watch = watch;
  return watch;
}

/** What does least harm: no registration, no ringing for ever, and for a call under way its next verb. */
export function suitableAnswer(kind: Kind | undefined, body: unknown): unknown {
  if (kind === 'authRequest') return { status: 'fail' };
  if (kind === 'sms') return undefined;
  const { direction, sip } = (body ?? {}) as Record<string, unknown>;
  // Only the first request of a call brings the whole INVITE.
  const isNewCall = direction === 'inbound' && typeof sip === 'object' && sip !== null;
  return isNewCall ? [{ verb: 'sip:decline', status: 503 }] : [];
}

/** A node as its user knows it. */
export function placeName({ type, name, id }: Place): string {
  return name ? `${type} "${name}" (${id})` : `${type} (${id})`;
}

function shortAnswer(document: unknown): string {
  return document === undefined ? '200' : JSON.stringify(document);
}
