import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Request, Response } from 'express';
import { arrivalOf } from '../../src/call/call-body';
import type { CallEvent, CallSummary } from '../../src/simulator/events';
import { LIMITS, type Limits } from '../../src/trace/call-log';
import { callsIn, FileProblem, fileOf } from '../../src/trace/call-file';
import { withoutDigits } from '../../src/trace/mask';
import { plainAnswer, plainJson, plainText } from '../../src/trace/redact';
import { Trace } from '../../src/trace/trace';

type Json = Record<string, unknown>;

describe('What is not kept of a call', () => {
  const texts: [string, string][] = [
    ['https://joe:s3cret@example.com/a', 'https://joe:***@example.com/a'],
    ['wss://:s3cret@example.com', 'wss://:***@example.com'],
    ['sip:joe:s3cret@example.com', 'sip:joe:***@example.com'],
    ['"Joe" <sip:+1555@sip.example.com>;tag=1', '"Joe" <sip:+1555@sip.example.com>;tag=1'],
    ['https://example.com:8443/a@b?c=d', 'https://example.com:8443/a@b?c=d'],
    ['/hook?token=s3cret&a=1', '/hook?token=***&a=1'],
    ['/hook?access_token=s3cret', '/hook?access_token=***'],
    ['/hook?a=1&api-key=s3cret#x', '/hook?a=1&api-key=***#x'],
    ['/hook?monkey=1', '/hook?monkey=***'],
    ['/hook?digits=1', '/hook?digits=1'],
    ['Bearer eyJhbGciOi.9', 'Bearer ***'],
    ['Basic am9lOnMzY3JldA==', 'Basic ***'],
    ['Digest username="joe", response="s3cret"', 'Digest ***'],
    ['Basic instructions follow', 'Basic instructions follow'],
    [
      'INVITE x\r\nproxy-authorization: Digest a="s3cret",\r\n b="s3cret"\r\nTo: y\r\n',
      'INVITE x\r\nproxy-authorization: ***\r\nTo: y\r\n',
    ],
    ['m=audio 1\na=crypto:1 AES inline:s3cret\na=ice-pwd:s3cret\n', 'm=audio 1\na=crypto: ***\na=ice-pwd: ***\n'],
  ];
  for (const [text, plain] of texts)
    it(`in a text: ${JSON.stringify(text)}`, () => assert.equal(plainText(text), plain));

  const values: [Json, Json][] = [
    [
      { password: 's3cret', user: 'joe' },
      { password: '***', user: 'joe' },
    ],
    [{ password: 4711 }, { password: '***' }],
    [
      { auth: { username: 'joe', agent_id: 's3cret', deep: ['s3cret'] } },
      { auth: { username: '***', agent_id: '***', deep: ['***'] } },
    ],
    [{ options: { apiKey: 's3cret', model: 'x' } }, { options: { apiKey: '***', model: 'x' } }],
    [{ headers: { 'X-Api-Key': 's3cret', COOKIE: 's3cret' } }, { headers: { 'X-Api-Key': '***', COOKIE: '***' } }],
    [{ env_vars: { OPENAI_KEY: 's3cret', LANGUAGE: 'en' } }, { env_vars: { OPENAI_KEY: '***', LANGUAGE: 'en' } }],
    [{ wsAuth: { password: 's3cret' } }, { wsAuth: { password: '***' } }],
    [
      { credentials: '', token: null, hasToken: true },
      { credentials: '', token: null, hasToken: true },
    ],
    [
      { verb: 'dial', target: [{ type: 'sip', auth: { password: 's3cret' } }] },
      { verb: 'dial', target: [{ type: 'sip', auth: { password: '***' } }] },
    ],
    [
      { finishOnKey: '#', numDigits: 1, max_tokens: 100 },
      { finishOnKey: '#', numDigits: 1, max_tokens: 100 },
    ],
    [{ url: 'https://joe:s3cret@example.com' }, { url: 'https://joe:***@example.com' }],
  ];
  for (const [value, plain] of values) {
    it(`in ${JSON.stringify(value)}`, () => {
      // With and without its JSON at hand, as a request and as an answer, deep in another.
      assert.deepEqual(JSON.parse(plainJson(value)!), plain);
      assert.deepEqual(JSON.parse(plainJson(value, JSON.stringify(value))!), plain);
      assert.deepEqual(JSON.parse(plainAnswer(JSON.stringify([{ inner: value }]))), [{ inner: plain }]);
    });
  }

  it('is found however a name is written', () => {
    const json = '{"pass\\u0077ord":"s3cret"}';
    assert.equal(plainAnswer(json), '{"password":"***"}');
    assert.equal(plainJson(JSON.parse(json), json), '{"password":"***"}');
  });
});

