import { shown } from '../problem';
import { entranceOf } from '../results/demand';
import type { CallEvent } from '../simulator/events';
import { check, type Platform } from '../specification';
import type { KeptCall } from './call-log';

const platforms = new WeakMap<KeptCall, Platform>();

/** Events of a call, each answer with what its version of jambonz finds wrong with the verbs in it. */
export function withFaults(call: KeptCall, events: readonly CallEvent[]): CallEvent[] {
  return events.map((event) => {
    if (event.type !== 'answer' || !Array.isArray(event.body)) return event;
    const { problems } = check(event.body, platformOf(call));
    if (problems.length === 0) return event;
    const faults = problems.map(({ reason, facts }) => {
      const isAbout = facts.value !== undefined && { value: shown(facts.value, facts.field) };
      return { reason, facts: { ...facts, ...isAbout } };
    });
    return { ...event, faults };
  });
}

/** That of the webhook that the call has come in by. */
function platformOf(call: KeptCall): Platform {
  let platform = platforms.get(call);
  if (platform) return platform;
  for (const event of call.events(0)) {
    if (event.type === 'path') platform ??= event.nodes.map((node) => entranceOf(node)?.platform).find(Boolean);
  }
  if (platform) platforms.set(call, platform);
  return platform ?? '0.9';
}
