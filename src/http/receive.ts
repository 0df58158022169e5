import type { Request, Response } from 'express';
import type { Node, NodeAPI } from 'node-red';
import { arrivalOf } from '../call/call-body';
import { callsOf } from '../call/calls';
import type { Found } from '../call/store';
import { asVars, CallVariables } from '../call/variables';
import { DEFAULT_FALLBACK, guard, type Fallback } from '../guard/guard';
import { followMessages } from '../guard/hooks';
import { describe } from '../problem';
import type { AnswerKind } from '../results/outcomes';
import type { Platform } from '../specification';
import { traceOf } from '../trace/trace';
import type { Later, Message } from '../typed-value';
import { serialise, write } from './answer';
import { open, type Exchange } from './exchange';
import { classify, withQuery, type Kind } from './request';

/** How a node takes the requests of jambonz. */
export interface Receiver {
  /** The jambonz version that will read the answer. */
  platform: Platform;
  /** Of the server that the node refers to. */
  publicUrl?: string;
  method: string;
  /** What every request is about; absent where its body says it. */
  kind?: Kind;
  /** What becomes of the answer, where it is not one that jambonz reads. */
  answers?: AnswerKind;
  /** It is the webhook of a verb: not the status of a call, whatever it looks like. */
  hook?: boolean;
  /** The verb's property that names them. */
  property?: string;
  /** What is answered when the flow does not; absent for the usual, null for nothing. */
  fallback?: Fallback | null;
  /** Sends the message; absent for the node's only port. */
  send?(msg: Message): void;
}

/**
 * The one way in which a request of jambonz becomes a message: with its body, `msg.req`, `msg.res`
 * and the call's variables in `msg.vars`.
 *
 * @param extra - more properties of the message
 * @returns the exchange, which is open and whose message may not have been sent yet
 */
export function receive(
  RED: NodeAPI,
  node: Node,
  receiver: Receiver,
  req: Request,
  res: Response,
  extra?: object,
): Exchange {
  const { platform, publicUrl, method, answers } = receiver;
  const body = withQuery(req.body as unknown, req.query, method);
  const kind = receiver.kind ?? classify(body);
  const arrival = arrivalOf(body, receiver.hook);
  const id = RED.util.generateId();
  const exchange = open(id, res, { platform, publicUrl, kind, callSid: arrival?.key, answers });
  const { property } = receiver;
  exchange.recording = traceOf(RED).request(node, req, res, { body, kind, arrival, property });
  // jambonz throws the answer away.
  if (answers === 'ignored') write(res, serialise([]));
  const msg: Message = { _msgid: id, req, res: exchange, ...extra, [kind]: body };
  const complain = (error: unknown): void => {
    node.error(
      describe((key, facts) => RED._(key, facts ?? {}), node, error),
      msg,
    );
  };
  const given = receiver.fallback === undefined ? DEFAULT_FALLBACK : receiver.fallback;
  // jambonz throws away what it gets for a status event, so a flow need not answer it.
  const fallback = given && arrival?.status ? { milliseconds: given.milliseconds, isQuiet: true } : given;
  if (fallback || exchange.recording) followMessages(RED);
  const watch =
    fallback && guard(RED, node, exchange, msg, fallback, (write) => answer(exchange, undefined, complain, write));
  const send = (found?: Found): void => {
    if (arrival) exchange.variables = new CallVariables(callsOf(RED).store, arrival, found?.stored);
    msg.vars = exchange.vars = found ? asVars(found.stored) : {};
    if (receiver.send) receiver.send(msg);
    else node.send(msg);
    watch?.leave();
    if (found?.ends) callsOf(RED).ended(arrival!, body as Record<string, unknown>, found.stored);
  };
  if (!arrival) {
    send();
    return exchange;
  }
  callsOf(RED).heard(arrival.status);
  const found = callsOf(RED).store.arrive(arrival);
  if (found instanceof Promise) {
    const unread = (error: unknown): void => {
      complain(error);
      send();
    };
    found.then(send, unread).catch(complain);
  } else {
    send(found);
  }
  return exchange;
}

/**
 * The one way in which an answer leaves, whoever gives it: what the flow has changed in the call's
 * variables is written first, so that the next webhook finds it, wherever it lands. The answer
 * goes out all the same when it cannot be written.
 *
 * @param vars - `msg.vars` of the message that answers; undefined for those of the message that was
 *   sent into the flow
 * @param unsaved - gets what went wrong with the variables; not called when all is well
 * @param write - writes the answer; called once, always, at once unless the store takes its time: the
 *   caller may be gone by then, which `checkOpen` says
 */
export function answer(exchange: Exchange, vars: unknown, unsaved: (error: unknown) => void, write: () => void): void {
  const { variables } = exchange;
  let saved: Later<void> | undefined;
  try {
    saved = variables?.save(vars ?? exchange.vars);
  } catch (error) {
    unsaved(error);
  }
  if (!saved) {
    write();
    return;
  }
  exchange.answering = true;
  const goOn = (): void => {
    exchange.answering = false;
    write();
  };
  saved.catch(unsaved).then(goOn).catch(unsaved);
}
