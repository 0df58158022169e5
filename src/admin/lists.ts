import { ApiError, path, type JambonzApi } from '../jambonz-api';
import type { ServerNode } from '../server';
import { apiFault, isPage, refusal } from './fault';
import type { Outcome } from './routes';

type Row = Record<string, unknown>;
type Items = object[];
type Fetch = (api: JambonzApi, query: Record<string, string>) => Promise<Items>;

const FRESH_MS = 60_000;

/** What the pickers of the editor may ask of an account, without anything that is secret. */
const LISTS: Readonly<Record<string, Fetch>> = {
  applications: async (api) =>
    (await rows(api, path`Accounts/${api.accountSid}/Applications`)).map(({ application_sid, name }) => ({
      application_sid,
      name,
    })),
  carriers: async (api) =>
    (await rows(api, path`Accounts/${api.accountSid}/VoipCarriers`)).map(({ voip_carrier_sid, name }) => ({
      voip_carrier_sid,
      name,
    })),
  numbers: async (api) =>
    (await rows(api, 'PhoneNumbers'))
      // A key of the service provider sees everybody's.
      .filter(({ account_sid }) => !account_sid || account_sid === api.accountSid)
      .map(({ number }) => ({ number })),
  speech: async (api) =>
    (await rows(api, path`Accounts/${api.accountSid}/SpeechCredentials`)).map(
      ({ vendor, label, use_for_tts, use_for_stt }) => ({
        vendor,
        ...(label ? { label } : {}),
        tts: Boolean(use_for_tts),
        stt: Boolean(use_for_stt),
      }),
    ),
  voices: async (api, { vendor = '', label = '' }) => {
    const target = path`Accounts/${api.accountSid}/SpeechCredentials/speech/supportedLanguagesAndVoices`;
    const { data } = await api.get(target, { vendor, label });
    return [languages(objectOf(data))];
  },
};

const kept = new WeakMap<ServerNode, Map<string, { until: number; items: Promise<Items> }>>();

/**
 * A list of the account that a deployed server stands for. It is kept for a minute, and goes with
 * the server when that is deployed anew.
 */
export async function accountList(
  server: ServerNode,
  name: string,
  query: Record<string, string>,
  refresh: boolean,
): Promise<Outcome<{ items: Items }>> {
  const fetch = Object.hasOwn(LISTS, name) ? LISTS[name] : undefined;
  if (!fetch) return refusal('not-found');
  // The call simulator has no account.
  if (server.isSimulated) return { ok: true, items: [] };
  const lists = kept.get(server) ?? new Map<string, { until: number; items: Promise<Items> }>();
  kept.set(server, lists);
  const key = JSON.stringify([name, query.vendor, query.label]);
  let list = lists.get(key);
  if (!list || refresh || list.until < Date.now()) {
    list = { until: Date.now() + FRESH_MS, items: apiOf(server).then((api) => fetch(api, query)) };
    // Who asks for many vendors must not fill the memory.
    if (lists.size > 200) lists.clear();
    lists.set(key, list);
  }
  try {
    return { ok: true, items: await list.items };
  } catch (error) {
    if (lists.get(key) === list) lists.delete(key);
    return apiFault(error);
  }
}

/** The API of a deployed server, for a request that no message asks for. @throws Incomplete */
export function apiOf(server: ServerNode): Promise<JambonzApi> {
  return server.api(server, { _msgid: '' });
}

/** A collection: a list, or a page of one. @throws ApiError also for what is no list */
async function rows(api: JambonzApi, target: string): Promise<Row[]> {
  const { data } = await api.get(target);
  if (isPage(data)) throw new ApiError('api-answer', { detail: 'a page of HTML' });
  const list = Array.isArray(data) ? data : objectOf(data).data;
  return Array.isArray(list) ? (list as unknown[]).filter(isObject) : [];
}

/** Languages and voices in the form of `resources/speech.json`. */
function languages({ tts, stt, models, ttsModel, sttModels }: Row): object {
  return {
    tts: named(tts).map(([code, name, row]) => [code, name, named(row.voices).map(([id, voice]) => [id, voice])]),
    stt: named(stt).map(([code, name]) => [code, name]),
    ttsModels: named(models ?? ttsModel).map(([id]) => id),
    sttModels: named(sttModels).map(([id]) => id),
  };
}

function named(list: unknown): [id: string, name: string, row: Row][] {
  if (!Array.isArray(list)) return [];
  return (list as unknown[]).filter(isObject).flatMap((row) => {
    const id = row.value ?? row.code;
    if (typeof id !== 'string' || id === '') return [];
    const name = typeof row.name === 'string' ? row.name.replace(/\s+/g, ' ').trim() : id;
    return [[id, name, row]];
  });
}

const isObject = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);
const objectOf = (value: unknown): Row => (isObject(value) ? value : {});
