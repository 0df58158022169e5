import { strict as assert } from 'node:assert';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import helper from 'node-red-node-test-helper';
import { runVector, type Outcome, type Vector } from './run-vector';

/**
 * Where we differ from the official palette on purpose: the finding that says so (`d` names a row
 * of its section on older flows) and what we want instead. Reviewed by hand; it grows by one entry
 * per decision.
 */
interface Deviation {
  finding: string;
  /** The last verb of the document; */
  verb?: unknown;
  /** or of each document, for a vector of several messages; or, for user auth, */
  verbs?: unknown[];
  /** the answer to the registration. */
  authResponse?: unknown;
  /** or, for nodes that ask jambonz, the requests, as in `GET /v1/Accounts?page=1`, */
  requests?: string[];
  /** what the last of them holds, where that is the difference, */
  body?: unknown;
  /** and what they set on the message. */
  set?: Record<string, unknown>;
  /** Log lines that tell the user what was left out. */
  reported?: string[];
}

const folder = join(__dirname, 'vectors');
const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));
const deviations = new Map(Object.entries(read(join(__dirname, 'deviations.json')) as Record<string, Deviation>));
const files = readdirSync(folder).filter((file) => !file.startsWith('webhook_'));

describe('vectors of the official palette', () => {
  const unused = new Set(deviations.keys());

  before(() => (helper.startServer as () => Promise<void>)());
  after(() => (helper.stopServer as () => Promise<void>)());

  for (const file of files) {
    describe(file, () => {
      for (const vector of read(join(folder, file)) as Vector[]) {
        const deviation = deviations.get(vector.id);
        unused.delete(vector.id);
        it(deviation ? `${vector.id} (differs: ${deviation.finding})` : vector.id, async () => {
          const { caught, logged, ...outcome } = await runVector(vector);
          if (deviation) {
            assert.ok(!equal(bound(vector.expect), bound(outcome)), 'is listed as a deviation but does not differ');
            const document = (outcome.msg?.jambonz ?? []) as unknown[];
            assert.deepEqual(document.at(-1), deviation.verb);
            assert.deepEqual(
              outcome.msgs?.map((msg) => (msg.jambonz as unknown[]).at(-1)),
              deviation.verbs,
            );
            assert.deepEqual(outcome.msg?.authResponse, deviation.authResponse);
            if (deviation.requests) {
              assert.deepEqual(requestsOf(outcome), deviation.requests);
              assert.deepEqual(setBy(vector, outcome), deviation.set ?? {});
              if (deviation.body) assert.deepEqual(lastBody(outcome), deviation.body);
            }
            assert.deepEqual(logged, deviation.reported ?? []);
          } else if (!equal(bound(vector.expect), bound(outcome))) {
            assert.deepEqual(bound(outcome), bound(vector.expect));
          }
          if (!outcome.sent) assert.equal(caught.length, 1, 'what is not sent must be a catchable error');
          // R2
          if (deviation?.set ? 'errorMessage' in deviation.set : failed(vector))
            assert.equal(caught.length, 1, 'a request that fails must be a catchable error');
          for (const secret of vector.secrets ?? []) {
            for (const text of [...caught, ...logged]) assert.ok(!text.includes(secret), `logs a secret: ${text}`);
          }
        });
      }
    });
  }

  it('lists no deviation without a vector', () => assert.deepEqual([...unused], []));
});

function bound({ sent, msg, msgs, more, request, requests }: Outcome): Outcome {
  return JSON.parse(JSON.stringify({ sent, msg, msgs, more, request, requests })) as Outcome;
}

function requestsOf({ request, requests = request ? [request] : [] }: Outcome): string[] {
  return requests.map(({ method, path, rawQuery }) => `${method} ${path}${rawQuery ? `?${rawQuery}` : ''}`);
}

function lastBody({ request, requests = request ? [request] : [] }: Outcome): unknown {
  return requests.at(-1)?.body;
}

/** The properties of the message that are not as they came in. */
function setBy({ msg: before = {} }: Vector, { msg: after = {} }: Outcome): Record<string, unknown> {
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => !equal(before[name], value)));
}

/** True when the official palette could not do what it was asked to. */
function failed({ expect }: Vector): boolean {
  return (expect.errors ?? []).some(({ kind }) => /^(http-status|request-failed|missing-credentials)/.test(kind));
}

/** Equal, but a number may stand for its text: the engine refuses the text. */
function equal(wanted: unknown, got: unknown): boolean {
  if (Object.is(wanted, got)) return true;
  if (typeof wanted === 'string') {
    return (typeof got === 'number' && wanted.trim() !== '' && Number(wanted) === got) || wanted === String(got);
  }
  if (typeof wanted !== 'object' || typeof got !== 'object' || wanted === null || got === null) return false;
  const keys = new Set([...Object.keys(wanted), ...Object.keys(got)]);
  return [...keys].every((key) => equal((wanted as never)[key], (got as never)[key]));
}
