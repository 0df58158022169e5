import type { NodeAPI } from 'node-red';
import { Problem, messageOf } from '../src/problem';
import type { Reader } from '../src/typed-value';
import { verbNode } from '../src/verb';

export = (RED: NodeAPI): void => {
  RED.nodes.registerType(
    'tag',
    verbNode(RED, async (read) => {
      const data = await tagData(read);
      return data === undefined ? undefined : { verb: 'tag', data };
    }),
  );
};

/** What jambonz sends back as `customerData`: an object, or text that is JSON; undefined when there is none. */
async function tagData(read: Reader): Promise<unknown> {
  const value = await read.typed(read.raw('data'), read.raw('dataType'), 'data', 'json');
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') return copied(value);
  try {
    return copied(JSON.parse(value));
  } catch (error) {
    read.problems.push(new Problem('tag', { field: 'data', value, detail: messageOf(error) }));
    return undefined;
  }
}

/** The engine wants an object: a list becomes one. The copy has no key that would change its prototype. */
function copied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== '__proto__'));
}
