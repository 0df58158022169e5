import type { Node, NodeAPI, NodeDef } from 'node-red';
import { serveServers } from '../src/admin/server-routes';
import { JambonzApi, type ApiSettings } from '../src/jambonz-api';
import { phoneOf, type Phone } from '../src/phone/phone';
import { Problem } from '../src/problem';
import { Incomplete, type ServerCredentials, type ServerNode } from '../src/server';
import { toPlatform } from '../src/specification';
import { FieldReader, isBlank, type Message } from '../src/typed-value';

interface Config extends NodeDef {
  /** No server: the call simulator of this Node-RED. */
  simulator?: boolean;
  platform?: string;
  /** Where jambonz reaches this Node-RED. */
  publicUrl?: string;
  url?: string;
  urlType?: string;
  accountSidType?: string;
  apiTokenType?: string;
  /** How often a read that failed is tried again; absent means never. */
  retries?: number | string;
  /** The seconds that a request may take; absent means 30. */
  timeout?: number | string;
}

/** `${NAME}` as a whole line stands for an environment variable. */
function resolveEnv(RED: NodeAPI, node: Node, line: string): string {
  const name = /^\$\{(\w+)\}$/.exec(line)?.[1];
  if (!name) return line;
  const value: unknown = RED.util.evaluateNodeProperty(name, 'env', node, {});
  return value === undefined || value === null ? '' : String(value).trim();
}

/** Reads address, account and API key for one message. @throws Incomplete when one has no value */
async function readSettings(fields: FieldReader, msg: Message): Promise<ApiSettings> {
  const read = fields.for(msg);
  const text = async (field: string): Promise<string> => {
    const value = await read.value(field);
    const trimmed = isBlank(value) ? '' : String(value).trim();
    if (trimmed === '') throw new Incomplete(`no-${field}`);
    return trimmed;
  };
  // jambonz.cloud is offered as a kind of its own, which is its address.
  const preset = String(read.raw('urlType') ?? '');
  return {
    baseUrl: /^https?:/.test(preset) ? preset : await text('url'),
    accountSid: await text('accountSid'),
    token: await text('apiToken'),
  };
}

/** The simulator's REST API. @throws Problem when it is switched off */
function simulatedApi(phone: Phone, signal: AbortSignal | undefined): JambonzApi {
  if (!phone.isEnabled) throw new Problem('simulator-off');
  const { account: accountSid } = phone;
  const transport = phone.rest.bind(phone);
  return new JambonzApi({ baseUrl: 'http://simulator.invalid', accountSid, token: 'simulator', transport }, signal);
}

/** A setting that counts; undefined when it is blank or no such number. */
function positive(value: unknown): number | undefined {
  const number = isBlank(value) ? NaN : Number(value);
  return number >= 0 ? number : undefined;
}

export = (RED: NodeAPI): void => {
  function Server(this: ServerNode, config: Config): void {
    RED.nodes.createNode(this, config);
    if (config.platform) this.platform = toPlatform(config.platform);
    if (config.publicUrl?.trim()) this.publicUrl = config.publicUrl.trim();
    this.webhookSecrets = () =>
      ((this.credentials as ServerCredentials | undefined)?.webhookSecret ?? '')
        .split(/\r?\n/)
        .map((line) => resolveEnv(RED, this, line.trim()))
        .filter((secret) => secret !== '');

    const { url, urlType, accountSidType, apiTokenType } = config;
    const credentials = (this.credentials as ServerCredentials | undefined) ?? {};
    const { accountSid, apiToken } = credentials;
    const saved = {
      url: isBlank(url) ? credentials.url : url,
      urlType,
      accountSid,
      accountSidType,
      apiToken,
      apiTokenType,
    };
    this.deployed = saved;
    const readers = new WeakMap<Node, FieldReader>();
    const seconds = positive(config.timeout);
    const limits = { retries: positive(config.retries) ?? 0, ...(seconds && { timeoutMs: seconds * 1000 }) };
    const phone = phoneOf(RED);
    const asksSimulator = (): boolean => this.isSimulated === true || phone.takesRest;
    this.isSimulated = config.simulator === true;
    this.simulatorUrl = () => (asksSimulator() && phone.isEnabled ? phone.origin : undefined);
    this.api = async (asking, msg, signal) => {
      if (asksSimulator()) return simulatedApi(phone, signal);
      const fields = readers.get(asking) ?? new FieldReader(RED, asking, saved);
      readers.set(asking, fields);
      return new JambonzApi({ ...(await readSettings(fields, msg)), ...limits }, signal);
    };
  }

  RED.nodes.registerType<ServerNode, Config, object, ServerCredentials>('jambonz_auth', Server, {
    credentials: {
      accountSid: { type: 'text' },
      apiToken: { type: 'password' },
      webhookSecret: { type: 'password' },
    },
  });
  serveServers(RED);
};
