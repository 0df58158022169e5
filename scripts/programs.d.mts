export type Program = 'chromium' | 'openssl' | 'nginx' | 'redis-server';
export function findProgram(name: Program): string | undefined;
/** @throws Error that says how to install it */
export function ensureProgram(name: Program): string;
