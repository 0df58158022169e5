import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Application } from '../support/application';
import { serveVerbs, type Verbs } from '../support/verb-server';
import { phone } from '../support/phone';

type Json = Record<string, unknown>;

/** What an application answers, by path. */
const verbs: Verbs = {
  '/answer': () => [
    {
      verb: 'gather',
      input: ['digits', 'speech'],
      numDigits: 1,
      timeout: 5,
      actionHook: '/choice',
      say: { text: 'Which one?' },
    },
    { verb: 'say', text: 'Nothing then.' },
  ],
  '/choice': ({ digits, speech, reason }) => {
    if (reason === 'timeout') return [];
    const { alternatives = [] } = (speech ?? {}) as { alternatives?: { transcript: string }[] };
    return [{ verb: 'say', text: `It is ${String(digits ?? alternatives[0]?.transcript)}.` }];
  },
  '/dial': () => [{ verb: 'dial', target: [{ type: 'phone', number: '+15551230001' }], actionHook: '/dialled' }],
  '/dialled': ({ dial_call_status }) => [{ verb: 'say', text: `The line is ${String(dial_call_status)}.` }],
  '/broken': () => ({ no: 'verbs' }),
};

describe('jambonz-call, in a process of its own', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'jambonz-call-'));
  let server: Application;
  let url: string;

  before(async () => {
    server = await serveVerbs(verbs);
    ({ url } = server);
  });
  after(() => {
    server.stop();
    rmSync(folder, { recursive: true });
  });
  beforeEach(() => (server.asked.length = 0));

  const save = (name: string, steps: unknown[], more: Json = {}): string => {
    const file = join(folder, `${name}.json`);
    const saved = { format: 'jambonz-call', version: 1, call: { url: '/answer' }, steps, ...more };
    writeFileSync(file, JSON.stringify(saved));
    return file;
  };

  it('prints what is heard, presses what is piped in, and says why the call ended', async () => {
    const { code, stdout, stderr } = await phone([`${url}/answer`, '--from', '+4711'], { input: '3\n' });
    assert.deepEqual([code, stderr], [0, '']);
    const lines = stdout.trimEnd().split('\n');
    assert.equal(lines[0], `Calling ${url}/answer from +4711 to +15559990000`);
    const conversation = lines.filter((line) => /^(<<|>>)/.test(line));
    assert.deepEqual(conversation, ['<< Which one?', '>> 3', '<< It is 3.'], stdout);
    assert.match(lines.at(-1)!, /^[A-Z].*\.$/);
  });

  it('says words, and shows requests and answers when asked to', async () => {
    const { stdout } = await phone([`${url}/answer`, '-v'], { input: 'the blue one\n' });
    assert.match(stdout, /<< It is the blue one\./);
    assert.match(stdout, /POST \/choice \{"speech":"the blue one"/);
    assert.match(stdout, /answered 200 gather, say/);
  });

  it('lets the time pass that a caller who does nothing lets pass', async () => {
    const { code, stdout } = await phone([`${url}/answer`]);
    assert.equal(code, 0);
    assert.match(stdout, /<< Nothing then\./);
  });

  it('plays the parties that get dialled', async () => {
    const { stdout } = await phone([`${url}/dial`, '--leg', '+15551230001=busy']);
    assert.match(stdout, /<< The line is busy\./);
  });

  it('signs with the secret, and never shows it', async () => {
    const { stdout, stderr } = await phone([`${url}/answer`, '-v'], { env: { JAMBONZ_WEBHOOK_SECRET: 'wh_geheim' } });
    const { raw, headers } = server.asked[0]!;
    const [, time, hash] = /^t=(\d+),v1=([0-9a-f]+)$/.exec(String(headers['jambonz-signature'])) ?? [];
    assert.equal(hash, createHmac('sha256', 'wh_geheim').update(`${time}.${raw}`).digest('hex'));
    assert.doesNotMatch(stdout + stderr, /geheim/);
  });

  const goes = [
    { hear: 'Which one?' },
    { press: '2' },
    { hear: { matches: '^It is [123]' } },
    { end: { by: 'jambonz' } },
  ];

  it('plays a saved call', async () => {
    const { code, stdout } = await phone([`${url}/`, '--script', save('goes', goes)]);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^ok {7}goes \(4 steps, /);
    assert.match(stdout, /\n1 as saved, 0 not\n$/);
  });

  const differences: [string, unknown[], RegExp][] = [
    [
      'something else is heard',
      [{ hear: 'Which?' }],
      /at step 1: .*\n {2}expected: to hear "Which\?"\n {2}came: {5}heard "Which one\?"/,
    ],
    [
      'nothing is heard',
      [{ hear: 'Which one?' }, { hear: 'Nothing then.' }, { hear: 'Bye' }],
      /at step 3.*\n.*\n {2}came: {5}the call ended by jambonz/,
    ],
    [
      'more is heard',
      [{ hear: 'Which one?' }, { end: true }],
      /expected: nothing more to be heard\n {2}came: {5}heard "Nothing then\."/,
    ],
    [
      'another request is sent',
      [{ press: '1' }, { request: { path: '/choice', body: { digits: '2' } } }],
      /at step 2.*\n.*\n.*there was POST \/choice, but digits was "1"/,
    ],
    [
      'another verb is answered',
      [{ answer: { verbs: ['gather', 'play'] } }],
      /came: .* gather, say: \[1\]\.verb is "say", not "play"/,
    ],
    [
      'the call ends otherwise',
      [{ hear: 'Which one?' }, { hangup: true }, { end: { by: 'jambonz' } }],
      /came: .*ended by caller/,
    ],
  ];
  for (const [what, steps, message] of differences) {
    it(`fails when ${what}, and says where`, async () => {
      const { code, stdout } = await phone([url, '--script', save('differs', steps)]);
      assert.equal(code, 1, stdout);
      assert.match(stdout, message);
      assert.match(stdout, /what happened last:\n +0\.\d s {2}/);
    });
  }

  it('writes reports for programs', async () => {
    const junit = join(folder, 'report.xml');
    const files = [save('goes', goes), save('differs', [{ hear: 'Which?' }])];
    const { code, stdout, stderr } = await phone([url, '--script', ...files, '--json', '-', '--junit', junit]);
    const report = JSON.parse(stdout) as { passed: number; failed: number; tests: { outcome: string }[] };
    assert.deepEqual([code, report.passed, report.failed], [1, 1, 1]);
    assert.deepEqual(
      report.tests.map(({ outcome }) => outcome),
      ['passed', 'differs'],
    );
    assert.match(stderr, /^ok .*\nDIFFERS /);
    assert.match(readFileSync(junit, 'utf8'), /tests="2" failures="1" errors="0"/);
  });

  it('plays many at once', async () => {
    const { code, stdout } = await phone([url, '--script', save('goes', goes), '--calls', '50']);
    assert.equal(code, 0, stdout);
    assert.match(stdout, /^calls +50\nended as scripted +50\nfailed +0\nduration +[\d.]+ s\nmemory +\d+ MiB\n$/);
  });

  it('tells wrong use, files that are none, and a server that is not there apart', async () => {
    const absent = 'http://127.0.0.1:9';
    const runs: [string[], number, RegExp][] = [
      [[], 2, /which webhook\?/],
      [[url, '--nonsense'], 2, /--nonsense/],
      [[url, '--script', join(folder, 'none.json')], 2, /none\.json: there is no such file/],
      [[url, '--script', save('wrong', [{ hear: 1 }])], 2, /wrong\.json: steps\[0\]\.hear: a text is needed/],
      [['--script', save('goes', goes)], 2, /goes\.json: no address to call/],
      [[absent, '--script', save('goes', goes)], 3, /NO CALL/],
      [[`${absent}/answer`], 3, /ECONNREFUSED|other side/],
      [[`${url}/broken`], 0, /malformed jambonz payload/],
    ];
    for (const [args, code, message] of runs) {
      const ran = await phone(args);
      assert.equal(ran.code, code, `${args.join(' ')}: ${ran.stdout}${ran.stderr}`);
      assert.match(ran.stdout + ran.stderr, message);
    }
    assert.match((await phone(['--version'])).stdout, /^\d+\.\d+\.\d+\n$/);
    assert.match((await phone(['--help'])).stdout, /Exit code: 0 as expected/);
  });
});
