import type { Node } from 'node-red';
import type { JambonzApi } from './jambonz-api';
import { Problem } from './problem';
import type { Platform } from './specification';
import type { Message } from './typed-value';

export interface ServerCredentials {
  accountSid?: string;
  apiToken?: string;
  /** The address, where releases before 2.3 of the official palette kept it. */
  url?: string;
  /** Secrets that sign webhooks, one per line. */
  webhookSecret?: string;
}

/** The config node `jambonz_auth`: what other nodes read from the jambonz server they refer to. */
export interface ServerNode extends Node<ServerCredentials> {
  /** The version of jambonz that it runs; absent when the node does not say. */
  platform?: Platform;
  /** Where others reach this Node-RED, for example `https://flows.example.com`; absent when the node does not say. */
  publicUrl?: string;
  /** It stands for the call simulator. */
  isSimulated?: boolean;
  /** Where the call simulator reaches this Node-RED, while it answers for the server. */
  simulatorUrl(): string | undefined;
  /** The address and the API key as they were deployed: values, or where to find them. */
  deployed: { url?: string; urlType?: string; apiToken?: string; apiTokenType?: string };
  /** The secrets that sign webhooks, with `${NAME}` lines resolved and empty ones left out. */
  webhookSecrets(): string[];
  /**
   * The server's REST API for one message, with settings that are taken from the message, the
   * contexts or the environment of the node that asks.
   *
   * @param signal - ends the requests
   * @throws Incomplete when a setting has no value
   */
  api(asking: Node, msg: Message, signal?: AbortSignal): Promise<JambonzApi>;
}

/** A value without which no request can be made; the message goes on unchanged, as it did in the official palette. */
export class Incomplete extends Problem {}
