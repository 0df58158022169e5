import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import helper from 'node-red-node-test-helper';
import userAuth from '../../nodes/user-auth';

interface Answer {
  status: string;
  msg?: string;
  expires?: number;
  [right: string]: unknown;
}

helper.init(require.resolve('node-red'));

const md5 = (...parts: string[]): string => createHash('md5').update(parts.join(':')).digest('hex');

/** What the platform passes on for a client that uses this password. */
function request(password: string, { nonce = 'n0nce', nc = '00000001', username = 'alice' } = {}) {
  const [realm, uri, method, cnonce] = ['sip.example.com', 'sip:sip.example.com', 'REGISTER', 'c0'];
  const response = md5(md5(username, realm, password), nonce, nc, cnonce, 'auth', md5(method, uri));
  const fields = { method, username, realm, uri, nonce, qop: 'auth', nc, cnonce, response };
  return { ...fields, scheme: 'digest', algorithm: 'MD5', expires: 3600 };
}

/** Deploys one node and returns a way to ask it, and everything that it logs. */
async function deploy(config: object, credentials: Record<string, string> = {}) {
  const flow = [
    { id: 'tab-id', type: 'tab', label: 'f' },
    { id: 'node-id', z: 'tab-id', type: 'user auth', wires: [['out-id']], ...config },
    { id: 'out-id', z: 'tab-id', type: 'helper' },
    { id: 'complete-id', z: 'tab-id', type: 'complete', scope: ['node-id'], wires: [['done-id']] },
    { id: 'done-id', z: 'tab-id', type: 'helper' },
  ];
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const complete = require('@node-red/nodes/core/common/24-complete.js') as (RED: unknown) => void;
  await helper.load([userAuth, complete], flow, { 'node-id': credentials });
  const node = helper.getNode('node-id');
  const out = helper.getNode('out-id');
  const done = helper.getNode('done-id');
  const ask = (msg: object): Promise<Answer> =>
    new Promise((resolve) => {
      out.once('input', (answered) => resolve((answered as { authResponse: Answer }).authResponse));
      node.receive(msg as never);
    });
  const logs = (): string => JSON.stringify((helper.log() as { args: unknown[] }).args);
  return { node, out, done, ask, logs };
}

