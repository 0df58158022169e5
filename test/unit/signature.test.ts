import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { Request, Response } from 'express';
import { bodyReader, signedBody } from '../../src/http/body';
import { signatureFault } from '../../src/http/signature';

/** A request of the real platform, whose signature was made with `secret`. */
interface Recorded {
  name: string;
  method: string;
  url: string;
  secret: string;
  signature: string;
  body: string;
}

const recorded = JSON.parse(readFileSync(join(__dirname, '../data/signed-requests.json'), 'utf8')) as Recorded[];
const sample = recorded.find(({ name }) => name === 'POST session:new')!;
const timeOf = ({ signature }: Recorded): number => Number(/t=(\d+)/.exec(signature)![1]) * 1000;
const MINUTE = 60_000;

/** What Node.js and Express give us for the bytes of a body. */
function incoming(body: string, signature: string | undefined): Request {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
  };
  if (signature !== undefined) headers['jambonz-signature'] = signature;
  return Object.assign(Readable.from([Buffer.from(body)]), {
    method: 'POST',
    url: '/call',
    path: '/call',
    headers,
    get: (name: string) => headers[name.toLowerCase()],
  }) as unknown as Request;
}

/** Reads the body ourselves: the editor has a root of its own. */
async function readByUs(body: string, signature?: string): Promise<Request> {
  const req = incoming(body, signature);
  const error = await new Promise<unknown>((resolve) =>
    bodyReader('5mb')(req, new ServerResponse(req) as Response, resolve),
  );
  assert.equal(error, undefined);
  return req;
}

/** The editor's parser was first: its root is also that of the webhooks. */
function readByEditor(body: string, signature?: string): Request {
  return Object.assign(incoming(body, signature), { body: JSON.parse(body) as unknown, _body: true });
}

/** Checks a request as if it came at another time; the library behind it has no clock of its own to set. */
function faultAt(at: number, req: Request, secrets: string[]): string | undefined {
  const { now } = Date;
  Date.now = () => at;
  try {
    return signatureFault(req, secrets);
  } finally {
    Date.now = now;
  }
}

const sign = (secret: string, seconds: number | string, body: string): string =>
  `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex')}`;

describe('webhook signature', () => {
  describe('requests recorded from the platform', () => {
    for (const request of recorded) {
      const { name, secret, signature, body } = request;
      // body-parser takes only objects and lists as JSON; jambonz sends null for no parameters alone.
      const readable = body.startsWith('{');
      if (readable) {
        it(`${name}: holds over the bytes`, async () => {
          const req = await readByUs(body, signature);
          assert.equal(String(signedBody(req)), body);
          assert.equal(faultAt(timeOf(request), req, [secret]), undefined);
        });
      }
      it(`${name}: holds over the JSON that is written again`, () => {
        const req = readByEditor(body, signature);
        assert.deepEqual(Buffer.from(signedBody(req)), Buffer.from(body));
        assert.equal(faultAt(timeOf(request), req, [secret]), undefined);
      });
      it(`${name}: another secret is refused`, () => {
        const req = readByEditor(body, signature);
        assert.notEqual(faultAt(timeOf(request), req, [`${secret}x`]), undefined);
      });
    }

    it('cover text beyond ASCII', () => {
      assert.ok(recorded.some(({ body }) => Buffer.byteLength(body) > body.length));
    });
  });

  describe('over the bytes', () => {
    it('holds for JSON that would be written in another way', async () => {
      const body = '{ "a": 1.0, "b": "\\u00e9" }';
      const req = await readByUs(body, sign('s', 1_700_000_000, body));
      assert.equal(faultAt(1_700_000_000_000, req, ['s']), undefined);
    });
  });

  for (const [way, read] of [
    ['bytes', readByUs],
    ['JSON', readByEditor],
  ] as const) {
    describe(`is checked over the ${way}`, () => {
      const now = timeOf(sample);
      const other = recorded.find(({ name }) => name === 'call:status')!;
      const { secret, signature, body } = sample;
      const v1 = signature.split(',')[1]!;
      const seconds = now / 1000;
      const cases: {
        name: string;
        secrets?: string[];
        header?: string | null;
        at?: number;
        body?: string;
        holds: boolean;
      }[] = [
        { name: 'the secret', holds: true },
        { name: 'the new one of two secrets', secrets: [secret, 'the old one'], holds: true },
        { name: 'the old one of two secrets', secrets: ['the new one', secret], holds: true },
        { name: 'blank secrets beside the right one', secrets: ['', ' ', secret], holds: true },
        { name: 'none of two secrets', secrets: ['one', 'two'], holds: false },
        { name: 'a wrong secret', secrets: ['wrong'], holds: false },
        { name: 'no secret', secrets: [], holds: false },
        { name: 'an empty secret', secrets: [''], holds: false },
        { name: 'an empty secret that signed', secrets: [''], header: sign('', seconds, body), holds: false },
        { name: 'a blank secret that signed', secrets: [' \t'], header: sign(' \t', seconds, body), holds: false },
        { name: 'no header', header: null, holds: false },
        { name: 'an empty header', header: '', holds: false },
        { name: 'a header without time', header: v1, holds: false },
        { name: 'a header without signature', header: `t=${seconds}`, holds: false },
        { name: 'an empty signature', header: `t=${seconds},v1=`, holds: false },
        { name: 'a signature cut short', header: signature.slice(0, -2), holds: false },
        { name: 'a longer signature', header: `${signature}00`, holds: false },
        { name: 'a signature that is not hexadecimal', header: `t=${seconds},v1=${'z'.repeat(64)}`, holds: false },
        { name: 'a signature of another scheme', header: signature.replace('v1=', 'v0='), holds: false },
        { name: 'the signature of another body', header: other.signature, holds: false },
        { name: 'another body', body: body.replace('15551', '15559'), holds: false },
        { name: 'another time than was signed', header: `t=${seconds + 1},${v1}`, holds: false },
        { name: 't=abc', header: sign(secret, 'abc', body), holds: false },
        { name: 't=', header: sign(secret, '', body), holds: false },
        { name: 't=NaN', header: sign(secret, 'NaN', body), holds: false },
        { name: 't=Infinity', header: sign(secret, 'Infinity', body), holds: false },
        { name: 'a time before 1970', header: sign(secret, -seconds, body), holds: false },
        { name: 'two times, the true one first', header: `t=${seconds},t=${seconds + 600},${v1}`, holds: false },
        { name: 'two times, the true one last', header: `t=${seconds + 600},${signature}`, holds: false },
        {
          name: 'two times, of which a future one was signed',
          header: `t=${seconds},${sign(secret, seconds + 600, body)}`,
          holds: false,
        },
        { name: 'a request that is almost five minutes old', at: now + 5 * MINUTE, holds: true },
        { name: 'a request that is older than five minutes', at: now + 5 * MINUTE + 1, holds: false },
        { name: 'a clock that is almost five minutes ahead', at: now - 5 * MINUTE, holds: true },
        { name: 'a clock that is more than five minutes ahead', at: now - 5 * MINUTE - 1, holds: false },
      ];
      for (const { name, secrets = [secret], header = signature, at = now, body: sent = body, holds } of cases) {
        it(`${name}: ${holds ? 'holds' : 'refused'}`, async () => {
          const fault = faultAt(at, await read(sent, header ?? undefined), secrets);
          assert.equal(fault === undefined, holds, fault);
          for (const text of secrets.filter((value) => value.trim()))
            assert.ok(!fault?.includes(text), 'tells no secret');
        });
      }
    });
  }
});
