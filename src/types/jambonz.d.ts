/** Types for jambonz packages that carry none. */

declare module '@jambonz/verb-specifications' {
  export interface Spec {
    properties: Record<string, string | [string] | { type: string; enum?: string[] }>;
    required?: string[];
  }
  interface Logger {
    info(...args: unknown[]): void;
  }
  export const specs: Record<string, Spec>;
  /** @throws Error naming the first thing that the engine would refuse */
  export function validate(logger: Logger, document: unknown): void;
  export function normalizeJambones(logger: Logger, document: unknown): Record<string, unknown>[];
}

declare module '@jambonz/schema' {
  interface Logger {
    info(...args: unknown[]): void;
  }
  /** @throws Error naming the first violation */
  export function validateVerb(name: string, data: object, logger: Logger): void;
  /** @throws Error naming the first violation */
  export function validate(logger: Logger, document: unknown): void;
}

declare module '@jambonz/node-client' {
  import type { IncomingMessage } from 'node:http';
  type SignedRequest = Pick<IncomingMessage, 'url'> & { body: unknown; get(header: string): string | undefined };
  export const WebhookResponse: {
    /** @returns middleware that throws unless one of the secrets signed the request */
    verifyJambonzSignature(secret: string | string[]): (req: SignedRequest, res: unknown, next: () => void) => void;
  };
}
