import { strict as assert } from 'node:assert';
import { request } from 'node:http';
import { startNodeRed, type FlowNode, type NodeRed } from '../support/node-red';

/** A tab with one webhook at `/<id>`, followed by the given nodes in a row and a Catch node that logs. */
function tab(
  id: string,
  nodes: Partial<FlowNode>[],
  options: { env?: Record<string, string>; webhook?: object } = {},
): FlowNode[] {
  const env = Object.entries(options.env ?? {}).map(([name, value]) => ({ name, value, type: 'str' }));
  const row = [{ type: 'webhook in', url: `/${id}`, method: 'post', ...options.webhook }, ...nodes];
  return [
    { id, type: 'tab', label: id, env },
    ...row.map(
      (node, index): FlowNode =>
        ({ ...node, id: `${id}-${index}`, z: id, wires: node.wires ?? [[`${id}-${index + 1}`]] }) as FlowNode,
    ),
    { id: `${id}-catch`, type: 'catch', z: id, scope: null, uncaught: false, wires: [[`${id}-log`]] },
    {
      id: `${id}-log`,
      type: 'function',
      z: id,
      func: `node.log('caught at ${id}: ' + msg.error.message)`,
      wires: [],
    },
  ];
}

const say = { type: 'say', text: 'Hello {{call.from}}', loop: 1, vendor: 'default' };
const out = { type: 'webhook out' };
const code = (func: string): Partial<FlowNode> => ({ type: 'function', func, outputs: 1 });

const flow: FlowNode[] = [
  { id: 'server10', type: 'jambonz_auth', platform: '10' },
  ...tab('plain', [say, out]),
  ...tab('lost', [code('return { _msgid: msg._msgid, jambonz: [{ verb: "answer" }] };'), out]),
  ...tab('twice', [code('return [[msg, { ...msg }]];'), { type: 'hangup', headers: [] }, out]),
  ...tab('late', [{ type: 'delay', pauseType: 'delay', timeout: '100', timeoutUnits: 'milliseconds' }, out]),
  ...tab('nobody', [out], { webhook: { type: 'inject', once: true, onceDelay: 0.1, props: [] } }),
  ...tab('core', [code('msg.payload = [{ verb: "leave" }]; return msg;'), { type: 'http response' }]),
  ...tab('express', [code('msg.res.status(202).send("handled"); return null;')]),
  ...tab('unknown', [
    code('msg.jambonz = [{ verb: "dial", target: [{ type: "phone", number: "1" }], codecs: ["pcmu"] }]; return msg;'),
    out,
  ]),
  ...tab('unknown-off', [
    code('msg.jambonz = [{ verb: "pause", length: 1, nope: 1 }]; return msg;'),
    { ...out, check: 'off' },
  ]),
  ...tab('unknown-refuse', [
    code('msg.jambonz = [{ verb: "pause", length: "x" }]; return msg;'),
    { ...out, check: 'refuse' },
  ]),
  ...tab(
    'version-server',
    [
      code('msg.jambonz = [{ verb: "dial", target: [{ type: "phone", number: "1" }], codecs: ["pcmu"] }]; return msg;'),
      out,
    ],
    {
      webhook: { server: 'server10' },
    },
  ),
  ...tab(
    'version-flow',
    [
      code('msg.jambonz = [{ verb: "dial", target: [{ type: "phone", number: "1" }], codecs: ["pcmu"] }]; return msg;'),
      out,
    ],
    {
      env: { JAMBONZ_VERSION: '0.9' },
      webhook: { server: 'server10' },
    },
  ),
  ...tab('header', [code('msg.jambonz = []; msg.headers = { "bad header": "1" }; return msg;'), out]),
  ...tab('broken', [{ type: 'say', text: 'Hello {{name', loop: 1 }, out]),
  ...tab('flagged', [{ type: 'pause', len: 'secs', lenType: 'msg' }, out]),
];

