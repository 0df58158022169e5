import { loadProperties } from './properties';

const MODULE = '@callflows/node-red-jambonz';

/**
 * Looks at the nodes again once it is known which version of jambonz has which property: the editor
 * validates when it loads the flows, and when a node itself changes, not when its server does.
 */
export function checkVersions(): void {
  void loadProperties().done(() => {
    revalidate();
    RED.events.on('flows:loaded', revalidate);
    RED.events.on('nodes:change', (node) => {
      if (node.type === 'jambonz_auth' || node.type === 'tab') revalidate();
    });
  });
}

function revalidate(): void {
  RED.nodes.eachNode((node) => {
    if (RED.nodes.registry.getNodeSetForType(node.type)?.module === MODULE) RED.editor.validateNode(node);
    return true;
  });
  RED.view.redraw();
}
