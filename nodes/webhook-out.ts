import type { Node, NodeAPI, NodeDef } from 'node-red';
import { settles } from '../src/guard/settled';
import { answerStatus } from '../src/http/adapter';
import { serialise, write, type Answer } from '../src/http/answer';
import { checkOpen, exchangeOf, find, type Exchange } from '../src/http/exchange';
import { answer } from '../src/http/receive';
import { Problem } from '../src/problem';
import { check, withoutEmpty, type Platform } from '../src/specification';
import type { Message } from '../src/typed-value';
import { reporter } from '../src/verb';

interface Config extends NodeDef {
  /** What to do with an answer that jambonz would refuse; absent means warn. */
  check?: 'off' | 'warn' | 'refuse';
}

export = (RED: NodeAPI): void => {
  function WebhookOut(this: Node, config: Config): void {
    RED.nodes.createNode(this, config);
    const report = reporter(RED, this);
    const strictness = config.check ?? 'warn';

    /** Answers, or throws: then the request is still open unless there is none. */
    const respond = (msg: Message, exchange: Exchange): void => {
      const { res, platform, answers } = checkOpen(exchange);
      const problems: Problem[] = [];
      const content = answers === 'tool' ? toolOutput(msg) : contentOf(msg, platform, strictness, problems);
      if (strictness === 'refuse' && problems[0]) throw problems[0];
      write(res, content, msg.headers);
      report(problems);
    };

    this.on('input', (received, _send, done) => {
      const msg = received as Message;
      const early = exchangeOf(msg);
      // jambonz does not read this answer, and has got one.
      if (early?.answers === 'ignored') {
        answer(
          early,
          msg.vars,
          (error) => this.error(report.text(error), msg),
          () => done(),
        );
        return;
      }
      let exchange: Exchange;
      try {
        exchange = find(msg);
      } catch (error) {
        const failure = report.failed(error);
        // A message that a Catch node got because of the request would come back to it, and here, again and again.
        const isCaught = error instanceof Problem && error.reason === 'late' && msg.error !== undefined;
        if (isCaught) this.error(failure.message);
        done(isCaught ? undefined : failure);
        return;
      }
      const unsaved = (error: unknown): void => this.error(report.text(error), msg);
      answer(exchange, msg.vars, unsaved, () => {
        try {
          respond(msg, exchange);
          done();
        } catch (error) {
          const failure = report.failed(error);
          answerStatus(exchange.res, 500, failure.message);
          done(failure);
        }
      });
    });
  }

  RED.nodes.registerType('webhook out', settles(WebhookOut));
};

/** What a tool has found out, for the model that asked: an object. */
function toolOutput({ payload }: Message): Answer {
  if (payload === undefined || payload === null) return serialise({});
  return serialise(isObject(payload) && !Buffer.isBuffer(payload) ? payload : { result: payload });
}

/** What a message says: its verbs, else its answer to a registration, else nothing. */
function contentOf(msg: Message, platform: Platform, strictness: string, problems: Problem[]): Answer {
  const { jambonz, authResponse } = msg;
  if (jambonz === undefined || jambonz === null) {
    return serialise(typeof authResponse === 'object' && authResponse !== null ? authResponse : undefined);
  }
  if (typeof jambonz !== 'object' || Buffer.isBuffer(jambonz)) return serialise(jambonz);
  if (!Array.isArray(jambonz)) {
    if (strictness !== 'off') problems.push(new Problem('not-a-list', { field: 'msg.jambonz', value: jambonz }));
    return serialise(jambonz);
  }
  const document = (jambonz as unknown[]).map((verb) => (isObject(verb) ? withoutEmpty(verb) : verb));
  // A cyclic document must be found before the check walks through it.
  const plain = serialise(document);
  if (strictness === 'off') return plain;
  const checked = check(document, platform);
  if (checked.problems.length === 0) return plain;
  problems.push(...checked.problems);
  return serialise(checked.document);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
