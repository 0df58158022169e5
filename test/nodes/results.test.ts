import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { hooksOf, RESULT_HOOKS } from '../../src/results/outcomes';
import { startNodeRed, type FlowNode, type NodeRed } from '../support/node-red';

type Json = Record<string, unknown>;

interface Recorded {
  type: string;
  hook: string;
  scenario?: string;
  body: Json;
  port: string;
  result: Json;
}

const recorded = JSON.parse(readFileSync(join(__dirname, '../data/hook-bodies.json'), 'utf8')) as Recorded[];
const SECRET = 'the signing secret';

const tab = (id: string): FlowNode => ({ id, type: 'tab', label: id });
const hookIn = (id: string, path: string, to: string[], more: object = {}): FlowNode => ({
  id,
  z: 'tab',
  type: 'webhook in',
  url: path,
  method: 'post',
  wires: [to],
  ...more,
});
const out = (id: string, more: object = {}): FlowNode => ({ id, z: 'tab', type: 'webhook out', wires: [], ...more });
const code = (id: string, func: string, to: string[], more: object = {}): FlowNode => ({
  id,
  z: 'tab',
  type: 'function',
  func,
  outputs: 1,
  wires: [to],
  ...more,
});
const gather = (id: string, wires: string[][], more: object = {}): FlowNode => ({
  id,
  z: 'tab',
  type: 'gather',
  dtmfinput: true,
  text: 'press',
  results: 'ports',
  ports: ['next', 'digits', 'noinput'],
  outputs: 3,
  wires,
  ...more,
});

/** A menu: a new call is asked for a digit, and told which one it was. */
const menu: FlowNode[] = [
  hookIn('menu-in', '/menu', ['menu-name']),
  code('menu-name', 'msg.vars.name = "Ann"; return msg;', ['menu-gather']),
  gather('menu-gather', [['menu-out'], ['menu-say'], []]),
  {
    id: 'menu-say',
    z: 'tab',
    type: 'say',
    text: 'You pressed {{result.digits}}, {{vars.name}}',
    wires: [['menu-out']],
  },
  out('menu-out'),
];

