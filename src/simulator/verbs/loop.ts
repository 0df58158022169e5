/**
 * How often something is to be played.
 *
 * @see engine rule: 0 is once; a number may come as text
 */
export function rounds(loop: unknown): number {
  if (loop === 'forever') return Infinity;
  const times = Number(loop) || 1;
  // It counts down to 0, which these never meet.
  return times > 0 && Number.isInteger(times) ? times : Infinity;
}
