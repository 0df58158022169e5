const OWN = '@callflows/node-red-jambonz';
const CATALOG = `${OWN}/jambonz-auth:`;

/**
 * Tells the user, once per page, when another installed palette has node types of this one. Node-RED
 * then runs those that were registered first: the other palette's until the next start when this one
 * has just been installed, afterwards those of the package whose name comes first. The editor shows
 * this palette's dialogs in either case.
 */
export function warnOfClash(): void {
  if (RED.workspaces.active()) later();
  // The first tab is shown when everything has been loaded; 3.1 has no event that says so.
  else RED.events.on('workspace:change', later);
}

let isPlanned = false;

/** The sets of a palette that is being installed arrive one by one. */
function later(): void {
  if (!isPlanned) setTimeout(check, 1000);
  isPlanned = true;
}

function check(): void {
  const own = new Set(typesOf(OWN));
  for (const name of Object.keys(RED.nodes.registry.getModuleList())) {
    const shared = name === OWN ? [] : typesOf(name).filter((type) => own.has(type));
    if (shared.length > 0) notify(name, shared);
  }
}

function typesOf(module: string): string[] {
  const { sets = {} } = RED.nodes.registry.getModule(module) ?? {};
  return Object.values(sets).flatMap(({ types, enabled }) => (enabled ? types : []));
}

function notify(owner: string, types: string[]): void {
  const text = RED._(`${CATALOG}common.clash.text`, { own: OWN, owner, types: types.join(', ') });
  const notification = RED.notify($('<p>').text(text), {
    type: 'warning',
    fixed: true,
    buttons: [{ text: RED._(`${CATALOG}common.clash.close`), click: () => notification.close() }],
  });
}
