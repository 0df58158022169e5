import type { NodeAPI } from 'node-red';
import type { ServerNode } from '../server';
import { refusal } from './fault';
import { accountList } from './lists';
import { serveAdmin, textIn } from './routes';
import { testAccount } from './test-account';

/**
 * What the editor may ask about servers and their accounts. The routes of the official palette,
 * `/_jambonz/applications/:id` and its speech lists, were open to everybody and are not here.
 */
export function serveServers(RED: NodeAPI): void {
  serveAdmin(RED, [
    {
      method: 'post',
      path: '/_jambonz/account/test',
      // What an environment variable holds leaves this machine: only for those who could read it anyway.
      permission: ['jambonz.write', 'flows.write'],
      handle: (_params, input) => testAccount(RED, input),
    },
    {
      method: 'get',
      path: '/_jambonz/account/:serverId/:list',
      permission: 'jambonz.read',
      handle: ({ serverId, list }, input) => {
        const server = deployedServer(RED, serverId);
        if (!server) return refusal('not-deployed');
        const query = { vendor: textIn(input, 'vendor'), label: textIn(input, 'label') };
        return accountList(server, list ?? '', query, textIn(input, 'refresh') === '1');
      },
    },
  ]);
}

/** A server as it was deployed; undefined for one that is new, or was deleted. */
export function deployedServer(RED: NodeAPI, id: string | undefined): ServerNode | undefined {
  const node = id ? (RED.nodes.getNode(id) as ServerNode | null) : null;
  return node?.type === 'jambonz_auth' ? node : undefined;
}
