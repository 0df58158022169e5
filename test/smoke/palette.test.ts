import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import schema = require('@jambonz/schema');
import specifications = require('@jambonz/verb-specifications');
import { Editor } from '../support/editor';
import { flowsOf, types } from '../support/flows';
import type { FlowNode } from '../support/node-red';
import { phone } from '../support/phone';

const nodeRed = process.env.NODE_RED ?? '4.1';
const node = process.env.NODE ? Number(process.env.NODE) : undefined;
const call = readFileSync(resolve(__dirname, '../data/session-new.json'), 'utf8');
const silent = { info: () => undefined };

/** A flow of our own, so that there is one to call when there are no examples. */
const plain: FlowNode[] = [
  { id: 'smoke', type: 'tab', label: 'smoke' },
  {
    id: 'smoke-in',
    x: 100,
    y: 40,
    type: 'webhook in',
    z: 'smoke',
    method: 'post',
    url: '/smoke',
    wires: [['smoke-pause']],
  },
  { id: 'smoke-pause', x: 300, y: 40, type: 'pause', z: 'smoke', len: '1', lenType: 'num', wires: [['smoke-out']] },
  { id: 'smoke-out', x: 500, y: 40, type: 'webhook out', z: 'smoke', wires: [] },
];

function saysTen(env: unknown): boolean {
  const variables = (env ?? []) as { name: string; value: string }[];
  return variables.some(({ name, value }) => name === 'JAMBONZ_VERSION' && value === '10');
}

describe(`The packed palette on Node-RED ${nodeRed}${node ? ` and Node ${node}` : ''}`, function () {
  this.timeout(60_000);
  const flow = [...flowsOf('examples').flatMap((example) => example.flow), ...plain];
  // A registration is not a call: its example has tests of its own. Nor has an example the keys that lex needs.
  const apart = new Set(flow.filter(({ type }) => type === 'user auth' || type === 'lex').map(({ z }) => z));
  /** Tabs that say that they are for jambonz 10, whose verbs 0.9 does not know. */
  const newer = new Set(flow.filter(({ type, env }) => type === 'tab' && saysTen(env)).map(({ id }) => id));
  let editor: Editor;

  before(async function () {
    this.timeout(300_000);
    editor = await Editor.open({ nodeRed, node, flow });
  });
  after(() => editor.close());
  afterEach(() => editor.checkPage());

  it('loads every node', async () => {
    const { nodes, config } = types();
    const loaded = [...(await editor.types('node')), ...(await editor.types('config'))];
    assert.deepEqual(loaded.sort(), [...nodes, ...config].sort());
  });

  for (const hook of flow.filter(({ type, z }) => type === 'webhook in' && !apart.has(z))) {
    const method = ((hook.method as string | undefined) ?? 'post').toUpperCase();
    it(`answers ${method} ${String(hook.url)} with verbs that jambonz takes`, async () => {
      const answer = await fetch(editor.red.url + String(hook.url), {
        method,
        ...(method === 'POST' && { headers: { 'content-type': 'application/json' }, body: call }),
      });
      assert.equal(answer.status, 200);
      const text = await answer.text();
      // A status hook may be answered with nothing at all.
      if (text === '') return;
      const document: unknown = JSON.parse(text);
      assert.ok(Array.isArray(document), text);
      if (!newer.has(String(hook.z))) specifications.validate(silent, document);
      // jambonz 10 has no rasa any more.
      schema.validate(
        silent,
        (document as { verb: string }[]).filter(({ verb }) => verb !== 'rasa'),
      );
    });
  }

  it('brings a phone for the terminal', async () => {
    const { installedPalette } = await import('../../scripts/palette.mjs');
    const { nodeBinary } = await import('../../scripts/runtimes.mjs');
    const file = resolve(installedPalette(), 'node_modules/.bin/jambonz-call');
    const ran = await phone([`${editor.red.url}/smoke`, '-v'], { file, ...(node && { node: nodeBinary(node) }) });
    assert.deepEqual([ran.code, ran.stderr], [0, '']);
    assert.match(ran.stdout, /POST \/smoke\n.*answered 200 pause\n/);
  });

  it('is edited, deployed and called', async () => {
    const id = await editor.drag('pause');
    await editor.openByHand(id);
    const shown = await editor.fill(0);
    await editor.done();
    await editor.deploy();
    await editor.load();
    await editor.openAny(id);
    assert.deepEqual(await editor.read(), shown);
    await editor.done();
  });
});