const post = (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

async function answerOf(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Json[]> {
  const response = await post(url, body, headers);
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as Json[];
}

/** The address of a hook in the first verb of a document. */
async function hookAt(url: string, name = 'actionHook', headers: Record<string, string> = {}): Promise<string> {
  const [verb] = await answerOf(url, { call_sid: 'call', call_status: 'trying' }, headers);
  return String(verb![name]);
}

function signed(body: unknown, secret = SECRET): Record<string, string> {
  const t = Math.floor(Date.now() / 1000);
  const v1 = createHmac('sha256', secret)
    .update(`${t}.${JSON.stringify(body)}`)
    .digest('hex');
  return { 'Jambonz-Signature': `t=${t},v1=${v1}` };
}

const digits = { call_sid: 'call', call_status: 'in-progress', reason: 'dtmfDetected', digits: '7' };
const silence = { call_sid: 'call', call_status: 'in-progress', reason: 'timeout' };

describe('result ports', function () {
  this.timeout(60_000);

  describe('of every verb', () => {
    let red: NodeRed;
    const tools = ['tool:weather'];
    const portsOf = (type: string): string[] => [
      'next',
      ...hooksOf(type).flatMap(({ ports, named }) => [...ports.map(({ name }) => name), ...(named ? tools : [])]),
    ];
    const idOf = (type: string): string => type.replace(/\W/g, '-');
    const types = Object.keys(RESULT_HOOKS);

    before(async () => {
      const flow: FlowNode[] = [
        tab('tab'),
        { id: 'server', type: 'jambonz_auth', name: 'ours' },
        out('out', { check: 'off' }),
      ];
      for (const type of types) {
        const id = idOf(type);
        const names = portsOf(type);
        const labels = names.map((_name, index) => [`${id}-${index}`]);
        flow.push(hookIn(`${id}-in`, `/${id}`, [id]));
        flow.push({
          id,
          z: 'tab',
          type,
          server: 'server',
          results: 'ports',
          ports: names,
          outputs: names.length,
          wires: labels,
        });
        names.forEach((port, index) => {
          const say = `const seen = {port: ${JSON.stringify(port)}, keys: Object.keys(msg).sort(), result: msg.result, sid: msg.call.call_sid};
            node.warn('left ' + JSON.stringify(seen)); msg.payload = seen; msg.jambonz = [seen]; return msg;`;
          flow.push(code(`${id}-${index}`, say, ['out']));
        });
      }
      red = await startNodeRed({ flow });
    });
    after(() => red.stop());

    for (const { type, hook, scenario, body, port, result } of recorded) {
      const { answer } = hooksOf(type).find(({ key }) => key === hook)!;
      it(`${type}, ${scenario ?? JSON.stringify(result)}: ${port}`, async () => {
        const left = answer === 'ignored' ? red.nextLine(/left \{/) : undefined;
        const response = await post(`${red.url}/_jambonz/results/${idOf(type)}/${hook}`, body);
        assert.equal(response.status, 200);
        const answered = (await response.json()) as Json | Json[];
        const seen = left
          ? (JSON.parse(/left (\{.*\})/.exec(await left)![1]!) as Json)
          : Array.isArray(answered)
            ? answered[0]
            : answered;
        if (left) assert.deepEqual(answered, []);
        assert.equal(Array.isArray(answered), answer !== 'tool');
        const keys = ['_msgid', 'call', 'req', 'res', 'result', 'vars'];
        assert.deepEqual(seen, { port, keys, result, ...('call_sid' in body ? { sid: body.call_sid } : {}) });
      });
    }

    it('reports nothing of the answers that jambonz does not read', () => {
      assert.deepEqual(
        red.logs.filter((line) => line.includes('[error]')),
        [],
      );
    });
  });

  describe('in a flow', () => {
    let red: NodeRed;
    const subflow: FlowNode[] = [
      {
        id: 'sub',
        type: 'subflow',
        name: 'ask',
        in: [{ x: 1, y: 1, wires: [{ id: 'ask' }] }],
        out: [
          {
            x: 9,
            y: 1,
            wires: [
              { id: 'ask', port: 0 },
              { id: 'ask', port: 1 },
            ],
          },
        ],
      },
      gather('ask', [[], [], []], { z: 'sub' }),
    ];
    const instance = (id: string): FlowNode[] => [
      hookIn(`${id}-in`, `/${id}`, [id]),
      { id, z: 'tab', type: 'subflow:sub', wires: [[`${id}-mark`]] },
      code(`${id}-mark`, `if (msg.result) msg.jambonz = [{verb: 'tag', data: {instance: '${id}'}}]; return msg;`, [
        `${id}-out`,
      ]),
      out(`${id}-out`),
    ];
    const flow: FlowNode[] = [
      tab('tab'),
      { id: 'status', z: 'tab', type: 'status', scope: ['menu-gather', 'guarded-gather'], wires: [['log']] },
      code('log', 'node.warn("status " + JSON.stringify(msg.status)); return null;', []),
      { id: 'server', type: 'jambonz_auth', name: 'signs' },
      { id: 'public', type: 'jambonz_auth', name: 'known', publicUrl: 'https://flows.example.com/red' },
      ...menu,
      ...subflow,
      ...instance('one'),
      ...instance('two'),
      hookIn('guarded-in', '/guarded', ['guarded-gather'], { signed: true, server: 'server' }),
      hookIn('unguarded-in', '/unguarded', ['guarded-gather']),
      gather('guarded-gather', [['menu-out'], ['guarded-again'], []]),
      gather('guarded-again', [['menu-out'], ['menu-say'], []]),
      hookIn('public-in', '/public', ['public-gather'], { server: 'public' }),
      gather('public-gather', [['menu-out'], ['public-again'], []]),
      gather('public-again', [['menu-out'], ['menu-say'], []]),
      hookIn('patient-in', '/patient', ['slow-gather']),
      hookIn('quick-in', '/quick', ['slow-gather'], { answerWithin: '0.3' }),
      gather('slow-gather', [['menu-out'], ['slow'], []]),
      { id: 'slow', z: 'tab', type: 'delay', pauseType: 'delay', timeout: '1', timeoutUnits: 'hours', wires: [[]] },
      hookIn('url-in', '/url', ['url-gather']),
      gather('url-gather', [['menu-out'], [], []], { results: undefined, actionhook: '/typed', ports: undefined }),
      hookIn('chosen-in', '/chosen', ['chosen-dial']),
      {
        id: 'chosen-dial',
        z: 'tab',
        type: 'dial',
        targets: [{ type: 'phone', dest: '1', varType: 'str' }],
        actionhook: '/left-over',
        confirmhook: '/left-over',
        results: 'ports',
        transcriptionhook: '/left-over',
        ports: ['next', 'busy', 'machine', 'transcript'],
        wires: [['menu-out'], ['menu-say'], [], []],
      },
      hookIn('dialog-in', '/dialog', ['dialog']),
      {
        id: 'dialog',
        z: 'tab',
        type: 'cfg',
        sipRequest: true,
        results: 'ports',
        ports: ['next', 'request', 'refer'],
        wires: [['menu-out'], [], []],
      },
      hookIn('meet-in', '/meet', ['meet']),
      {
        id: 'meet',
        z: 'tab',
        type: 'conference',
        conference: 'room',
        conferenceType: 'str',
        results: 'ports',
        ports: ['next', 'left', 'status'],
        wires: [['menu-out'], ['met'], ['seen']],
      },
      code('seen', 'msg.vars.most = Math.max(msg.vars.most || 0, msg.result.members); return msg;', ['seen-out']),
      out('seen-out'),
      { id: 'done', z: 'tab', type: 'complete', scope: ['seen-out'], wires: [['done-log']] },
      code('done-log', 'node.warn("answered " + msg.result.event); return null;', []),
      { id: 'met', z: 'tab', type: 'say', text: '{{vars.most}} were there', wires: [['menu-out']] },
      hookIn('talk-in', '/talk', ['talk']),
      {
        id: 'talk',
        z: 'tab',
        type: 'jambonz s2s',
        vendor: 'openai',
        apiKeySecretType: 'str',
        apiKeySecret: 'k',
        platform: '10',
        tools: ['weather'],
        results: 'ports',
        ports: ['next', 'ended', 'error', 'tool', 'tool:weather'],
        wires: [['menu-out'], [], [], [], ['weather']],
      },
      code(
        'weather',
        'if (msg.result.args.city === "Atlantis") return null; msg.payload = {sky: "blue over " + msg.result.args.city}; return msg;',
        ['menu-out'],
      ),
    ];
    const credentials = { server: { webhookSecret: SECRET } };
    before(async () => {
      red = await startNodeRed({ flow, credentials });
    });
    after(() => red.stop());

    it('asks, and goes on with what was pressed', async () => {
      const hook = await hookAt(`${red.url}/menu`);
      assert.equal(hook, '/_jambonz/results/menu-gather/action');
      const [say] = await answerOf(red.url + hook, digits);
      assert.equal(say?.verb, 'say');
      assert.equal(say.text, 'You pressed 7, Ann');
    });

    it('answers an outcome without a wire by itself, and says so', async () => {
      const status = red.nextLine(/status .*no input/);
      assert.deepEqual(await answerOf(`${red.url}/_jambonz/results/menu-gather/action`, silence), []);
      await status;
      const error = red.nextLine(/status .*error/);
      const failed = { ...silence, reason: 'error', details: 'x' };
      assert.deepEqual(await answerOf(`${red.url}/_jambonz/results/menu-gather/action`, failed), []);
      await error;
    });

    it('writes the webhooks of its ports only, whatever was typed', async () => {
      const [dial] = await answerOf(`${red.url}/chosen`, { call_sid: 'call' });
      assert.equal(dial?.actionHook, '/_jambonz/results/chosen-dial/action');
      assert.equal((dial.amd as Json).actionHook, '/_jambonz/results/chosen-dial/amd');
      const { transcriptionHook } = dial.transcribe as Json;
      assert.equal(transcriptionHook, '/_jambonz/results/chosen-dial/transcript');
      assert.equal(dial.confirmHook, undefined);
      const [config] = await answerOf(`${red.url}/dialog`, { call_sid: 'call' });
      assert.deepEqual(config, {
        verb: 'config',
        sipRequestWithinDialogHook: '/_jambonz/results/dialog/request',
        referHook: '/_jambonz/results/dialog/refer',
      });
      const missing = await post(`${red.url}/_jambonz/results/chosen-dial/confirm`, {});
      assert.equal(missing.status, 404);
    });

    it('gives a flow as long as the webhook that leads to it does', async () => {
      const error = red.nextLine(/No answer within 0\.3 seconds.*last seen at delay \(slow\)/);
      assert.deepEqual(await answerOf(`${red.url}/_jambonz/results/slow-gather/action`, digits), []);
      await error;
    });

    it('leaves a node without the choice as it was', async () => {
      assert.equal(await hookAt(`${red.url}/url`), '/typed');
      assert.equal((await post(`${red.url}/_jambonz/results/url-gather/action`, digits)).status, 404);
    });

    it('tells two instances of a subflow apart', async () => {
      const one = await hookAt(`${red.url}/one`);
      const two = await hookAt(`${red.url}/two`);
      assert.notEqual(one, two);
      const [first] = await answerOf(red.url + one, digits);
      const [second] = await answerOf(red.url + two, digits);
      assert.deepEqual([first?.data, second?.data], [{ instance: 'one' }, { instance: 'two' }]);
    });

    it('demands a signature where a webhook that leads to it does', async () => {
      for (const name of ['guarded-gather', 'guarded-again']) {
        const url = `${red.url}/_jambonz/results/${name}/action`;
        assert.equal((await post(url, digits)).status, 401);
        assert.equal((await post(url, digits, signed(digits, 'another'))).status, 401);
        assert.equal((await post(url, digits, signed(digits))).status, 200);
      }
    });

    it('demands none where none does', async () => {
      assert.equal((await post(`${red.url}/_jambonz/results/public-gather/action`, digits)).status, 200);
    });

    it('writes absolute addresses where the public URL is known, also from one result to the next', async () => {
      const base = 'https://flows.example.com/red';
      assert.equal(await hookAt(`${red.url}/public`), `${base}/_jambonz/results/public-gather/action`);
      const [again] = await answerOf(`${red.url}/_jambonz/results/public-gather/action`, digits);
      assert.equal(again?.actionHook, `${base}/_jambonz/results/public-again/action`);
    });

    it('honours the prefix of a proxy', async () => {
      const prefixed = { 'X-Forwarded-Prefix': '/red' };
      assert.equal(await hookAt(`${red.url}/menu`, 'actionHook', prefixed), '/red/_jambonz/results/menu-gather/action');
      assert.equal(await hookAt(`${red.url}/menu`), '/_jambonz/results/menu-gather/action');
    });

    it('keeps the variables of a flow whose answer jambonz does not read', async () => {
      const [conference] = await answerOf(`${red.url}/meet`, { call_sid: 'meeting' });
      assert.deepEqual(conference?.statusEvents, ['start', 'end', 'join', 'leave']);
      for (const [event, members] of [
        ['join', 2],
        ['leave', 1],
      ] as const) {
        const done = red.nextLine(new RegExp(`answered ${event}`));
        const body = { call_sid: 'meeting', event, members };
        assert.deepEqual(await answerOf(red.url + String(conference.statusHook), body), []);
        await done;
      }
      const [say] = await answerOf(red.url + String(conference.actionHook), { call_sid: 'meeting' });
      assert.equal(say?.text, '2 were there');
    });

    it('gives a model what its tool has found out', async () => {
      const hook = await hookAt(`${red.url}/talk`, 'toolHook');
      const call = { call_sid: 'call', tool_call_id: '1', name: 'weather', args: { city: 'Paris' } };
      const response = await post(red.url + hook, call);
      assert.deepEqual(await response.json(), { sky: 'blue over Paris' });
      const lost = await post(red.url + hook, { ...call, args: { city: 'Atlantis' } });
      assert.deepEqual(await lost.json(), { error: 'no handler' });
      const unknown = await post(red.url + hook, { ...call, name: 'time' });
      assert.deepEqual(await unknown.json(), { error: 'no handler' });
    });

    it('serves a call that was there before a deploy', async () => {
      const hook = await hookAt(`${red.url}/menu`);
      const changed = flow.map((node) =>
        node.id === 'menu-say' ? { ...node, text: 'After: {{result.digits}}' } : node,
      );
      await red.deploy(changed);
      const [say] = await answerOf(red.url + hook, digits);
      assert.equal(say?.text, 'After: 7');
      // Only what was changed starts again.
      await red.deploy(flow, 'nodes');
      const [back] = await answerOf(red.url + hook, digits);
      assert.match(String(back?.text), /^You pressed 7/);
    });

    it('demands a signature as soon as a deploy says so', async () => {
      const url = `${red.url}/_jambonz/results/menu-gather/action`;
      await red.deploy(
        flow.map((node) => (node.id === 'menu-in' ? { ...node, signed: true, server: 'server' } : node)),
        'nodes',
      );
      assert.equal((await post(url, digits)).status, 401);
      assert.equal((await post(url, digits, signed(digits))).status, 200);
    });
  });

  it('stand below httpNodeRoot', async () => {
    const red = await startNodeRed({ flow: [tab('tab'), ...menu], settings: { httpNodeRoot: '/api' } });
    try {
      const hook = await hookAt(`${red.url}/menu`);
      assert.equal(hook, '/api/_jambonz/results/menu-gather/action');
      const [say] = await answerOf(new URL(hook, red.url).href, digits);
      assert.equal(say?.verb, 'say');
    } finally {
      await red.stop();
    }
  });

  describe('of create-call', () => {
    let red: NodeRed;
    let api: Server;
    const asked: Json[] = [];
    before(async () => {
      api = createServer((req, res) => {
        let text = '';
        req.on('data', (chunk) => (text += String(chunk)));
        req.on('end', () => {
          asked.push(JSON.parse(text) as Json);
          res.writeHead(201, { 'content-type': 'application/json' }).end('{"sid":"new-call","callId":"1"}');
        });
      });
      await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(api.address() as AddressInfo).port}`;
      const server = { type: 'jambonz_auth', url, urlType: 'str', apiTokenType: 'str', accountSidType: 'str' };
      const call = (id: string, more: object): FlowNode => ({
        id,
        z: 'tab',
        type: 'create-call',
        from: '1',
        fromType: 'str',
        to: '2',
        toType: 'str',
        dest: 'phone',
        mode: 'app',
        application: 'app',
        results: 'ports',
        ports: ['next', 'human', 'refer'],
        wires: [[`${id}-next`], ['human'], []],
        ...more,
      });
      red = await startNodeRed({
        flow: [
          tab('tab'),
          { id: 'known', ...server, publicUrl: 'https://flows.example.com' },
          { id: 'unknown', ...server },
          hookIn('in', '/start', ['known-call']),
          hookIn('in2', '/start-unknown', ['unknown-call']),
          call('known-call', { server: 'known' }),
          call('unknown-call', { server: 'unknown' }),
          { id: 'catch', z: 'tab', type: 'catch', scope: ['unknown-call'], wires: [['caught']] },
          code('caught', 'msg.jambonz = [{verb: "tag", data: {error: msg.error.message}}]; return msg;', ['out']),
          code('known-call-next', 'msg.jambonz = [{verb: "tag", data: {sid: msg.callSid}}]; return msg;', ['out']),
          code('unknown-call-next', 'return msg;', ['out']),
          { id: 'human', z: 'tab', type: 'say', text: 'Hello human {{result.type}}', wires: [['out']] },
          out('out'),
        ],
        credentials: {
          known: { accountSid: 'account', apiToken: 'token' },
          unknown: { accountSid: 'account', apiToken: 'token' },
        },
      });
    });
    after(async () => {
      await red.stop();
      api.close();
    });

    it('are served under the public URL', async () => {
      const [tag] = await answerOf(`${red.url}/start`, { call_sid: 'call' });
      assert.deepEqual(tag?.data, { sid: 'new-call' });
      assert.equal(asked[0]!.referHook, 'https://flows.example.com/_jambonz/results/known-call/refer');
      assert.equal(asked[0]!.sipRequestWithinDialogHook, undefined);
      const hook = (asked[0]!.amd as Json).actionHook;
      assert.equal(hook, 'https://flows.example.com/_jambonz/results/known-call/amd');
      const [say] = await answerOf(`${red.url}/_jambonz/results/known-call/amd`, { type: 'amd_human_detected' });
      assert.equal(say?.text, 'Hello human amd_human_detected');
    });

    it('cannot be without it', async () => {
      const [tag] = await answerOf(`${red.url}/start-unknown`, { call_sid: 'call' });
      assert.match(JSON.stringify(tag?.data), /need the public URL/);
      assert.equal(asked.length, 1);
    });
  });
});
