import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import helper from 'node-red-node-test-helper';
import { palette } from '../support/palette';
import { verbsOfNodes } from '../support/verbs';

type Json = Record<string, unknown>;

const MESSAGES = 200;
/** A sensible node of every type, as the documentation shows it. */
const settings = JSON.parse(readFileSync(join(__dirname, '../data/pictured.json'), 'utf8')) as Record<string, Json>;

describe(`${MESSAGES} messages at once`, () => {
  before(() => (helper.startServer as () => Promise<void>)());
  afterEach(() => helper.unload());
  after(() => (helper.stopServer as () => Promise<void>)());

  // The nodes that ask jambonz have a test with its API.
  for (const { type, set } of verbsOfNodes().filter(({ verbs }) => !verbs.includes('rest:dial'))) {
    it(`${type} gives each its own verb`, async () => {
      const config = settings[set] ?? {};
      await helper.load(
        palette(),
        [
          { id: 'f', type: 'tab', label: 'f', env: [{ name: 'OPENAI_API_KEY', value: 'k', type: 'str' }] },
          {
            ...config,
            id: 'n',
            type,
            z: 'f',
            wires: [['out']],
            apiKeySecretType: 'str',
            more: [{ path: ['id'], value: 'number', type: 'msg' }],
          },
          { id: 'out', z: 'f', type: 'helper', wires: [] },
        ] as never,
        { n: { apiKeySecret: 'k' } },
      );
      const node = helper.getNode('n');
      const got = new Map<unknown, unknown>();
      const all = new Promise<void>((resolve) => {
        helper.getNode('out').on('input', (received) => {
          const msg = received as unknown as { number: string; jambonz: Json[] };
          got.set(msg.number, msg.jambonz.at(-1)?.id);
          if (got.size === MESSAGES) resolve();
        });
      });
      for (let n = 0; n < MESSAGES; n++) node.receive({ number: `call ${n}`, call: { from: `+1${n}` } });
      await all;
      assert.deepEqual(
        [...got].filter(([number, id]) => number !== id),
        [],
      );
    });
  }
});
