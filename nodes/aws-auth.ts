import type { Node, NodeAPI, NodeDef } from 'node-red';

/** The keys for `lex`, in the official palette until 2.5.3. */
export = (RED: NodeAPI): void => {
  function AwsAccess(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
  }

  RED.nodes.registerType('aws_auth', AwsAccess, {
    credentials: {
      accessKey: { type: 'text' },
      secretAccessKey: { type: 'password' },
    },
  });
};