describe('a webhook and its answer', () => {
  let red: NodeRed;
  before(async () => {
    red = await startNodeRed({ flow });
  });
  after(() => red.stop());

  const post = async (
    path: string,
    body: object = { from: '+15551' },
  ): Promise<{ status: number; type: string | null; text: string }> => {
    const answer = await fetch(red.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
  };

  it('answers with the verbs that the flow appended', async () => {
    const { status, type, text } = await post('/plain');
    assert.equal(status, 200);
    assert.equal(type, 'application/json; charset=utf-8');
    assert.deepEqual(JSON.parse(text), [{ verb: 'say', text: 'Hello +15551', loop: 1 }]);
  });

  it('never answers with a script', async () => {
    const { type, text } = await post('/plain?callback=steal');
    assert.equal(type, 'application/json; charset=utf-8');
    assert.ok(!text.includes('steal'));
  });

  it('answers the one open request when the flow has lost msg.res', async () => {
    assert.equal((await post('/lost')).text, '[{"verb":"answer"}]');
  });

  it('keeps the first of two answers, and the second is a catchable error', async () => {
    assert.equal((await post('/twice')).text, '[{"verb":"hangup"}]');
    await red.line(/caught at twice: Error: webhook out: this request has been answered before/);
  });

  it('reports an answer that comes when the caller has gone', async () => {
    const abandoned = request(`${red.url}/late`, { method: 'POST' });
    abandoned.on('error', () => undefined);
    abandoned.end(() => abandoned.destroy());
    await red.line(/caught at late: Error: webhook out: the request is no longer waiting/);
  });

  it('survives a caller that breaks off in the middle of the body', async () => {
    const headers = { 'content-type': 'application/json', 'content-length': '100' };
    const broken = request(`${red.url}/plain`, { method: 'POST', headers }).on('error', () => undefined);
    await new Promise<void>((sent) => broken.write('{"from":', () => sent()));
    broken.destroy();
    assert.equal((await post('/plain')).status, 200);
  });

  it('reports a message that belongs to no request', async () => {
    await red.line(/caught at nobody: Error: webhook out: no request to answer/);
  });

  it('can be answered by the core http response node', async () => {
    assert.equal((await post('/core')).text, '[{"verb":"leave"}]');
  });

  it("can be answered by msg.res's own methods", async () => {
    assert.deepEqual(await post('/express').then(({ status, text }) => [status, text]), [202, 'handled']);
  });

  const dial = { verb: 'dial', target: [{ type: 'phone', number: '1' }] };

  it('leaves out, with a warning, what jambonz 0.9 does not know', async () => {
    assert.deepEqual(JSON.parse((await post('/unknown')).text), [dial]);
    await red.line(/webhook out: dial: jambonz 0\.9 does not know the property codecs; it was left out/);
  });

  it('sends everything when checking is off', async () => {
    assert.equal((await post('/unknown-off')).text, '[{"verb":"pause","length":1,"nope":1}]');
  });

  it('refuses, when told to, with a text that names verb, property and reason', async () => {
    const { status, text } = await post('/unknown-refuse');
    assert.equal(status, 500);
    assert.equal(text, 'webhook out: pause: length must be of type number, not x');
    await red.line(/caught at unknown-refuse: Error: webhook out: pause: length must be of type number, not x/);
  });

  it("checks for the version of the webhook's server", async () => {
    assert.deepEqual(JSON.parse((await post('/version-server')).text), [{ ...dial, codecs: ['pcmu'] }]);
  });

  it("checks for the flow's version before the server's", async () => {
    assert.deepEqual(JSON.parse((await post('/version-flow')).text), [dial]);
  });

  it('answers 500 when a header cannot be sent', async () => {
    assert.equal((await post('/header')).status, 500);
    await red.line(/caught at header: Error: webhook out: the header msg\.headers\.bad header/);
  });

  it('names node, field and value when a field leads nowhere', async () => {
    assert.equal((await post('/flagged', { from: '1' })).text, '[{"verb":"pause"}]');
    await red.line(/webhook out: pause: the property length is missing/);
  });

  it('makes a template that cannot be read a catchable error', async () => {
    const abandoned = request(`${red.url}/broken`, { method: 'POST' }).on('error', () => undefined);
    abandoned.end();
    await red.line(
      /caught at broken: Error: say: the template in the field text cannot be read: Unclosed tag.*Hello \{\{name/,
    );
    abandoned.destroy();
  });
});
