import type { LegPlan } from './api';

/** How a dialled party behaves, in the terms of SIP. */
export interface Behaviour {
  /** A provisional response, right after the INVITE. */
  provisional?: 180 | 183;
  /** The final response; absent when the party lets it ring, or somebody plays it. */
  final?: { status: number; afterMs: number };
  /** Hangs up so long after it has answered. */
  hangupMs?: number;
  /** What it says when it has answered. */
  greeting?: string;
}

const PROMPT_MS = 60;
const RINGING_MS = 3000;
const GREETING = 'you have reached the voicemail please leave a message after the tone';

/** The plan for a number or name: that of the longest ending which it has; `*` is everybody else. */
export function planFor(to: string, plans: Readonly<Record<string, LegPlan>>): LegPlan {
  const user = to.replace(/^sips?:/, '').split('@')[0]!;
  const [ending] = Object.keys(plans)
    .filter((key) => key !== '*' && (to.endsWith(key) || user.endsWith(key)))
    .sort((a, b) => b.length - a.length);
  return (ending === undefined ? plans['*'] : plans[ending]) ?? 'by hand';
}

export function behaviour(plan: LegPlan): Behaviour {
  switch (plan) {
    case 'by hand':
    case 'no answer':
      return { provisional: 180 };
    case 'busy':
      return { final: { status: 486, afterMs: PROMPT_MS } };
    case 'declined':
      return { provisional: 180, final: { status: 603, afterMs: RINGING_MS } };
    case 'machine':
      return { provisional: 180, final: { status: 200, afterMs: RINGING_MS }, greeting: GREETING };
  }
  if ('status' in plan) {
    return {
      ...(plan.ringing ? { provisional: 180 } : {}),
      final: { status: plan.status, afterMs: plan.after === undefined ? PROMPT_MS : plan.after * 1000 },
    };
  }
  const provisional = { ringing: 180, silence: undefined, 'early media': 183 } as const;
  const before = provisional[plan.before ?? 'ringing'];
  return {
    ...(before ? { provisional: before } : {}),
    final: { status: 200, afterMs: plan.answer * 1000 },
    ...(plan.hangup === undefined ? {} : { hangupMs: plan.hangup * 1000 }),
    ...(plan.greeting === undefined ? {} : { greeting: plan.greeting }),
  };
}
