import type { Node, NodeAPI, NodeDef } from 'node-red';
import { callsOf } from '../src/call/calls';
import { asVars } from '../src/call/variables';

export = (RED: NodeAPI): void => {
  function CallEnd(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const stop = callsOf(RED).onEnd({
      ended: ({ call, stored, reason, duration }) => {
        this.send({ vars: asVars(stored), call: { ...call }, reason, duration });
      },
      untold: (now) => {
        this.status(now ? { fill: 'yellow', shape: 'ring', text: 'call-end.status.untold' } : {});
      },
    });
    this.on('close', (_removed: boolean, done: () => void) => {
      stop();
      done();
    });
  }

  RED.nodes.registerType('jambonz call end', CallEnd);
};
