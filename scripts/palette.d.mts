export const manifest: { name: string; 'node-red': { nodes: Record<string, string> } };
export function build(): void;
export function pack(folder: string): string;
export function installPalette(userDir: string): string;
export function installedPalette(): string;
