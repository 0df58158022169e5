import assert from 'node:assert/strict';
import { readOptions } from '../../src/script/options';
import { jsonOf, junitOf, textOf, type Played } from '../../src/script/report';

const passed: Played = {
  name: 'Opening hours',
  file: 'hours.json',
  outcome: 'passed',
  steps: 4,
  took: 40,
  duration: 6.2,
  events: [],
};
const differs: Played = {
  ...passed,
  name: 'Sales <"busy"> & \u0001more\ud800',
  file: 'a&b.json',
  outcome: 'differs',
  failure: {
    step: 2,
    text: '{"hear":"We are open"}',
    expected: 'to hear "We are open"',
    got: 'heard "This key has no meaning."',
    last: ['    1.0 s  heard "This key has no meaning."'],
  },
};

describe('The report of saved calls', () => {
  it('says in words at which step a conversation differs, and what came', () => {
    assert.equal(textOf(passed), 'ok       Opening hours (4 steps, a call of 6.2 s in 0.04 s)');
    assert.deepEqual(textOf(differs).split('\n').slice(1), [
      '  at step 2: {"hear":"We are open"}',
      '  expected: to hear "We are open"',
      '  came:     heard "This key has no meaning."',
      '  what happened last:',
      '        1.0 s  heard "This key has no meaning."',
    ]);
  });

  it('is XML that holds whatever a flow says', () => {
    const xml = junitOf([passed, differs, { ...differs, outcome: 'unreachable' }]);
    assert.match(xml, /<testsuites tests="3" failures="1" errors="1" time="0\.12">/);
    assert.match(xml, /<testcase classname="hours\.json" name="Opening hours" time="0\.04"\/>/);
    assert.match(xml, /classname="a&amp;b\.json" name="Sales &lt;&quot;busy&quot;&gt; &amp; \ufffdmore\ufffd"/);
    assert.match(xml, /<failure type="differs" message="expected to hear &quot;We are open&quot;, came: heard/);
    assert.match(xml, /<error type="unreachable"/);
    assert.equal(xml.match(/<testcase /g)?.length, 3);
  });

  it('is JSON with its format and version', () => {
    const report = JSON.parse(jsonOf([passed, differs])) as Record<string, unknown>;
    assert.deepEqual(
      [report.format, report.version, report.passed, report.failed, (report.tests as unknown[]).length],
      ['jambonz-call-report', 1, 1, 1, 2],
    );
  });
});

describe('The command line of jambonz-call', () => {
  const url = 'http://127.0.0.1:1880/answer';

  it('is understood', () => {
    const args = [url, '--from', '+1', '--header', 'X-Foo: bar: baz', '--header', 'X-Empty:', '-v'];
    const legs = ['+3=busy', '+4=answer:2.5', '5=no-answer', '6=404', '*=by hand', 'a=b=answer'];
    const options = readOptions([...args, ...legs.flatMap((leg) => ['--leg', leg])], { JAMBONZ_WEBHOOK_SECRET: 's' });
    assert.deepEqual(options, {
      url,
      from: '+1',
      headers: { 'X-Foo': 'bar: baz', 'X-Empty': '' },
      secret: 's',
      legs: {
        '+3': 'busy',
        '+4': { answer: 2.5 },
        '5': 'no answer',
        '6': { status: 404 },
        '*': 'by hand',
        'a=b': { answer: 1 },
      },
      files: [],
      verbose: true,
    });
  });

  it('takes saved calls with and without an address', () => {
    assert.deepEqual(readOptions(['--script', 'a.json', 'b.json'], {}).files, ['a.json', 'b.json']);
    const { files, url: given, calls } = readOptions([url, '--script', 'a.json', 'b', '--calls', '500'], {});
    assert.deepEqual([files, given, calls], [['a.json', 'b'], url, 500]);
  });

  const refused: [string[], RegExp][] = [
    [[], /which webhook\?/],
    [['call.json'], /call\.json is no address; a saved call is played with --script call\.json/],
    [['ftp://x/'], /only http and https/],
    [['http://'], /is no address/],
    [[url, '--speed', '3'], /--speed/],
    [[url, '--calls', '5'], /--calls goes with --script/],
    [[url, '--script', 'x', '--calls', '0'], /--calls: a whole number from 1/],
    [[url, '--leg', '+3=sleeps'], /--leg: "busy", .* is needed/],
    [[url, '--leg', '+3'], /NUMBER=PLAN/],
    [[url, '--header', 'X-Foo'], /'X-Name: value'/],
    [[url, '--rest', 'here'], /--rest: here is no port/],
    [[url, '--platform', '11'], /--platform: 0\.9 or 10/],
  ];
  for (const [args, message] of refused) {
    it(`is refused: ${args.slice(1).join(' ') || args.join(' ') || 'nothing'}`, () => {
      assert.throws(() => readOptions(args, {}), message);
    });
  }
});
