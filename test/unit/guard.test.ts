import { strict as assert } from 'node:assert';
import { isPlainFunction, isSettled } from '../../src/guard/settled';
import { suitableAnswer } from '../../src/guard/guard';
import { retryOf, withRetry } from '../../src/editor/retry';

describe('What a node has done with a message when it says that it is done', () => {
  const done = [
    'return msg;',
    'if (msg.call.digits === "1") return [msg, null];\nreturn [null, msg];',
    'msg.jambonz = [{ verb: "say", text: "Thanks, we will send a text on this, then hang up" }]; return msg;',
    'const name = flow.get("name"); flow.set("last", msg.call.from); return { ...msg, payload: name };',
    'node.warn("seen " + msg.req.params.tenant); node.error("no", msg);',
    'const call = msg["call"]; return call.from ? msg : null',
    'msg.payload = global.get("names").map((name) => name.trim()); return msg;',
  ];
  const perhapsLater = [
    'node.send(msg);',
    'setTimeout(() => node.send(msg), 10);',
    'const { send } = node; send(msg);',
    'const s = node["send"]; s(msg);',
    'await later(); return msg;',
    'return ask().then(() => msg);',
    'flow.set("kept", msg);',
    'const q = context.get("q"); q.push(msg);',
    'context.queue.push(msg.payload)',
    'global.get("bus").emit("x", msg);',
    'saved = msg; return null;',
    'saved = { ...msg };',
    'kept = RED.util.cloneMessage(msg);',
    'const { res } = msg; return null;',
    'msg.res.status(200).send("x");',
    'const id = msg._msgid;',
    'const r = msg.req; r.later();',
    'const r = msg[name];',
    'keep(arguments);',
    '__send__(1);',
  ];
  for (const func of done) it(`all, in the function: ${func}`, () => assert.equal(isPlainFunction(func), true));
  for (const func of perhapsLater) {
    it(`perhaps not, in the function: ${func}`, () => assert.equal(isPlainFunction(func), false));
  }

  const change = (rule: object): boolean => isSettled({ type: 'change', constructor: Object, rules: [rule] });
  for (const [rule, settled] of [
    [{ t: 'set', pt: 'msg', p: 'x', to: '1', tot: 'str' }, true],
    [{ t: 'set', pt: 'flow', p: 'x', to: 'call.from', tot: 'msg' }, true],
    [{ t: 'set', pt: 'flow', p: 'x', to: 'res', tot: 'msg' }, false],
    [{ t: 'set', pt: 'global', p: 'x', to: '["req"]', tot: 'msg' }, false],
    [{ t: 'set', pt: 'flow', p: 'x', to: '', tot: 'msg' }, false],
    [{ t: 'set', pt: 'flow', p: 'x', to: '$$', tot: 'jsonata' }, false],
    [{ t: 'move', pt: 'msg', p: 'res', to: 'kept', tot: 'flow' }, false],
    [{ t: 'delete', pt: 'flow', p: 'x' }, true],
  ] as const) {
    it(`${settled ? 'all' : 'perhaps not'}, in the change node: ${JSON.stringify(rule)}`, () => {
      assert.equal(change(rule), settled);
    });
  }

  it('perhaps not, in a node of which nothing is known', () => {
    assert.equal(isSettled({ type: 'delay', constructor: Object }), false);
    assert.equal(isSettled({ type: 'somebody-elses', constructor: class {} }), false);
  });
});

describe('The answer that suits a request', () => {
  it('declines only the first request of an inbound call', () => {
    const decline = [{ verb: 'sip:decline', status: 503 }];
    const first = { direction: 'inbound', call_status: 'trying', sip: {} };
    assert.deepEqual(suitableAnswer('call', first), decline);
    assert.deepEqual(suitableAnswer('call', { ...first, sip: undefined }), []);
    assert.deepEqual(suitableAnswer('call', { ...first, direction: 'outbound' }), []);
    assert.deepEqual(suitableAnswer('call', 'text'), []);
  });
});

describe('How often jambonz tries an address again', () => {
  const url = 'https://flows.example.com/next?a=1';
  for (const [address, retry, written] of [
    [url, { tries: 0, on: 'ct' }, url],
    [`${url}#rc=2&rp=ct,5xx`, { tries: 2, on: 'ct,5xx' }, `${url}#rc=2&rp=ct,5xx`],
    [`${url}#rc=3`, { tries: 3, on: 'ct' }, `${url}#rc=3&rp=ct`],
    [`${url}#top&rp=all&rc=9`, { tries: 5, on: 'all' }, `${url}#top&rc=5&rp=all`],
    ['https://{{host}}/x#rc=1&rp=4xx', { tries: 1, on: '4xx' }, 'https://{{host}}/x#rc=1&rp=4xx'],
  ] as const) {
    it(address, () => {
      assert.deepEqual(retryOf(address), retry);
      assert.equal(withRetry(address, retry), written);
      assert.equal(withRetry(withRetry(address, { tries: 0, on: 'ct' }), retry), written);
    });
  }
});
