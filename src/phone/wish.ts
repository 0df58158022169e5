import type { LegPlan, ModelTurn } from '../simulator';
import type { Wish } from './wished-call';

export type { Wish };

/** Something that the editor has sent and that cannot be used. */
export class InputProblem extends Error {
  constructor(readonly field: string) {
    super(field);
  }
}

/** What is done in a call. */
export type Deed =
  | { did: 'press'; digits: string; leg?: string }
  | { did: 'say'; text: string; final?: boolean; leg?: string }
  | { did: 'hangup'; leg?: string }
  | { did: 'answer'; leg: string }
  | { did: 'reject'; leg: string; status: number }
  | { did: 'model'; turn: ModelTurn }
  | { did: 'plan'; legs: Record<string, LegPlan> }
  | { did: 'go-on' }
  | { did: 'skip' };

type Input = Record<string, unknown>;

const LONGEST = 128;
const LONGEST_TEXT = 2000;
const MOST_HEADERS = 50;
const MOST_PLANS = 50;
const LONGEST_SECONDS = 24 * 60 * 60;
const WORDS = new Set<unknown>(['busy', 'no answer', 'declined', 'machine', 'by hand']);
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]{1,100}$/;

/** @throws InputProblem */
export function wishIn(input: Input): Wish {
  const { name, headers, legs, beside } = input;
  return {
    node: text(input, 'node'),
    from: number(input, 'from'),
    to: number(input, 'to'),
    ...(name !== undefined && name !== '' && { name: number(input, 'name') }),
    ...(headers !== undefined && { headers: headersIn(headers) }),
    signed: input.signed === true,
    speed: input.speed === 'skip' ? 'skip' : 'real',
    ...(beside !== undefined && { beside: text(input, 'beside') }),
    ...(legs !== undefined && { legs: plansIn(legs) }),
  };
}

/** @throws InputProblem */
export function deedIn(input: Input): Deed {
  const { did } = input;
  const leg = input.leg === undefined ? {} : { leg: text(input, 'leg') };
  switch (did) {
    case 'press': {
      const digits = text(input, 'digits');
      if (!/^[0-9*#A-D]{1,50}$/i.test(digits)) throw new InputProblem('digits');
      return { did, digits, ...leg };
    }
    case 'say': {
      const said = text(input, 'text', LONGEST_TEXT);
      return { did, text: said, ...(input.final === false && { final: false }), ...leg };
    }
    case 'hangup':
      return { did, ...leg };
    case 'answer':
      return { did, leg: text(input, 'leg') };
    case 'reject': {
      const { status } = input;
      if (!isWhole(status, 400, 699)) throw new InputProblem('status');
      return { did, leg: text(input, 'leg'), status };
    }
    case 'model':
      return { did, turn: turnIn(input) };
    case 'plan':
      return { did, legs: plansIn(input.legs) };
    case 'go-on':
    case 'skip':
      return { did };
    default:
      throw new InputProblem('did');
  }
}

function turnIn(input: Input): ModelTurn {
  const turn: ModelTurn = {};
  if (input.say !== undefined) turn.say = text(input, 'say', LONGEST_TEXT);
  if (input.end !== undefined) turn.end = text(input, 'end');
  const { tool } = input;
  if (tool !== undefined) {
    if (!isObject(tool)) throw new InputProblem('tool');
    turn.tool = { name: text(tool, 'name'), args: tool.args };
  }
  if (Object.keys(turn).length === 0) throw new InputProblem('say');
  return turn;
}

function text(input: Input, field: string, longest = LONGEST): string {
  const value = input[field];
  if (typeof value !== 'string' || value.trim() === '' || value.length > longest) throw new InputProblem(field);
  return value.trim();
}

/** A number, an address or a name, as it may stand in a line of SIP. */
function number(input: Input, field: string): string {
  const value = text(input, field);
  if (/[\r\n<>"]/.test(value)) throw new InputProblem(field);
  return value;
}

function headersIn(value: unknown): Record<string, string> {
  if (!isObject(value)) throw new InputProblem('headers');
  const entries = Object.entries(value);
  if (entries.length > MOST_HEADERS) throw new InputProblem('headers');
  for (const [name, content] of entries) {
    const isUsable = typeof content === 'string' && content.length <= LONGEST_TEXT && !/[\r\n]/.test(content);
    if (!HEADER_NAME.test(name) || name === '__proto__' || !isUsable) throw new InputProblem('headers');
  }
  return value as Record<string, string>;
}

function plansIn(value: unknown): Record<string, LegPlan> {
  if (!isObject(value)) throw new InputProblem('legs');
  const entries = Object.entries(value);
  if (entries.length > MOST_PLANS) throw new InputProblem('legs');
  if (!entries.every(([name, plan]) => name !== '__proto__' && isPlan(plan))) throw new InputProblem('legs');
  return value as Record<string, LegPlan>;
}

function isPlan(plan: unknown): boolean {
  if (WORDS.has(plan)) return true;
  if (!isObject(plan)) return false;
  const { answer, status, after, hangup } = plan;
  const isTime = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= LONGEST_SECONDS;
  if (![after, hangup].every((value) => value === undefined || isTime(value))) return false;
  return status === undefined ? isTime(answer) : isWhole(status, 300, 699);
}

function isWhole(value: unknown, least: number, most: number): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most;
}

function isObject(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
