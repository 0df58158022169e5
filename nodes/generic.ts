import type { NodeAPI } from 'node-red';
import { Problem, messageOf } from '../src/problem';
import { isBlank, type Reader } from '../src/typed-value';
import { verbNode, type Verb } from '../src/verb';

/** Kinds that mean JSON with placeholders; only older flows have saved one of them. */
const TEMPLATES = new Set<unknown>(['str', 'json', 'mustache']);

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'generic',
    verbNode(RED, async (read) => {
      const verb = { verb: read.raw('verb'), ...(await properties(read)) };
      if (typeof verb.verb !== 'string' || verb.verb === '') throw new Problem('no-verb', { field: 'verb' });
      return verb as Verb;
    }),
  );
};

/** The verb's properties, from JSON with placeholders unless a kind says where they are. */
async function properties(read: Reader): Promise<object> {
  const saved = read.raw('data');
  const kind = read.raw('dataType');
  const isTemplate = typeof saved === 'string' && (isBlank(kind) || TEMPLATES.has(kind));
  const value = isTemplate ? await read.render(saved, 'data', 'json') : await read.value('data');
  if (isBlank(value)) return {};
  const data = typeof value === 'string' ? parse(value) : value;
  if (typeof data !== 'object' || Array.isArray(data)) throw new Problem('properties', { field: 'data', value: data });
  return data ?? {};
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem('json', { field: 'data', value: text, detail: messageOf(error) });
  }
}
