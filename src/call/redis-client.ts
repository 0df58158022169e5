import { createRequire } from 'node:module';
import { join } from 'node:path';

/** The part of the official client (package `redis`, 4 and later) that is used here. */
export interface RedisClient {
  readonly isReady: boolean;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'ready', listener: () => void): unknown;
  connect(): Promise<unknown>;
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>;
  destroy(): void;
}

export interface RedisModule {
  createClient(options: object): RedisClient;
}

/**
 * The client that the user has installed: in the user directory, as the palette manager's modules
 * are, or beside Node-RED. It is no dependency of ours, since few need it.
 *
 * @returns undefined when there is none
 */
export function findRedis(folders: readonly (string | undefined)[]): RedisModule | undefined {
  for (const folder of folders) {
    if (!folder) continue;
    try {
      return createRequire(join(folder, 'package.json'))('redis') as RedisModule;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  return undefined;
}
