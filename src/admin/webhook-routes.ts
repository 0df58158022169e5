import type { Node, NodeAPI } from 'node-red';
import { lastCallOf } from '../http/last-call';
import { publicUrl } from '../public-url';
import { connect, planConnection, type Wish } from './connect';
import { apiFault, refusal } from './fault';
import { apiOf } from './lists';
import { probe } from './probe';
import { serveAdmin, textIn, type Outcome, type Refusal } from './routes';
import { deployedServer } from './server-routes';

/** A deployed `webhook in` node that receives requests. */
export interface WebhookNode extends Node {
  webhook?: { method: string; path: string };
}

/** What the editor may ask about `webhook in` nodes, and do with them in jambonz. */
export function serveWebhooks(RED: NodeAPI): void {
  const { httpNodeRoot } = RED.settings as { httpNodeRoot?: string | false };
  const webhookOf = (id: string | undefined): WebhookNode['webhook'] =>
    id ? (RED.nodes.getNode(id) as WebhookNode | null)?.webhook : undefined;

  /** The address of a path, in the form that a dialog describes. */
  const addressOf = (serverId: string, path: string): string | Refusal => {
    if (httpNodeRoot === false) return refusal('switched-off');
    if (serverId === '') return refusal('no-server');
    const server = deployedServer(RED, serverId);
    if (!server) return refusal('not-deployed');
    if (!server.publicUrl) return refusal('no-public-url');
    if (path === '') return refusal('no-path');
    if (/[:*?+()]/.test(path)) return refusal('pattern');
    return publicUrl(server.publicUrl, httpNodeRoot, path) ?? refusal('public-url');
  };

  /** The deployed node and its address, for what reaches out to jambonz. */
  const target = (
    id: string | undefined,
    input: Record<string, unknown>,
  ): { url: string; method: string } | Refusal => {
    const webhook = webhookOf(id);
    if (!webhook) return refusal('node-not-deployed');
    const url = addressOf(textIn(input, 'server'), webhook.path);
    return typeof url === 'string' ? { url, method: webhook.method } : url;
  };

  const inJambonz = async (
    id: string | undefined,
    input: Record<string, unknown>,
    act: (api: Parameters<typeof connect>[0], wish: Wish) => Promise<Outcome>,
  ): Promise<Outcome> => {
    const found = target(id, input);
    if ('ok' in found) return found;
    const server = deployedServer(RED, textIn(input, 'server'))!;
    try {
      return await act(await apiOf(server), {
        hook: textIn(input, 'hook'),
        name: textIn(input, 'name'),
        url: found.url,
        method: found.method.toUpperCase(),
      });
    } catch (error) {
      return apiFault(error);
    }
  };

  serveAdmin(RED, [
    {
      // What a dialog shows: the address that its fields make, what is deployed, and the last call.
      method: 'get',
      path: '/_jambonz/webhook/:id',
      permission: 'jambonz.read',
      handle: ({ id }, input) => {
        const webhook = webhookOf(id);
        const at = webhook ? lastCallOf(id!).at : 0;
        const url = addressOf(textIn(input, 'server'), textIn(input, 'path'));
        return {
          ok: true,
          ...(webhook && { deployed: webhook }),
          ...(at > 0 && { lastCall: at }),
          ...(typeof url === 'string' ? { url } : { problem: url.reason }),
        };
      },
    },
    {
      method: 'post',
      path: '/_jambonz/webhook/:id/plan',
      permission: 'jambonz.write',
      handle: ({ id }, input) => inJambonz(id, input, planConnection),
    },
    {
      method: 'post',
      path: '/_jambonz/webhook/:id/connect',
      permission: 'jambonz.write',
      handle: ({ id }, input) => inJambonz(id, input, (api, wish) => connect(api, wish, input.seen)),
    },
    {
      method: 'post',
      path: '/_jambonz/webhook/:id/probe',
      permission: 'jambonz.write',
      handle: ({ id }, input) => {
        const found = target(id, input);
        return 'ok' in found ? found : probe(found.url, found.method, id!);
      },
    },
  ]);
}
