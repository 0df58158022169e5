import type { Node } from 'node-red';
import type { Platform } from './specification';

export interface ServerCredentials {
  accountSid?: string;
  apiToken?: string;
  /** Secrets that sign webhooks, one per line. */
  webhookSecret?: string;
}

/** The config node `jambonz_auth`: what other nodes read from the jambonz server they refer to. */
export interface ServerNode extends Node<ServerCredentials> {
  /** The version of jambonz that it runs; absent when the node does not say. */
  platform?: Platform;
  /** The secrets that sign webhooks, with `${NAME}` lines resolved and empty ones left out. */
  webhookSecrets(): string[];
}
