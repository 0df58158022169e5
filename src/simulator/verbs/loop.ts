/**
 * How often something is to be played.
 *
 * @see engine rule: 0 is once; a number may come as text
 */
export function rounds(loop: unknown): number {
  if (loop === 'forever') return Infinity;
  return Number(loop) || 1;
}
