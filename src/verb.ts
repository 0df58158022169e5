import type { Node, NodeAPI, NodeDef } from 'node-red';
import { settles } from './guard/settled';
import { addMore } from './more';
import { Problem, describe } from './problem';
import { exchangeOf } from './http/exchange';
import { resultPorts } from './results/ports';
import { conform } from './specification';
import { FieldReader, type Fields, type Message, type Reader } from './typed-value';

/** One verb of a jambonz document, for example `{verb: 'pause', length: 1}`. */
export interface Verb {
  verb: string;
  [property: string]: unknown;
}

/** Makes a node's verb for one message; undefined when there is nothing to append. */
export type VerbBuilder = (read: Reader, msg: Message, node: Node) => Verb | undefined | Promise<Verb | undefined>;

type Done = (error?: Error) => void;

/**
 * The constructor of a verb node, the one way in which a message becomes a verb: the builder's
 * verb loses its empty properties, its values get the types that the engine wants, and a *new*
 * `msg.jambonz` ends with it. Whatever fails is a catchable error and nothing is sent.
 *
 * @see https://docs.jambonz.org/verbs/overview
 */
export function verbNode(RED: NodeAPI, build: VerbBuilder) {
  return settles(function (this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const fields = new FieldReader(RED, this, config as unknown as Fields);
    const report = reporter(RED, this);
    const hasMore = 'more' in config;
    const results = resultPorts(RED, this, config);
    this.on('input', (received, send, done: Done) => {
      const msg = received as Message;
      let problems: readonly Problem[] = [];
      const append = async (): Promise<void> => {
        const read = fields.for(msg, results?.fieldsAt(exchangeOf(msg) ?? {}));
        ({ problems } = read);
        const verb = await build(read, msg, this);
        if (verb) {
          if (hasMore) await addMore(read, verb);
          const document = existing(msg);
          msg.jambonz = [...document, conform(verb, read.problems)];
        }
      };
      append()
        .then(() => {
          report(problems);
          send(results ? results.onwards(msg) : msg);
        })
        .then(
          () => done(),
          (error: unknown) => done(report.failed(error)),
        );
    });
  });
}

function existing(msg: Message): unknown[] {
  const document = msg.jambonz;
  if (!document) return [];
  if (!Array.isArray(document)) throw new Problem('document', { field: 'msg.jambonz', value: document });
  return document as unknown[];
}

/**
 * Tells a node's user what was left out of an answer that went on all the same: an error in the
 * log and the debug sidebar for each, and a yellow status until a message passes without any.
 */
export function reporter(RED: NodeAPI, node: Node) {
  let marked = false;
  const mark = (fill: 'yellow' | 'red' | undefined, text = ''): void => {
    if (!fill && !marked) return;
    marked = fill !== undefined;
    node.status(fill ? { fill, shape: 'ring', text } : {});
  };
  const text = (problem: unknown): string => describe((key, facts) => RED._(key, facts ?? {}), node, problem);
  const report = (problems: readonly Problem[]): void => {
    for (const problem of problems) node.error(text(problem));
    mark(problems.length > 0 ? 'yellow' : undefined, 'common.status.left-out');
  };
  report.text = text;
  report.failed = (error: unknown): Error => {
    mark('red', 'common.status.failed');
    return new Error(text(error), { cause: error });
  };
  return report;
}
