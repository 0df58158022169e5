import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Editor } from '../support/editor';
import type { FlowNode } from '../support/node-red';

const root = resolve(__dirname, '../..');
const IMAGES = join(root, 'docs/images');
/** `npm run docs` sets it: pictures are made then, not only possible. */
const isDrawing = process.env.PICTURES === '1';
/** They need jambonz 10, which the tab that they are on says. */
const NEWER = ['jambonz-agent', 'jambonz-room', 'jambonz-transfer'];

type Settings = Record<string, unknown>;

/** What the dialogs of the documentation show, by node set. */
const pictured = JSON.parse(readFileSync(join(root, 'test/data/pictured.json'), 'utf8')) as Record<string, Settings>;

const CREDENTIALS: Record<string, Settings> = {
  'jambonz-auth': { accountSid: 'bed525b4-af09-40d2-9fe7-cdf6ae577c69', apiToken: 'secret', webhookSecret: 'secret' },
  'jambonz-s2s': { apiKeySecret: 'OPENAI_API_KEY' },
  'user-auth': { passwordSecret: 'password' },
  'aws-auth': { accessKey: 'AKIAEXAMPLE', secretAccessKey: 'secret' },
};
const IDS: Record<string, string> = { 'jambonz-auth': 'pictured-server', 'aws-auth': 'pictured-aws' };

const idOf = (set: string): string => IDS[set] ?? `pictured-${set}`;

describe('The dialogs of the documentation', function () {
  this.timeout(30_000);
  let editor: Editor;

  before(async function () {
    this.timeout(300_000);
    editor = await Editor.open({ nodeRed: '4.1' });
    // There is no account whose applications and voices could be offered.
    await editor.page.route('**/_jambonz/account/**', (route) => route.fulfill({ json: { ok: true, items: [] } }));
    const nodes = await flow(editor);
    // An open editor stumbles over messages from a tab that it does not know yet.
    await editor.page.goto('about:blank');
    await editor.red.deploy(nodes);
    await editor.load();
    mkdirSync(IMAGES, { recursive: true });
  });
  after(() => editor.close());
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await editor.recover();
    editor.checkPage();
  });

  for (const [set, settings] of Object.entries(pictured)) {
    it(`${set}: every setting is one that the node has, and right`, async () => {
      const id = idOf(set);
      const saved = await editor.saved(id);
      assert.deepEqual(
        Object.keys(settings).filter((name) => !(name in saved)),
        [],
      );
      assert.deepEqual(await editor.problems(id), []);
      if (isDrawing) await draw(editor, set);
    });
  }
});

describe('The flow of the documentation', function () {
  this.timeout(300_000);

  it('fits on the picture', async () => {
    const file = join(root, 'examples/IVR menu.json');
    const flow = JSON.parse(readFileSync(file, 'utf8')) as FlowNode[];
    const editor = await Editor.open({ nodeRed: '4.1', flow });
    try {
      await editor.page.evaluate("$('#red-ui-sidebar').is(':visible') && RED.actions.invoke('core:toggle-sidebar')");
      const chart = (await editor.page.locator('#red-ui-workspace-chart').boundingBox())!;
      const clip = { x: chart.x, y: chart.y, width: 1340 - Math.max(0, chart.x + 1340 - 1500), height: 420 };
      assert.deepEqual(
        flow.filter(({ x, y }) => Number(x ?? 0) + 40 > 1340 || Number(y ?? 0) > 400).map(({ id }) => id),
        [],
      );
      await editor.page.waitForLoadState('networkidle');
      if (isDrawing) await editor.page.screenshot({ path: join(IMAGES, 'ivr.png'), clip });
    } finally {
      await editor.close();
    }
  });
});

/** What the phone does is tested elsewhere. */
if (isDrawing) {
  for (const { version, theme, names } of [
    { version: '4.1', theme: 'light', names: { phone: 'panel-phone', timeline: 'panel-timeline' } },
    { version: '5.0', theme: 'dark', names: { phone: 'panel-dark' } },
  ] as { version: string; theme: string; names: { phone: string; timeline?: string } }[]) {
    it(`The phone of the documentation, ${theme}`, async function () {
      this.timeout(300_000);
      const flow = JSON.parse(readFileSync(join(root, 'examples/IVR menu.json'), 'utf8')) as FlowNode[];
      const editor = await Editor.open({ nodeRed: version, flow });
      try {
        await drawPhone(editor, theme === 'dark', names);
      } finally {
        await editor.close();
      }
    });
  }
}

