import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { ServerCredentials, ServerNode } from '../src/server';
import { toPlatform } from '../src/specification';

interface Config extends NodeDef {
  platform?: string;
}

/** `${NAME}` as a whole line stands for an environment variable. */
function resolveEnv(RED: NodeAPI, node: Node, line: string): string {
  const name = /^\$\{(\w+)\}$/.exec(line)?.[1];
  if (!name) return line;
  const value: unknown = RED.util.evaluateNodeProperty(name, 'env', node, {});
  return value === undefined || value === null ? '' : String(value).trim();
}

export = (RED: NodeAPI): void => {
  function Server(this: ServerNode, config: Config): void {
    RED.nodes.createNode(this, config);
    if (config.platform) this.platform = toPlatform(config.platform);
    this.webhookSecrets = () =>
      ((this.credentials as ServerCredentials | undefined)?.webhookSecret ?? '')
        .split(/\r?\n/)
        .map((line) => resolveEnv(RED, this, line.trim()))
        .filter((secret) => secret !== '');
  }

  RED.nodes.registerType<ServerNode, Config, object, ServerCredentials>('jambonz_auth', Server, {
    credentials: {
      accountSid: { type: 'text' },
      apiToken: { type: 'password' },
      webhookSecret: { type: 'password' },
    },
  });
};
