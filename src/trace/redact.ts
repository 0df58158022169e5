/**
 * What the trace never keeps: passwords, tokens, keys, what SIP and HTTP clients authenticate
 * themselves with. It is taken out before anything is stored; most bodies hold none of it and are
 * only looked through.
 */

export const HIDDEN = '***';

/** Names of keys that are remembered: no memory for what strangers make up. */
const MOST_KEYS = 5000;
const LONGEST_NAME = 60;

const SECRET_KEY = new RegExp(
  [
    '^auth$|authori[sz]ation|bearer|cookie|signature|passw|passphrase|pass$|secret|credential|^ha1$|ha1_?secret',
    '(?:^|[a-z_-])token$|token_?(?:id|value)$|api_?-?key|access_?-?key|private_?-?key|subscription_?-?key|[_-]key$',
    '^a=(?:crypto|ice-pwd)$',
  ].join('|'),
  'i',
);

const known = new Map<string, boolean>();

function isSecretKey(key: string): boolean {
  let secret = known.get(key);
  if (secret === undefined) {
    secret = SECRET_KEY.test(key);
    if (known.size < MOST_KEYS) known.set(key, secret);
  }
  return secret;
}

/** The password in an address, of HTTP or SIP. */
const LOGIN = /(\/\/[^/?#\s"'@:<>]*|\bsips?:[^\s"'<>@:;?]+):[^/\s"'<>@]*@/gi;
const QUERY =
  /([?&](?:[\w.-]*(?:token|secret|passw(?:or)?d|pass|signature|credential|key)|auth|sig|code)=)[^&#\s"'<>]+/gi;
const SCHEME = /^\s*([Bb]earer|[Bb]asic)\s+(?=\S*(?:[\d=]|[a-z][A-Z]))\S{6,}\s*$|^\s*([Dd]igest)\s+\w+=.*$/s;

/** A text can only hold a secret when it has one of these, or begins with how somebody authenticates. */
const NOTABLE = /[@\n?]/;

/** Looks first for what costs little: nearly every text is plain. */
function isPlain(text: string): boolean {
  if (text.length < 8) return true;
  const first = text.charCodeAt(0) | 0x20;
  if ((first === 0x62 || first === 0x64 || first === 0x20) && SCHEME.test(text)) return false;
  if (!NOTABLE.test(text)) return true;
  return !hasLogin(text) && !matches(QUERY, text) && !hasSecretLine(text);
}

function matches(pattern: RegExp, text: string): boolean {
  pattern.lastIndex = 0;
  return text.includes('?') && pattern.test(text);
}

/** Whether `//name:password@` or `sip:name:password@` may be in a text: reads back from each @. */
function hasLogin(text: string): boolean {
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    let colons = 0;
    for (let place = at - 1; place >= -1; place--) {
      const code = place < 0 ? 0x20 : text.charCodeAt(place);
      if (code === 0x3a) colons++;
      // A slash, or what ends an address: white space, quotes, angle brackets.
      else if (code === 0x2f || code <= 0x22 || code === 0x27 || code === 0x3c || code === 0x3e || code === 0x40) {
        if (colons > (code === 0x2f ? 0 : 1)) return true;
        break;
      }
    }
  }
  return false;
}

/** Whether one of the lines is a header that says a secret, or a key of an encrypted media session. */
function hasSecretLine(text: string): boolean {
  for (let start = 0; start >= 0 && start < text.length;) {
    const end = text.indexOf('\n', start);
    const name = lineName(text, start, end < 0 ? text.length : end);
    if (name !== undefined && isSecretKey(name)) return end >= 0 || start > 0;
    if (end < 0) return false;
    start = end + 1;
  }
  return false;
}

/** What a line has before its colon. */
function lineName(text: string, start: number, end: number): string | undefined {
  for (let place = start; place < end && place - start < LONGEST_NAME; place++) {
    if (text.charCodeAt(place) === 0x3a) return text.slice(start, place).trimEnd();
  }
  return undefined;
}

function withoutSecretLines(text: string): string {
  if (!text.includes('\n')) return text;
  let hiding = false;
  return text
    .split('\n')
    .flatMap((line) => {
      // A header may go on in the next line.
      if (/^[ \t]/.test(line) && hiding) return [];
      const name = lineName(line, 0, line.length);
      hiding = name !== undefined && isSecretKey(name);
      return [hiding ? `${name}: ${HIDDEN}${line.endsWith('\r') ? '\r' : ''}` : line];
    })
    .join('\n');
}

/** A text without the secrets that stand in it: passwords in addresses, lines of headers, tokens in queries. */
export function plainText(text: string): string {
  if (isPlain(text)) return text;
  return withoutSecretLines(text)
    .replace(LOGIN, `$1:${HIDDEN}@`)
    .replace(QUERY, `$1${HIDDEN}`)
    .replace(SCHEME, `$1$2 ${HIDDEN}`);
}

/** True when nothing in a value is secret. */
function isClean(value: unknown): boolean {
  if (typeof value === 'string') return isPlain(value);
  if (typeof value !== 'object' || value === null) return true;
  if (Array.isArray(value)) return value.every(isClean);
  for (const key in value) {
    const inner = (value as Record<string, unknown>)[key];
    if ((isSecretKey(key) && isTold(inner)) || !isClean(inner)) return false;
  }
  return true;
}

/** Whether there is anything to hide: not in a switch, or nothing. */
function isTold(value: unknown): boolean {
  return value !== '' && value !== null && value !== undefined && typeof value !== 'boolean';
}

function withoutSecrets(key: string, value: unknown): unknown {
  if (isTold(value) && isSecretKey(key)) return hidden(value);
  return typeof value === 'string' ? plainText(value) : value;
}

/** The same with every text and number in it hidden: which properties there are is no secret. */
function hidden(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hidden);
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'string' || typeof value === 'number' ? HIDDEN : value;
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, hidden(inner)]));
}

/**
 * JSON that may hold something secret: for each rule above what is in any text that it applies to, and letters that
 * are written so that they are not found. In one pass, as this is done for every request and every answer; what is
 * found is looked at again.
 */
const SUSPICIOUS = new RegExp(
  [
    'authori|auth"|pass[w"p:]|secret|credential|token|signature|bearer|cookie|crypto:|ice-pwd|digest |ha1["_]',
    String.raw`"basic |key|\\u00`,
  ].join('|'),
  'i',
);

function isSuspicious(json: string): boolean {
  return SUSPICIOUS.test(json) || hasLogin(json) || matches(QUERY, json);
}

/**
 * A value as JSON, without secrets.
 *
 * @param json - its JSON, where that is there already: mostly nothing has to be written then
 * @returns undefined for what JSON cannot hold
 */
export function plainJson(value: unknown, json?: string): string | undefined {
  if (json !== undefined && (!isSuspicious(json) || isClean(value))) return json;
  return JSON.stringify(value, withoutSecrets);
}

/** The text of an answer without secrets, JSON or not. */
export function plainAnswer(text: string): string {
  if (!isSuspicious(text) && !text.includes('\n')) return text;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return plainText(text);
  }
  return plainJson(value, text) ?? '';
}
