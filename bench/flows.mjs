// The flows under test: a webhook that speaks and then collects a digit, which comes back by a result port. The call
// has variables.

/** A node without a place would be taken for a config node. */
const placed = (flow) => flow.map((node) => (node.z ? { x: 100, y: 100, ...node } : node));

const tab = (id) => ({ id, type: 'tab', label: id });
const voice = { vendor: 'default', lang: 'default', voice: 'default' };

/** webhook in -> say -> gather -> webhook out, and as many more webhooks as wanted. */
export function palette({ check, text = 'Thank you for calling.', webhooks = 1 } = {}) {
  const others = Array.from({ length: webhooks - 1 }, (_, n) => ({
    id: `in${n}`,
    type: 'webhook in',
    z: 'others',
    method: 'post',
    url: `/other/${n}`,
    wires: [[]],
  }));
  return placed([
    tab('ours'),
    tab('others'),
    ...others,
    { id: 'in', type: 'webhook in', z: 'ours', method: 'post', url: '/answer', wires: [['say']] },
    { id: 'say', type: 'say', z: 'ours', ...voice, text, wires: [['gather']] },
    {
      id: 'gather',
      type: 'gather',
      z: 'ours',
      ...voice,
      results: 'ports',
      ports: ['next', 'digits', 'no-input'],
      dtmfinput: true,
      numdigits: '1',
      prompttype: 'say',
      text: 'Press one for sales or two for support.',
      wires: [['out'], ['out'], ['out']],
    },
    { id: 'out', type: 'webhook out', z: 'ours', ...(check && { check }), wires: [] },
    ...variables,
    ...keys,
  ]);
}

/** http in -> function -> http response with the same document. */
export function core(document) {
  return placed([
    tab('core'),
    { id: 'in', type: 'http in', z: 'core', method: 'post', url: '/answer', wires: [['function']] },
    {
      id: 'function',
      type: 'function',
      z: 'core',
      func: `msg.payload = ${JSON.stringify(document)};\nreturn msg;`,
      outputs: 1,
      wires: [['out']],
    },
    { id: 'out', type: 'http response', z: 'core', wires: [] },
    ...keys,
  ]);
}

/** POST /variables leaves some with the call. */
const variables = [
  tab('variables'),
  { id: 'vin', type: 'webhook in', z: 'variables', method: 'post', url: '/variables', wires: [['vset']] },
  {
    id: 'vset',
    type: 'function',
    z: 'variables',
    func: "msg.vars = { caller: { name: 'Ada', since: 1843 }, language: 'en' };\nreturn msg;",
    outputs: 1,
    wires: [['vout']],
  },
  { id: 'vout', type: 'webhook out', z: 'variables', wires: [] },
];

/** POST /keys/1000 puts as many keys into the global context. */
const keys = [
  tab('keys'),
  { id: 'kin', type: 'http in', z: 'keys', method: 'post', url: '/keys/:count', wires: [['kset']] },
  {
    id: 'kset',
    type: 'function',
    z: 'keys',
    func: "for (let n = 0; n < msg.req.params.count; n++) global.set('key' + n, { n, text: 'value ' + n });\nreturn msg;",
    outputs: 1,
    wires: [['kout']],
  },
  { id: 'kout', type: 'http response', z: 'keys', wires: [] },
];
