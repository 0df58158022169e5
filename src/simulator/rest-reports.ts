import type { CallOptions, RestAnswer } from './api';
import type { SimulatedCall } from './call';
import { snakeKeys, type JsonObject } from './json';
import type { Leg } from './leg';
import { pageFault } from './rest-check';

type Query = Readonly<Record<string, string>>;

const SERVICE_URL = 'http://127.0.0.1:3000';

/** A call or a leg of it, as the API describes it. @see recorded: no tag, keys in snake case */
export function describeCall({ info }: Leg): JsonObject {
  return { ...snakeKeys({ ...info.toJSON(), customerData: undefined, headers: undefined }), service_url: SERVICE_URL };
}

/** All that are known, the call before its legs. @see recorded: the filter for a status is `callStatus` */
export function listCalls(
  calls: Iterable<SimulatedCall>,
  query: Query,
  isForgotten: (sid: string) => boolean,
): JsonObject[] {
  const all = [...new Set(calls)].flatMap((call) => [...call.legs.values()]);
  return all
    .filter(({ id }) => !isForgotten(id))
    .map(describeCall)
    .filter(
      (call) =>
        is(query.direction, call.direction) &&
        is(query.from, call.from) &&
        is(query.to, call.to) &&
        is(query.callStatus, call.call_status),
    );
}

function is(wanted: string | undefined, value: unknown): boolean {
  return wanted === undefined || wanted === '' || wanted === value;
}

/** How many calls are up now. */
export function countCalls(calls: Iterable<SimulatedCall>): JsonObject {
  const up = [...new Set(calls)].filter(({ isOver }) => !isOver);
  const many = (direction: string): number => up.filter(({ summary }) => summary.direction === direction).length;
  return { inbound: many('inbound'), outbound: many('outbound') };
}

/** Calls that are over, the latest first. */
export function recentCalls(calls: Iterable<SimulatedCall>, query: Query): RestAnswer {
  const records = [...new Set(calls)].filter(({ summary }) => summary.over).map(recordOf);
  const { direction, answered, trunk, filter } = query;
  return paged(
    records.filter(
      (record) =>
        is(direction, record.direction) &&
        is(answered, String(record.answered)) &&
        is(trunk, record.trunk) &&
        (filter === undefined ||
          [record.from, record.to, record.call_sid, record.sip_callid].some((value) => String(value).includes(filter))),
    ),
    'attempted_at',
    query,
  );
}

function recordOf({ events, summary, main, options }: SimulatedCall): JsonObject {
  const { started, duration = 0, direction, from, to, id } = summary;
  const end = events.findLast((event) => event.type === 'end');
  const answer = events.find((event) => event.type === 'sip' && event.leg === undefined && event.text === '200 OK');
  const { identity } = main.info;
  const time = (at: number | undefined): string => new Date(at === undefined ? 0 : started + at).toISOString();
  const reason = end?.type === 'end' && end.by === 'caller' ? 'caller hungup' : 'callee hungup';
  return {
    attempted_at: time(0),
    account_sid: identity.accountSid,
    answered: answer !== undefined,
    answered_at: time(answer?.at),
    application_sid: identity.applicationSid,
    call_sid: id,
    direction,
    duration,
    from,
    host: identity.address,
    recording_url: null,
    remote_host: identity.originatingSipIp ?? '',
    service_provider_sid: identity.accountSid,
    sip_callid: identity.callId,
    sip_parent_callid: null,
    sip_status: end?.type === 'end' ? (end.status ?? 0) : 0,
    terminated_at: time(end?.at),
    termination_reason: answer ? reason : 'failed',
    to,
    trace_id: identity.traceId,
    trunk: identity.originatingSipTrunkName ?? options.trunk ?? '',
  };
}

/** What the platform has told the account's owner, the latest first. */
export function alerts(calls: Iterable<SimulatedCall>, query: Query): RestAnswer {
  const all = [...new Set(calls)].flatMap(({ events, summary, main }) =>
    events.flatMap((event) =>
      event.type === 'alert'
        ? [
            {
              time: new Date(summary.started + event.at).toISOString(),
              account_sid: main.info.identity.accountSid,
              alert_type: event.alert,
              message: event.text,
              service_provider_sid: main.info.identity.accountSid,
              target_sid: summary.id,
            },
          ]
        : [],
    ),
  );
  return paged(
    all.filter(({ alert_type }) => is(query.alert_type, alert_type)),
    'time',
    query,
  );
}

/** @see recorded: numbers of pages come back as they were sent, as text */
function paged(records: JsonObject[], time: string, query: Query): RestAnswer {
  const fault = pageFault(query);
  if (fault !== undefined) return { status: 400, data: { msg: fault } };
  const { page = '1', count = '25', days, start, end } = query;
  if (days !== undefined && Number.isNaN(Number(days))) return { status: 500, data: { msg: 'error parsing query' } };
  const latest = Math.max(...records.map((record) => Date.parse(String(record[time]))), 0);
  const from =
    start !== undefined ? Date.parse(start) : days === undefined ? -Infinity : latest - Number(days) * 86_400_000;
  const to = end === undefined ? Infinity : Date.parse(end);
  const found = records
    .filter((record) => {
      const at = Date.parse(String(record[time]));
      return at >= from && at <= to;
    })
    .sort((a, b) => Date.parse(String(b[time])) - Date.parse(String(a[time])));
  const many = Number(count);
  const first = ((Number(page) || 1) - 1) * many;
  return {
    status: 200,
    data: { total: found.length, page_size: count, page, data: found.slice(first, first + many) },
  };
}

/** An application as the API describes it: only what the simulator knows. */
export function describeApplication(sid: string, options: CallOptions, account: string): JsonObject {
  const { url, method = 'POST', auth, statusHook, speech } = options;
  const hook = (where: string, how: string, who?: { username: string; password: string }): JsonObject => ({
    url: where,
    method: how,
    username: who?.username ?? null,
    password: who?.password ?? null,
  });
  const status = typeof statusHook === 'string' ? { url: statusHook } : statusHook;
  return {
    application_sid: sid,
    name: sid,
    account_sid: account,
    call_hook: hook(url, method, auth),
    call_status_hook: status ? hook(status.url, status.method ?? 'POST', status.auth) : null,
    messaging_hook: null,
    speech_synthesis_vendor: speech?.synthesizer?.vendor ?? 'google',
    speech_synthesis_language: speech?.synthesizer?.language ?? 'en-US',
    speech_synthesis_voice: speech?.synthesizer?.voice ?? 'en-US-Standard-C',
    speech_recognizer_vendor: speech?.recognizer?.vendor ?? 'google',
    speech_recognizer_language: speech?.recognizer?.language ?? 'en-US',
  };
}
