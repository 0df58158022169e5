import type { Node, NodeAPI, NodeDef } from 'node-red';

/** A placeholder, so that flows which have this node import and deploy; in the official palette until 2.5.3. */
export = (RED: NodeAPI): void => {
  function AudioIn(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    this.warn(RED._('audio-in.warning.log'));
    // A status that is set before the flow runs does not reach a Status node.
    const later = setImmediate(() => this.status({ fill: 'grey', shape: 'ring', text: 'audio-in.status.gone' }));
    this.on('close', (_removed: boolean, done: () => void) => {
      clearImmediate(later);
      done();
    });
  }

  RED.nodes.registerType('audio in', AudioIn);
};