/** Calls the menu until the sales agent's telephone rings, and gives up then. */
async function drawPhone(
  editor: Editor,
  isDark: boolean,
  { phone, timeline }: { phone: string; timeline?: string },
): Promise<void> {
  const { page } = editor;
  const part = (name: string): ReturnType<typeof page.locator> => page.locator(`.jambonz-panel [data-part="${name}"]`);
  const heard = (text: string): Promise<void> => page.locator('.jambonz-bubble', { hasText: text }).last().waitFor();
  await page.setViewportSize({ width: 1460, height: 860 });
  if (isDark) {
    await page.evaluate('dialog.dark(true)');
    // Node-RED 5 shows the debug messages below.
    await page.evaluate(
      "RED.actions.invoke('core:show-debug-tab'); document.querySelector('[data-tab-id=debug]').click()",
    );
  } else await page.evaluate("document.getElementById('red-ui-main-container').classList.add('red-ui-palette-closed')");
  await page.evaluate("RED.actions.invoke('jambonz:show-phone')");
  await part('plans').locator('summary').click();
  await part('plans').locator('select').first().selectOption('by hand');
  await part('plans').locator('summary').click();
  await part('call').click();
  await heard('For sales');
  await page.locator('.jambonz-keypad [data-key="1"]').click();
  await page.locator('.jambonz-parties > li').waitFor();
  await page.mouse.move(10, 10);
  await page.waitForTimeout(1000);
  await page.screenshot({ path: join(IMAGES, `${phone}.png`), animations: 'disabled' });
  await page.locator('.jambonz-parties button', { hasText: 'Decline' }).click();
  await heard('Nobody is free');
  await part('hangup').click();
  await page.locator('.jambonz-ending').waitFor();
  if (timeline === undefined) return;
  await page.setViewportSize({ width: 1460, height: 1240 });
  await page.evaluate("$('#red-ui-sidebar').width(420); $('#red-ui-workspace').css('right', 427)");
  await page.locator('.jambonz-tabs [data-view="timeline"]').click();
  await page.locator('.jambonz-timeline').evaluate((element) => (element.scrollTop = 0));
  await page.locator('.jambonz-panel').screenshot({ path: join(IMAGES, `${timeline}.png`), animations: 'disabled' });
}

/** A node of each set, with what a new one would have besides the settings. */
async function flow(editor: Editor): Promise<FlowNode[]> {
  const nodes: FlowNode[] = [
    { id: 'pictured-tab', type: 'tab', label: 'Hotel' },
    {
      id: 'pictured-tab-10',
      type: 'tab',
      label: 'jambonz 10',
      env: [{ name: 'JAMBONZ_VERSION', value: '10', type: 'str' }],
    },
  ];
  for (const [set, settings] of Object.entries(pictured)) {
    const type = typeOf(set);
    const place = type.endsWith('_auth')
      ? {}
      : { z: NEWER.includes(set) ? 'pictured-tab-10' : 'pictured-tab', wires: [[]] };
    const credentials = CREDENTIALS[set] ? { credentials: CREDENTIALS[set] } : {};
    nodes.push({ ...(await editor.initial(type)), ...settings, ...place, ...credentials, id: idOf(set), type });
  }
  // The dialogs warn of a path on which nobody listens.
  const paths = new Set(JSON.stringify(pictured).match(/(?<=")\/[\w/-]+(?=")/g));
  for (const url of paths) {
    nodes.push({ id: `pictured-at${url}`, type: 'webhook in', method: 'post', url, z: 'pictured-tab', wires: [[]] });
  }
  return nodes;
}

function typeOf(set: string): string {
  const page = readFileSync(join(root, 'nodes', `${set}.html`), 'utf8');
  return /data-template-name="([^"]+)"/.exec(page)![1]!;
}

async function draw(editor: Editor, set: string): Promise<void> {
  await editor.openAny(idOf(set));
  if (set === 'webhook-in') {
    await editor.page.locator('[data-connect] > summary').click();
    await editor.page.locator('[data-part="address"]', { hasText: '/hotel' }).waitFor();
    await editor.page.locator('#webhook-in-connect-application').fill('Hotel');
  }
  await editor.draw(join(IMAGES, `${set}.png`));
  await editor.recover();
}
