import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import express = require('express');
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { resultPorts } from '../../src/results/ports';

describe('result ports while flows start', () => {
  it('are not open before it is known whether a request must be signed', async () => {
    const app = express();
    const events = new EventEmitter();
    const config = { id: 'ask', type: 'gather', results: 'ports', ports: ['next', 'digits'], wires: [[], []] };
    const RED = {
      settings: {},
      httpNode: app,
      events,
      nodes: { eachNode: (look: (node: object) => void) => look(config) },
      _: (key: string) => key,
    } as unknown as NodeAPI;
    const node = Object.assign(new EventEmitter(), config, { status: () => undefined }) as unknown as Node;
    resultPorts(RED, node, config as unknown as NodeDef);
    const server = app.listen(0, '127.0.0.1');
    try {
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const ask = () =>
        fetch(`http://127.0.0.1:${port}/_jambonz/results/ask/action`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"reason":"dtmfDetected","digits":"1"}',
        });
      assert.equal((await ask()).status, 503);
      events.emit('flows:started');
      assert.equal(await (await ask()).text(), '[]');
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});
