import { Problem } from '../problem';
import type { Later } from '../typed-value';
import { MOST_BYTES, NOTHING, type Arrival, type CallStore, type Changes, type Stored } from './store';

/** What a flow finds and leaves in `msg.vars`. */
export type Vars = Record<string, unknown>;

/** The variables of a call as one webhook has read them, and the way back into the store. */
export class CallVariables {
  constructor(
    private readonly store: CallStore,
    private readonly arrival: Arrival,
    /** Undefined when they could not be read: then nothing is known to be gone. */
    private readonly loaded: Stored | undefined,
  ) {}

  /**
   * Writes what differs from what was read.
   *
   * @throws Problem for variables that cannot be stored; nothing is written then
   */
  save(vars: unknown): Later<void> {
    if (vars === undefined) return;
    const changes = changed(vars, this.loaded ?? NOTHING);
    if (changes) return this.store.save(this.arrival, changes);
  }
}

/** An object of a message's own. */
export function asVars(stored: Stored): Vars {
  const vars: Vars = {};
  for (const [name, json] of stored) vars[name] = JSON.parse(json) as unknown;
  return vars;
}

/** What a message's variables say beyond those that were read; undefined when they say the same. */
function changed(vars: unknown, loaded: Stored): Changes | undefined {
  if (typeof vars !== 'object' || vars === null || Array.isArray(vars)) {
    throw new Problem('vars-no-object', { field: 'msg.vars', value: vars });
  }
  const own = vars as Vars;
  let set: Map<string, string> | undefined;
  let deleted: string[] | undefined;
  let bytes = 0;
  for (const name of Object.keys(own)) {
    const json = jsonOf(name, own[name]);
    // Assigning it would do something else.
    if (json === undefined || name === '__proto__') continue;
    bytes += Buffer.byteLength(name) + Buffer.byteLength(json);
    if (loaded.get(name) !== json) (set ??= new Map()).set(name, json);
  }
  for (const name of loaded.keys()) {
    if (!Object.hasOwn(own, name) || own[name] === undefined) (deleted ??= []).push(name);
  }
  if (!set && !deleted) return undefined;
  if (set && bytes > MOST_BYTES) throw new Problem('vars-too-much', { field: 'msg.vars', bytes, most: MOST_BYTES });
  return { set: set ?? NOTHING, deleted: deleted ?? [] };
}

/** Undefined for what JSON leaves out (undefined, functions). */
function jsonOf(name: string, value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    throw new Problem('vars-value', { field: `msg.vars.${name}`, detail: error instanceof Error ? error.message : '' });
  }
}
