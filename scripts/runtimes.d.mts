export const MATRIX: { nodeRed: string; node: number }[];
export function nodeRedScript(version: string): string;
export function nodeBinary(major: number): string;
export function nodeFor(nodeRed: string): string;
export function environmentFor(binary: string): Record<string, string>;
