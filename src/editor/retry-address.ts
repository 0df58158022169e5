/** jambonz's own way to say in a hook's address how often to try again, and after what. */
export interface Retry {
  /** 0 to 5. */
  tries: number;
  /** Such as `ct` or `ct,5xx`. */
  on: string;
}

export const MOST_TRIES = 5;
/** What jambonz takes when the address says nothing. */
const DEFAULT_ON = 'ct';

/**
 * What an address says about trying again.
 *
 * @see https://docs.jambonz.org/webhooks/overview
 */
export function retryOf(address: string): Retry {
  const parts = partsOf(address);
  const tries = Number(parts.get('rc') ?? 0);
  return {
    tries: Number.isInteger(tries) ? Math.min(Math.max(tries, 0), MOST_TRIES) : 0,
    on: parts.get('rp') ?? DEFAULT_ON,
  };
}

/** The address with another word on trying again; whatever else its fragment holds stays. */
export function withRetry(address: string, { tries, on }: Retry): string {
  const parts = partsOf(address);
  parts.delete('rc');
  parts.delete('rp');
  if (tries > 0) parts.set('rc', String(tries)).set('rp', on);
  const fragment = [...parts].map(([name, value]) => (value === undefined ? name : `${name}=${value}`)).join('&');
  return address.replace(/#.*$/, '') + (fragment === '' ? '' : `#${fragment}`);
}

/** The parts of an address's fragment. */
export function partsOf(address: string): Map<string, string | undefined> {
  const [, fragment = ''] = /#(.*)$/.exec(address) ?? [];
  const pairs = fragment.split('&').filter((part) => part !== '');
  return new Map(
    pairs.map((pair): [string, string | undefined] => {
      const [, name = '', value] = /^([^=]*)(?:=(.*))?$/.exec(pair) ?? [];
      return [name, value];
    }),
  );
}
