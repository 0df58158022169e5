import type { NodeAPI } from 'node-red';
import type { WebhookNode } from '../admin/webhook-routes';
import { entranceOf } from '../results/demand';
import type { OwnAddress } from './own-address';

/** A deployed `webhook in` that can be called. */
export interface Webhook {
  node: string;
  /** The label of its tab. */
  flow: string;
  name: string;
  method: 'GET' | 'POST';
  /** Its path, with what the settings put before it. */
  url: string;
  /** It accepts signed requests only. */
  signed: boolean;
  /** It gets status events, as its name or path says. */
  status: boolean;
}

interface Saved {
  id: string;
  type: string;
  z?: string;
  name?: string;
  label?: string;
}

const STATUS = /status|event/i;

/** The webhooks of this Node-RED, in the order of its flows. */
export function webhooksOf(RED: NodeAPI, address: OwnAddress): Webhook[] {
  const labels = new Map<string, string>();
  const saved: Saved[] = [];
  RED.nodes.eachNode((node) => {
    const one = node as unknown as Saved;
    if (one.type === 'tab') labels.set(one.id, one.label ?? '');
    else if (one.type === 'webhook in') saved.push(one);
  });
  return saved.flatMap(({ id, z = '', name = '' }) => {
    const webhook = (RED.nodes.getNode(id) as WebhookNode | null)?.webhook;
    if (!webhook) return [];
    return {
      node: id,
      flow: labels.get(z) ?? '',
      name,
      method: webhook.method.toUpperCase() as Webhook['method'],
      url: address.pathOf(webhook.path),
      signed: entranceOf(id)?.secrets !== undefined,
      status: STATUS.test(name) || STATUS.test(webhook.path),
    };
  });
}

/**
 * Where the status events of a call go that comes in by a webhook: in the same flow if there is one,
 * else in a flow that serves no calls of its own. That of another application is none of its business.
 */
export function statusWebhook(webhooks: readonly Webhook[], { node, flow }: Webhook): Webhook | undefined {
  const others = webhooks.filter((one) => one.status && one.node !== node && one.method === 'POST');
  const isShared = (one: Webhook): boolean => webhooks.every((other) => other.status || other.flow !== one.flow);
  return others.find((one) => one.flow === flow) ?? others.find(isShared);
}
