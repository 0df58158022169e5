import assert from 'node:assert/strict';
import { FormatError, parseSavedCall } from '../../src/script/format';
import { difference, matchesText } from '../../src/script/match';

const call = (more: object): string =>
  JSON.stringify({ format: 'jambonz-call', version: 1, call: { url: '/ivr' }, steps: [], ...more });
const steps = (...list: unknown[]): string => call({ steps: list });

describe('A saved call', () => {
  it('is read as it stands', () => {
    const content = call({
      name: 'Sales is busy',
      heard: 'named',
      clock: 'real',
      call: {
        url: '/ivr',
        from: '+1',
        to: '+2',
        name: 'Ann',
        headers: { 'X-Foo': 'bar' },
        statusHook: '/status',
        legs: { '+3': 'busy', '*': { answer: 2, hangup: 5 }, bob: { status: 404 } },
        platform: '10',
      },
      steps: [
        { hear: 'Welcome.', note: 'the greeting' },
        { hear: { matches: '^For' }, leg: '+3' },
        { press: '1#', after: 0.5 },
        { say: 'yes', confidence: 0.4 },
        { request: { path: '/ivr/choice', body: { digits: '1', speech: { absent: true } } } },
        { answer: { status: 200, verbs: ['dial', { verb: 'say', text: { contains: 'Bye' } }] } },
        { becomes: 'bridged', leg: '+3' },
        { pickUp: true, leg: '+3' },
        { refuse: 486, leg: '+3' },
        { call: { as: 'agent', url: '/agent' } },
        { http: { url: '/inject/1', answer: { status: 200 } } },
        { asked: { method: 'PUT', path: { contains: '/Calls/' }, body: { mute_status: 'mute' } } },
        { model: { tool: { name: 'weather', args: { city: 'Rome' } } } },
        { wait: 3 },
        { skip: true },
        { goOn: true },
        { alert: { any: true } },
        { hangup: { headers: { 'X-Why': 'done' } } },
        { end: { by: 'caller', status: 200 } },
      ],
    });
    assert.deepEqual(parseSavedCall(content), JSON.parse(content));
  });

  const refused: [string, string, RegExp][] = [
    ['no JSON', '{', /^is not JSON/],
    ['no object', '[]', /a saved call is an object, not \[\]/],
    ['another format', '{"format":"x"}', /^format: "x" is no saved call; these have "format": "jambonz-call"/],
    ['no version', '{"format":"jambonz-call"}', /^version: nothing is not known/],
    ['a later version', call({ version: 2 }), /^version: 2 is not known here; this release reads version 1/],
    ['an unknown property', call({ speed: 1 }), /no property "speed" here; there are format, /],
    ['an unknown property of the call', call({ call: { path: '/x' } }), /^call: there is no property "path"/],
    ['no steps', '{"format":"jambonz-call","version":1}', /^steps is missing/],
    ['a relative address', call({ call: { url: 'ivr' } }), /^call\.url: a path that begins with \//],
    [
      'an unknown plan of a leg',
      call({ call: { legs: { '+3': 'sleeps' } } }),
      /^call\.legs\["\+3"\]: "busy", .* is needed, not "sleeps"/,
    ],
    ['a step that is none', steps({ listen: 'x' }), /^steps\[0\]: is no step; steps are press, say, /],
    ['two steps in one', steps({ hear: 'x', press: '1' }), /^steps\[0\]: is hear and press at once/],
    [
      'what does not belong to a step',
      steps({ skip: true }, { wait: 1, leg: 'x' }),
      /^steps\[1\]: there is no property "leg"/,
    ],
    ['keys that no phone has', steps({ press: '1x' }), /^steps\[0\]\.press: keys are needed/],
    ['a broken pattern', steps({ hear: { matches: '(' } }), /^steps\[0\]\.hear\.matches: Invalid regular expression/],
    [
      'a broken pattern in a body',
      steps({ request: { body: { a: [{ matches: '[' }] } } }),
      /^steps\[0\]\.request\.body\.a\[0\]\.matches/,
    ],
    ['a text that is none', steps({ hear: 5 }), /^steps\[0\]\.hear: a text is needed/],
    ['a leg without a name', steps({ pickUp: true }), /^steps\[0\]: leg is missing/],
    ['a wait without an end', steps({ wait: 1e9 }), /^steps\[0\]\.wait: a number from 0 to 86400/],
    ['somebody else who ends', steps({ end: { by: 'police' } }), /^steps\[0\]\.end: /],
  ];
  for (const [what, content, message] of refused) {
    it(`is refused for ${what}`, () => {
      assert.throws(
        () => parseSavedCall(content),
        (error: Error) => error instanceof FormatError && message.test(error.message),
        `expected ${String(message)}`,
      );
    });
  }
});

describe('Patterns', () => {
  const texts: [Parameters<typeof matchesText>[0], string, boolean][] = [
    ['Welcome.', 'Welcome.', true],
    ['Press 1 for sales', ' Press 1\n  for sales ', true],
    ['Welcome', 'Welcome.', false],
    [{ matches: '^You gave us [1-5]' }, 'You gave us 4. Thank you.', true],
    [{ matches: '^gave' }, 'You gave us 4.', false],
    [{ contains: 'gave us' }, 'You gave us 4.', true],
    [{ any: true }, '', true],
  ];
  for (const [wanted, text, fits] of texts) {
    it(`${JSON.stringify(wanted)} ${fits ? 'fits' : 'does not fit'} ${JSON.stringify(text)}`, () => {
      assert.equal(matchesText(wanted, text), fits);
    });
  }

  it('gives up on a pattern that would take for ever', () => {
    const began = Date.now();
    assert.equal(matchesText({ matches: '^(a+)+$' }, `${'a'.repeat(100)}!`), false);
    assert.equal(Date.now() - began < 5_000, true, 'took too long');
  });

  it('look only at what they name, and say where something differs', () => {
    const body = { digits: '1', call: { from: '+1', n: 2 }, list: [{ a: 1, b: 2 }] };
    assert.equal(difference({ digits: '1', call: { from: { matches: '^\\+' } }, list: [{ a: 1 }] }, body), undefined);
    assert.deepEqual(difference({ call: { n: 3 } }, body), { place: 'call.n', wanted: '3', got: '2' });
    assert.deepEqual(difference({ speech: { any: true } }, body), {
      place: 'speech',
      wanted: '{"any":true}',
      got: 'nothing',
    });
    assert.deepEqual(difference({ digits: { absent: true } }, body), {
      place: 'digits',
      wanted: '{"absent":true}',
      got: '"1"',
    });
    assert.deepEqual(difference({ list: [] }, body), { place: 'list', wanted: '[]', got: '[{"a":1,"b":2}]' });
    assert.equal(difference({ constructor: { absent: true } }, body), undefined);
  });
});