describe('The digits that callers type', () => {
  const hidden: [string, object, object][] = [
    [
      'in a hook',
      { type: 'request', url: '/a', body: { digits: '12#', dtmf: '5', numDigits: 3 } },
      { type: 'request', url: '/a', body: { digits: '•••', dtmf: '•', numDigits: 3 } },
    ],
    ['in a query', { type: 'request', url: '/a?digits=12&b=1' }, { type: 'request', url: '/a?digits=•&b=1' }],
    ['on the keypad', { type: 'done', did: 'dtmf', text: '12' }, { type: 'done', did: 'dtmf', text: '••' }],
    ['sent on', { type: 'heard', kind: 'dtmf', text: '12' }, { type: 'heard', kind: 'dtmf', text: '••' }],
    [
      'in an INFO',
      { type: 'request', url: '/a', body: { sip_body: 'Signal=5\r\nDuration=160' } },
      { type: 'request', url: '/a', body: { sip_body: 'Signal=•\r\nDuration=160' } },
    ],
  ];
  for (const [what, event, masked] of hidden) {
    it(`are hidden ${what}`, () => assert.deepEqual(withoutDigits(event as CallEvent), masked));
  }
  const shown: [string, object][] = [
    ['what is said', { type: 'done', did: 'speech', text: '12' }],
    ['keys that the flow presses', { type: 'answer', body: [{ verb: 'dtmf', dtmf: '12' }] }],
    ['kinds of input', { type: 'answer', body: [{ verb: 'gather', input: ['digits'] }] }],
  ];
  for (const [what, event] of shown) {
    it(`are not taken for ${what}`, () => assert.deepEqual(withoutDigits(event as CallEvent), event));
  }
});

class Client extends EventEmitter {
  statusCode = 200;
  ended: unknown;
  end(chunk?: unknown): this {
    this.ended = chunk;
    return this;
  }
}

const node = { id: 'in' };

function receive(trace: Trace, body: Json, answer: string | Buffer = '[{"verb":"hangup"}]', refused = false): Client {
  const client = new Client();
  const req = { method: 'POST', originalUrl: '/a', headers: { host: 'h' }, socket: {}, body } as unknown as Request;
  trace.request(node, req, client as unknown as Response, { body, kind: 'call', arrival: arrivalOf(body), refused });
  client.end(answer);
  return client;
}

/** A request that waits for its answer. */
function open(trace: Trace, body: Json, url = '/a') {
  const client = new Client();
  const req = { method: 'POST', originalUrl: url, headers: { host: 'h' }, socket: {}, body } as unknown as Request;
  const known = { body, kind: 'call' as const, arrival: arrivalOf(body) };
  return { client, recording: trace.request(node, req, client as unknown as Response, known)! };
}

const callBody = (id: string, more: Json = {}): Json => ({
  call_sid: id,
  from: '1',
  to: '2',
  direction: 'inbound',
  call_status: 'trying',
  sip: {},
  ...more,
});