describe('user auth', () => {
  before((done) => {
    helper.startServer(done);
  });
  after((done) => {
    helper.stopServer(done);
  });
  afterEach(async () => {
    await helper.unload();
    delete process.env.TEST_SIP_SECRET;
  });

  const HA1 = md5('alice', 'sip.example.com', 'from ha1');
  const cases: {
    name: string;
    config: object;
    credentials?: Record<string, string>;
    env?: string;
    admits?: string;
    refuses: string[];
  }[] = [
    {
      name: 'a stored password wins over the field of the flow',
      config: { password: 'plain', passwordType: 'str', passwordSecretType: 'str' },
      credentials: { passwordSecret: 'stored' },
      admits: 'stored',
      refuses: ['plain', ''],
    },
    {
      name: 'a stored password without a type is taken as it is',
      config: { password: 'plain', passwordType: 'str' },
      credentials: { passwordSecret: 'stored' },
      admits: 'stored',
      refuses: ['plain'],
    },
    {
      name: 'the field of the flow serves when nothing is stored',
      config: { password: 'plain', passwordType: 'str', passwordSecretType: 'str' },
      credentials: { passwordSecret: '' },
      admits: 'plain',
      refuses: [''],
    },
    {
      name: 'a stored name of an environment variable',
      config: { passwordSecretType: 'env' },
      credentials: { passwordSecret: 'TEST_SIP_SECRET' },
      env: 'from env',
      admits: 'from env',
      refuses: ['TEST_SIP_SECRET', ''],
    },
    {
      name: 'a stored name of a variable that is not set admits nobody, and the field does not step in',
      config: { password: 'plain', passwordType: 'str', passwordSecretType: 'env' },
      credentials: { passwordSecret: 'TEST_SIP_SECRET' },
      refuses: ['', 'plain', 'TEST_SIP_SECRET', 'undefined', 'null'],
    },
    {
      name: 'a stored HA1 wins over the fields of the flow',
      config: { password: 'plain', passwordType: 'str', ha1: md5('alice', 'sip.example.com', 'plain'), ha1Type: 'str' },
      credentials: { ha1Secret: HA1 },
      admits: 'from ha1',
      refuses: ['plain', ''],
    },
    {
      name: 'a stored HA1 that is looked up in the message and missing admits nobody',
      config: { ha1SecretType: 'msg', password: 'plain', passwordType: 'str' },
      credentials: { ha1Secret: 'user.ha1' },
      refuses: ['', 'plain'],
    },
    {
      name: 'an HA1 comes before a password',
      config: { password: 'plain', passwordType: 'str', ha1: HA1, ha1Type: 'str' },
      admits: 'from ha1',
      refuses: ['plain'],
    },
    {
      name: 'a password that is an object',
      config: { password: '{"a":1}', passwordType: 'json' },
      refuses: ['', '[object Object]'],
    },
    {
      name: 'a template that cannot be read',
      config: { password: '{{#a', passwordType: 'mustache' },
      refuses: ['', '{{#a'],
    },
    { name: 'nothing at all', config: {}, refuses: ['', 'undefined'] },
  ];
  for (const { name, config, credentials, env, admits, refuses } of cases) {
    it(name, async () => {
      if (env) process.env.TEST_SIP_SECRET = env;
      const { ask, logs } = await deploy(config, credentials);
      if (admits !== undefined) {
        assert.deepEqual(await ask({ authRequest: request(admits) }), { status: 'ok', expires: 3600 });
      }
      for (const password of refuses) {
        const answer = await ask({ authRequest: request(password) });
        assert.equal(answer.status, 'fail', `"${password}" is admitted`);
        assert.ok(answer.msg);
      }
      const text = logs();
      for (const secret of ['stored', 'from env', 'plain', HA1])
        assert.ok(!text.includes(secret), `${secret} is logged`);
    });
  }

  it('answers what is not a request', async () => {
    const { ask } = await deploy({ password: 'pw', passwordType: 'str' });
    for (const authRequest of [undefined, null, '', 'x', 7, [], {}, { username: {} }]) {
      assert.equal((await ask({ authRequest })).status, 'fail');
    }
  });

  it('answers, and says nothing of the secret, even when a request throws', async () => {
    const { ask, logs } = await deploy({ password: 'hush', passwordType: 'str' });
    const hostile = {
      get nonce(): string {
        throw new Error('hush');
      },
    };
    assert.equal((await ask({ authRequest: hostile })).status, 'fail');
    assert.ok(!logs().includes('hush'));
  });

  it('an error of an expression does not carry the secret into the log', async () => {
    const { ask, logs } = await deploy({ password: '$number(pw)', passwordType: 'jsonata' });
    const answer = await ask({ pw: 'hush hush', authRequest: request('hush hush') });
    assert.equal(answer.status, 'fail');
    assert.ok(!logs().includes('hush'));
    assert.ok(logs().includes('user-auth.errors.unreadable'), 'but the user is told');
  });

  it('an unknown user leaves no error in the log: anybody could fill it', async () => {
    const { ask, logs } = await deploy({ password: 'users.mallory.password', passwordType: 'msg' });
    assert.equal((await ask({ authRequest: request('') })).status, 'fail');
    assert.ok(!logs().includes('user-auth.errors'));
  });

  it('rights are true, false or absent', async () => {
    const types = { directUserType: 'msg', directAppType: 'msg', directQueueType: 'msg' };
    const { ask } = await deploy({ password: 'pw', directUser: 'a', directApp: 'b', directQueue: 'c', ...types });
    const answers: [unknown, unknown][] = [
      [true, true],
      ['true', true],
      ['TRUE', true],
      [false, false],
      ['false', false],
      ['', undefined],
      [null, undefined],
      ['yes', undefined],
    ];
    for (const [value, expected] of answers) {
      const answer = await ask({ a: value, b: value, c: value, authRequest: request('pw') });
      assert.equal(answer.status, 'ok');
      for (const right of ['user', 'app', 'queue']) assert.equal(answer[`allow_direct_${right}_calling`], expected);
    }
  });

  it('an option that cannot be read is left out and does not shut the user out', async () => {
    const { ask } = await deploy({ password: 'pw', application: '{{#a', applicationType: 'mustache', expires: 'soon' });
    assert.deepEqual(await ask({ authRequest: request('pw') }), { status: 'ok', expires: 3600 });
  });

  it('a replay passes unless the guard is set', async () => {
    const { ask } = await deploy({ password: 'pw' });
    for (let i = 0; i < 3; i++) assert.equal((await ask({ authRequest: request('pw') })).status, 'ok');
  });

  it('the guard refuses a replay and lets the next count pass', async () => {
    const { ask } = await deploy({ password: 'pw', nonceGuard: true });
    const status = async (nc: string, password = 'pw'): Promise<string> =>
      (await ask({ authRequest: request(password, { nc }) })).status;
    assert.equal(await status('00000001'), 'ok');
    assert.equal(await status('00000001'), 'fail');
    assert.equal(await status('00000003', 'wrong'), 'fail');
    assert.equal(await status('00000002'), 'ok', 'a wrong password does not use up a count');
    assert.equal((await ask({ authRequest: request('pw', { nonce: 'n1' }) })).status, 'ok');
  });

  it("messages at once do not get each other's answer, and each is completed once", async () => {
    const { node, out, done } = await deploy({
      password: 'pw',
      passwordType: 'jsonata',
      application: 'user',
      applicationType: 'msg',
    });
    const answers = new Map<string, Answer>();
    let completed = 0;
    const all = new Promise<void>((resolve) => {
      const count = (): void => {
        if (answers.size === 50 && completed === 50) resolve();
      };
      out.on('input', (msg) => {
        const { user, authResponse } = msg as unknown as { user: string; authResponse: Answer };
        answers.set(user, authResponse);
        count();
      });
      done.on('input', () => {
        completed++;
        count();
      });
    });
    for (let i = 0; i < 50; i++) {
      const right = i % 2 === 0;
      const authRequest = request(right ? `pw ${i}` : 'wrong', { username: `user ${i}` });
      node.receive({ pw: `pw ${i}`, user: `user ${i}`, authRequest });
    }
    await all;
    for (let i = 0; i < 50; i++) {
      const { status, application_sid } = answers.get(`user ${i}`)!;
      assert.deepEqual([status, application_sid], i % 2 === 0 ? ['ok', `user ${i}`] : ['fail', undefined]);
    }
    assert.equal(completed, 50);
  });
});