describe('How much is kept of calls', () => {
  const limited = (limits: Partial<Limits>): Trace => new Trace(true, undefined, { ...LIMITS, ...limits });
  const ids = (trace: Trace): string[] => trace.log.list().map(({ id }) => id);
  const filler = (kilobytes: number): string => 'x'.repeat(kilobytes * 512 - 100);

  it('whole old calls make room for new ones', () => {
    const trace = limited({ bytes: 100 * 1024 });
    for (let count = 0; count < 10; count++) receive(trace, callBody(`c${count}`, { text: filler(20) }));
    assert.deepEqual(new Set(ids(trace)), new Set(['c6', 'c7', 'c8', 'c9']));
    for (const id of ids(trace))
      assert.equal(
        trace.log
          .get(id)!
          .events()
          .some(({ type }) => type === 'request'),
        true,
      );
  });

  it('a call that is too long loses its middle, and says so', () => {
    const trace = limited({ callBytes: 200 * 1024 });
    for (let count = 0; count < 100; count++) receive(trace, callBody('c', { count, text: filler(10) }));
    const call = trace.log.get('c')!;
    assert.ok(call.bytes <= 200 * 1024, `${call.bytes}`);
    const events = call.events();
    const numbers = events.flatMap((event) => (event.type === 'request' ? [(event.body as Json).count as number] : []));
    assert.equal(numbers[0], 0);
    assert.equal(numbers.at(-1), 99);
    const note = events.find((event) => event.type === 'alert');
    assert.ok(note, 'it does not say so');
    assert.deepEqual(
      [note.alert, note.text],
      ['trace-shortened', `${100 - numbers.length} requests of this call are not kept: there are too many.`],
    );
    assert.deepEqual(
      events.map(({ seq }) => seq),
      [...new Set(events.map(({ seq }) => seq))].sort((a, b) => a - b),
    );
  });

  it('a body that is too long is left out, the rest of its event is not', () => {
    const trace = limited({});
    receive(trace, callBody('c', { text: 'x'.repeat(300 * 1024) }), `[${' '.repeat(300 * 1024)}]`);
    const [request, answer] = trace.log.get('c')!.events();
    assert.match(
      String(request?.type === 'request' && request.body),
      /^\(\d+ characters, which are too many to be kept\)$/,
    );
    assert.match(String(answer?.type === 'answer' && answer.body), /too many to be kept/);
  });

  for (const sent of [300, 8000]) {
    it(`of ${sent} requests of a call at once only some are kept, and it says so`, () => {
      const trace = limited({});
      for (let count = 0; count < sent; count++) receive(trace, callBody('c', { count }));
      const events = trace.log.get('c')!.events();
      const numbers = events.flatMap((event) =>
        event.type === 'request' ? [(event.body as Json).count as number] : [],
      );
      assert.deepEqual(
        numbers.slice(0, 10),
        Array.from({ length: 10 }, (_, count) => count),
      );
      assert.equal(numbers.at(-1), sent - 1);
      assert.deepEqual(
        numbers,
        numbers.toSorted((a, b) => a - b),
      );
      const notes = events.flatMap((event) => (event.type === 'alert' ? [event.text] : []));
      assert.deepEqual(notes, [`${sent - numbers.length} requests of this call are not kept: there are too many.`]);
      assert.ok(numbers.length < 100, `${numbers.length} are kept`);
    });
  }

  it('of more calls than anybody could look at the last ones are kept, and those whole', () => {
    const trace = limited({});
    const later = { sip: undefined, call_status: 'in-progress', digits: '1' };
    for (let first = 0; first < 5000; first += 10) {
      const calls = Array.from({ length: 10 }, (_, index) => `c${first + index}`);
      for (const id of calls) receive(trace, callBody(id));
      for (const id of calls) receive(trace, callBody(id, later));
      for (const id of calls) receive(trace, callBody(id, later));
    }
    const kept = trace.log.list();
    assert.deepEqual(
      new Set(kept.map(({ id }) => id)),
      new Set(Array.from({ length: LIMITS.calls }, (_, index) => `c${5000 - 1 - index}`)),
    );
    for (const { id } of kept) {
      const types = trace.log
        .get(id)!
        .events()
        .map(({ type }) => type);
      assert.equal(types.filter((type) => type === 'request').length, 3);
      assert.equal(types.filter((type) => type === 'answer').length, 3);
    }
  });

  it('calls that have just begun are kept, also when older ones are heard of in the same moment', () => {
    const trace = limited({});
    const calls = (name: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${name}${n}`);
    const [begun, later] = [calls('old', LIMITS.calls), calls('new', LIMITS.calls)];
    for (const id of begun) receive(trace, callBody(id));
    assert.equal(trace.log.list().length, LIMITS.calls);
    for (const id of later.slice(0, 60)) receive(trace, callBody(id));
    for (const id of begun.slice(60)) receive(trace, callBody(id, { digits: '1' }));
    for (const id of later.slice(60)) receive(trace, callBody(id));
    assert.deepEqual(new Set(trace.log.list().map(({ id }) => id)), new Set(later));
  });

  it('refused requests do not push out calls, however many come at once', () => {
    const trace = limited({});
    receive(trace, callBody('real'));
    for (let count = 0; count < 3000; count++) receive(trace, callBody(`made up ${count}`), '', true);
    assert.equal(trace.log.get('real')?.events().length, 3);
    assert.ok(trace.log.list().length <= 1 + LIMITS.refused);
  });

  it('says of an answer that never came that it did not', () => {
    const trace = limited({});
    const client = new Client();
    const body = callBody('c');
    const req = { method: 'POST', originalUrl: '/a', headers: {}, socket: {}, body } as unknown as Request;
    trace.request(node, req, client as unknown as Response, { body, kind: 'call', arrival: arrivalOf(body) })!.over();
    const answer = trace.log
      .get('c')!
      .events()
      .find(({ type }) => type === 'answer');
    assert.ok(answer?.type === 'answer' && answer.status === undefined && answer.error, JSON.stringify(answer));
  });

  it('nothing of what goes wrong in the trace reaches the call', () => {
    const trace = limited({});
    let nested: unknown = 1;
    for (let depth = 0; depth < 100_000; depth++) nested = [nested];
    assert.equal(receive(trace, callBody('c', { nested })).ended, '[{"verb":"hangup"}]');
  });

  it('an answer that cannot be gone through does not take that of another call along', () => {
    const trace = limited({});
    const deep = `[${'['.repeat(60_000)}"token"${']'.repeat(60_000)}]`;
    receive(trace, callBody('deep'), deep);
    receive(trace, callBody('c'));
    assert.equal(trace.log.get('c')!.events().length, 3);
    assert.ok(trace.log.get('deep')!.events().length > 0);
  });

  it('tells of changes, not more often than ten times a second', async () => {
    const told: unknown[] = [];
    const trace = new Trace(true, (call) => told.push(call));
    for (let count = 0; count < 50; count++) receive(trace, callBody('c'));
    assert.deepEqual(told, []);
    await new Promise((resolve) => setTimeout(resolve, 150));
    assert.deepEqual(told, [{ id: 'c', seq: trace.log.get('c')!.seq }]);
  });
});

describe('What is told of a call', () => {
  const told = (trace: Trace): CallEvent[] => trace.log.get('c')!.events();
  const brief = (events: CallEvent[]): string[] =>
    events.map((event) => `${event.type} ${'request' in event ? event.request : 'id' in event ? event.id : ''}`);

  it('is in the order in which it was', () => {
    const trace = new Trace(true);
    const [first, second] = [open(trace, callBody('c')), open(trace, callBody('c', { digits: '1' }))];
    second.client.end('[]');
    first.client.end('[{"verb":"hangup"}]');
    const order = ['request 1', 'request 2', 'answer 2', 'answer 1'];
    assert.deepEqual(brief(told(trace)).slice(0, 4), order);
    assert.deepEqual(
      told(trace).map(({ seq }) => seq),
      [1, 2, 3, 4, 5, 6],
    );
  });

  it('is there while a request waits, and grows', () => {
    const trace = new Trace(true);
    const { client, recording } = open(trace, callBody('c'));
    assert.deepEqual(brief(told(trace)), ['request 1', 'path 1']);
    recording.received({ id: 'say' }, { _msgid: 'm', jambonz: [] });
    const [, path] = told(trace);
    assert.deepEqual(path?.type === 'path' && path.nodes, ['in', 'say']);
    client.end('[{"verb":"hangup"}]');
    assert.deepEqual(brief(told(trace)), ['request 1', 'answer 1', 'path 1']);
  });

  it('knows the makers of the first verbs, and names no wrong ones, when a message goes round in circles', () => {
    const trace = new Trace(true);
    const { client, recording } = open(trace, callBody('c'));
    const document: Json[] = [];
    for (let round = 0; round < 600; round++) {
      document.push({ verb: 'pause', length: round });
      recording.sent({ id: `n${round}` }, { _msgid: 'm', jambonz: [...document] });
    }
    client.end(JSON.stringify(document));
    const path = told(trace).find(({ type }) => type === 'path');
    assert.ok(path?.type === 'path');
    assert.deepEqual(
      path.verbs.slice(0, 499),
      Array.from({ length: 499 }, (_, round) => `n${round}`),
    );
    assert.deepEqual([...new Set(path.verbs.slice(500))], [null]);
  });

  it('has what a node complains of after the answer', () => {
    const trace = new Trace(true);
    const { client, recording } = open(trace, callBody('c'));
    client.end('[{"verb":"hangup"}]');
    recording.complained({ id: 'out' }, new Error('left out'));
    const seen = (): unknown => told(trace).flatMap((event) => (event.type === 'path' ? (event.errors ?? []) : []));
    assert.deepEqual(seen(), [{ node: 'out', text: 'left out' }]);
    recording.complained({ id: 'say' }, new Error('too'));
    assert.deepEqual(seen(), [
      { node: 'out', text: 'left out' },
      { node: 'say', text: 'too' },
    ]);
  });

  const answers: [what: string, answer: string | Buffer, body: unknown][] = [
    ['a document', '[{"verb":"say","text":"Grüße 😀"}]', [{ verb: 'say', text: 'Grüße 😀' }]],
    ['one in bytes', Buffer.from('[{"verb":"say","text":"Grüße 😀"}]'), [{ verb: 'say', text: 'Grüße 😀' }]],
    ['a text', 'Grüße', 'Grüße'],
    ['nothing', '', undefined],
    ['what is no text', Buffer.from([255, 254]), '(2 bytes)'],
  ];
  for (const [what, answer, body] of answers) {
    it(`is what was asked, whether the answer is ${what}`, () => {
      const trace = new Trace(true);
      const asked = callBody('c', {
        from: 'Zoë 😀',
        speech: '\u0000\u0001',
        call_status: 'in-progress',
        sip: undefined,
      });
      const { client } = open(trace, asked, '/a?b=\u00e9');
      client.end(answer);
      const [request, answered] = told(trace);
      assert.ok(request?.type === 'request' && answered?.type === 'answer');
      assert.deepEqual(request.body, JSON.parse(JSON.stringify(asked)));
      assert.deepEqual([request.url, request.method, request.hook], ['http://h/a?b=\u00e9', 'POST', 'verb:hook']);
      assert.deepEqual([answered.status, answered.body], [200, body]);
      assert.deepEqual(trace.log.list('Zoë').length, 1);
    });
  }
});

describe('Simulated calls', () => {
  it('stay apart, though one tells of the caller of another: an agent takes somebody out of a queue', () => {
    const trace = new Trace(true);
    const summary = (id: string, from: string): CallSummary => ({
      ...{ id, source: 'simulator', direction: 'inbound', from, to: '200', started: 0 },
      ...{ status: 'in-progress', over: false, seq: 0 },
    });
    const caller = summary('caller', '+1555');
    const agent = summary('agent', '+1777');
    trace.simulate(caller);
    trace.simulate(agent);
    const bridged = { type: 'leg', leg: 'caller', kind: 'queue', name: 'support', state: 'bridged' } as const;
    trace.happened(agent, { seq: 1, at: 0, ...bridged });
    trace.happened(caller, { seq: 1, at: 0, ...bridged });
    trace.happened(caller, { seq: 2, at: 9, type: 'end', by: 'caller', because: [] });
    trace.finished('caller');
    trace.happened(agent, { seq: 2, at: 9, type: 'done', did: 'speech', text: 'Hello?' });
    const kept = (id: string): unknown[] => {
      const { from, over, events } = trace.log.get(id)!.record();
      return [from, over, events.map(({ type, order }) => `${type} ${order}`)];
    };
    assert.deepEqual(kept('caller'), ['+1555', true, ['leg 2', 'end 3']]);
    assert.deepEqual(kept('agent'), ['+1777', false, ['leg 1', 'done 4']]);
  });
});

describe('A file of calls', () => {
  it('is read as it was written', () => {
    const trace = new Trace(true);
    receive(trace, callBody('c', { digits: '12' }));
    const record = trace.log.get('c')!.record();
    const [call] = callsIn(JSON.parse(JSON.stringify(fileOf([record], true))));
    assert.deepEqual(call, JSON.parse(JSON.stringify(record)));
    const other = new Trace(true);
    const id = other.import(call!);
    assert.deepEqual(other.log.get(id)!.record(), { ...call, source: 'import' });
    assert.equal(JSON.stringify(fileOf([record], false)).includes('"12"'), false);
  });

  it('counts against what is kept', () => {
    const trace = new Trace(true, undefined, { ...LIMITS, calls: 3 });
    const event = { seq: 1, at: 0, type: 'alert' as const, alert: 'a', text: 't' };
    const record = {
      id: 'x',
      source: 'jambonz' as const,
      direction: 'inbound' as const,
      from: '',
      to: '',
      started: 0,
      status: '',
      over: true,
      seq: 1,
    };
    for (let count = 0; count < 5; count++) trace.import({ ...record, events: [event] });
    assert.equal(trace.log.list().length, 3);
  });

  it('keeps no secret that somebody has written into it', () => {
    const trace = new Trace(true);
    const events = [
      {
        seq: 1,
        at: 0,
        type: 'request',
        id: 1,
        hook: 'session:new',
        method: 'POST',
        url: 'http://a:s3cret@h/',
        body: { password: 's3cret' },
      },
    ];
    const record = {
      id: 'x',
      source: 'jambonz',
      direction: 'inbound',
      from: '',
      to: '',
      started: 0,
      status: '',
      over: true,
      seq: 1,
      events,
    };
    const [call] = callsIn({ format: 'jambonz-calls', version: 1, calls: [record] });
    assert.equal(JSON.stringify(trace.log.get(trace.import(call!))!.record()).includes('s3cret'), false);
  });

  it('is refused when an event lacks what it must have', () => {
    const call = { id: 'x', direction: 'inbound', from: '', to: '', started: 0, status: '', over: true };
    const file = (event: object): unknown => ({
      format: 'jambonz-calls',
      version: 1,
      calls: [{ ...call, events: [event] }],
    });
    const damaged: [object, string][] = [
      [{ type: 'path', at: 0, request: 1, nodes: 'a', verbs: [] }, 'nodes'],
      [{ type: 'end', at: 0, by: 'caller', because: [null] }, 'because'],
      [{ type: 'request', at: 0, id: 1, hook: 'x', method: 'POST' }, 'url'],
      [{ type: 'toString', at: 0 }, 'type'],
      [{ type: 'ask', verbs: 1 }, 'at'],
    ];
    for (const [event, field] of damaged) {
      assert.throws(
        () => callsIn(file(event)),
        (error) => error instanceof FileProblem && error.facts?.field === field,
        field,
      );
    }
  });
});
