import { copyFileSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { startNodeRed, type FlowNode, type NodeRed } from './node-red';

const root = resolve(__dirname, '../..');
const SCREENSHOTS = join(root, 'test/editor/screenshots');
const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'];
const OFFLINE = ['--disable-background-networking', '--disable-component-update'];

/** A value of a dialog's field; `{kind, value}` for a TypedInput. */
export type Shown = Record<string, unknown>;

export interface EditorOptions {
  /** `3.1`, `4.1` or `5.0`. */
  nodeRed: string;
  /** Another major of Node than the one that this Node-RED runs on here. */
  node?: number;
  flow?: readonly FlowNode[];
  /** Start without the palette, to install it while the editor is open. */
  bare?: boolean;
  /** Take the palette as it is built instead of packing and installing it. */
  built?: boolean;
  /** Credentials by node id. */
  credentials?: Record<string, Record<string, string>>;
}

/** Starts Node-RED with the packed palette, as npm installs it. */
export async function startPacked(options: EditorOptions): Promise<NodeRed> {
  const { environmentFor, nodeBinary, nodeFor, nodeRedScript } = await import('../../scripts/runtimes.mjs');
  const { installedPalette } = await import('../../scripts/palette.mjs');
  const node = options.node ? nodeBinary(options.node) : nodeFor(options.nodeRed);
  const place = options.bare || options.built ? undefined : installedPalette();
  return startNodeRed({
    flow: options.flow ?? [],
    nodeRedDir: dirname(nodeRedScript(options.nodeRed)),
    node,
    env: environmentFor(node),
    ...(options.credentials && { credentials: options.credentials }),
    ...(!options.built && {
      install: (userDir: string) => {
        if (!place) return;
        copyFileSync(join(place, 'package.json'), join(userDir, 'package.json'));
        symlinkSync(join(place, 'node_modules'), join(userDir, 'node_modules'));
      },
    }),
  });
}

/** Node-RED, and its editor in a real browser. */
export class Editor {
  /** What went wrong in the page since the last look. */
  private faults: string[] = [];
  private dropped = 0;
  private editing = '';

  private constructor(
    readonly red: NodeRed,
    readonly page: Page,
    private readonly browser: Browser,
    private readonly version: string,
  ) {
    page.on('pageerror', (error) => this.faults.push(error.stack ?? error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.text().includes('Uncaught')) {
        this.faults.push(`${message.text()} ${message.location().url}`);
      }
    });
  }

  static async open(options: EditorOptions): Promise<Editor> {
    const { ensureProgram } = await import('../../scripts/programs.mjs');
    const red = await startPacked(options);
    let browser: Browser | undefined;
    try {
      browser = await chromium.launch({ executablePath: ensureProgram('chromium'), args: [...QUIET, ...OFFLINE] });
      const page = await browser.newPage({ viewport: { width: 1500, height: 1300 }, locale: 'en-US' });
      page.setDefaultTimeout(8_000);
      await page.addInitScript({ path: join(__dirname, 'in-page.js') });
      const editor = new Editor(red, page, browser, options.nodeRed);
      await editor.load();
      return editor;
    } catch (error) {
      await browser?.close();
      await red.stop();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.red.stop();
  }

  /** Leaves every open dialog without saving, after a test that broke off in one. */
  async recover(): Promise<void> {
    await this.page.mouse.up();
    await this.page.evaluate('dialog.leave()');
    await this.page.waitForFunction("document.querySelectorAll('.red-ui-tray').length === 0");
  }

  /** Opens the page, or loads it anew. */
  async load(): Promise<void> {
    await this.page.goto(`${this.red.adminUrl}/`);
    // A machine that runs two browsers at a time may take long over the editor's first seconds.
    await this.page.waitForFunction(
      'typeof RED !== "undefined" && RED.workspaces && RED.workspaces.active() !== 0',
      undefined,
      { timeout: 30_000 },
    );
    // What is animated for a person only costs time.
    await this.page.evaluate('$.fx.off = true');
  }

  /** Throws when the page has reported an error since the last call. */
  checkPage(): void {
    const faults = this.faults;
    this.faults = [];
    if (faults.length > 0) throw new Error(`The page reported:\n${faults.join('\n')}`);
  }

  /** The palette's types, `config` ones or those that can be dragged. */
  types(kind: 'node' | 'config'): Promise<string[]> {
    return this.page.evaluate(`dialog.types('@callflows/node-red-jambonz', ${kind === 'config'})`);
  }

  /** Drags a node from the palette to the next free place; returns its id. */
  async drag(type: string): Promise<string> {
    const { page } = this;
    const known = await page.evaluate<string[]>('RED.nodes.filterNodes({}).map(({id}) => id)');
    const entry = page.locator(`.red-ui-palette-node[data-palette-type="${type}"]`);
    await entry.scrollIntoViewIfNeeded();
    const from = (await entry.boundingBox())!;
    const chart = (await page.locator('#red-ui-workspace-chart').boundingBox())!;
    const place = this.dropped++;
    const x = chart.x + 120 + (place % 4) * 200;
    const y = chart.y + 60 + Math.floor(place / 4) * 70;
    await page.mouse.move(from.x + 30, from.y + from.height / 2);
    await page.mouse.down();
    await page.mouse.move(x - 20, y - 20, { steps: 4 });
    await page.mouse.move(x, y, { steps: 2 });
    await page.mouse.up();
    const found = await page.waitForFunction(
      `RED.nodes.filterNodes({type: ${JSON.stringify(type)}}).find(({id}) => !${JSON.stringify(known)}.includes(id))?.id`,
    );
    return (await found.jsonValue()) as string;
  }

  /** Empties the canvas: a node that is dropped on a wire would become a part of it. */
  async clear(): Promise<void> {
    await this.page.evaluate(
      'RED.nodes.filterNodes({}).forEach(({id}) => RED.nodes.remove(id)); RED.view.redraw(true)',
    );
    this.dropped = 0;
  }

  /** Opens a node's dialog with a double click. */
  async openByHand(id: string): Promise<void> {
    this.editing = id;
    await this.page.locator(`[id="${id}"]`).dblclick();
    await this.settled('node');
  }

  /** Opens the dialog of a node that is on any tab, or of a config node. */
  async openAny(id: string): Promise<void> {
    this.editing = id;
    const config = await this.page.evaluate<boolean>(`RED.nodes.node('${id}')._def.category === 'config'`);
    const type = JSON.stringify((await this.saved(id)).type);
    await this.page.evaluate(
      config ? `RED.editor.editConfig('', ${type}, '${id}')` : `RED.editor.edit(RED.nodes.node('${id}'))`,
    );
    await this.settled(config ? 'config' : 'node');
  }

  private async settled(kind: 'node' | 'config'): Promise<void> {
    await this.page.locator(kind === 'node' ? '#node-dialog-ok' : '#node-config-dialog-ok').waitFor();
    await this.page.waitForFunction('dialog.atRest()');
  }

  /** Clicks Done, also in a config node's dialog, and waits until the dialog has gone. */
  async done(kind: 'node' | 'config' = 'node'): Promise<void> {
    const tray = await this.page.locator('.red-ui-tray').last().elementHandle();
    await this.page.locator(kind === 'node' ? '#node-dialog-ok' : '#node-config-dialog-ok').click();
    await tray.waitForElementState('hidden');
    await tray.dispose();
  }

  /** Fills in the dialog on top, and a config node for every field that wants one; returns what it shows then. */
  async fill(turn: number): Promise<Shown> {
    await this.page.evaluate('dialog.unfold()');
    const references = await this.page.evaluate<string[]>(`dialog.references('${this.editing}')`);
    for (const field of references) {
      const select = this.page.locator(`select[id="node-input-${field}"]`);
      if ((await select.count()) === 0 || !(await select.isVisible())) continue;
      const existing = await this.page.evaluate<string[]>(`dialog.configs('${field}')`);
      if (existing[0]) await select.selectOption(existing[0]);
      else await this.addConfig(field, turn);
    }
    return this.page.evaluate(`dialog.fillAll(${turn}, ${JSON.stringify(references)})`);
  }

  private async addConfig(field: string, turn: number): Promise<void> {
    await this.page.locator(`[id="node-input-btn-${field}-add"], [id="node-input-lookup-${field}"]`).first().click();
    await this.settled('config');
    await this.page.evaluate(`dialog.fillAll(${turn}, [])`);
    await this.screenshot(
      await this.page.evaluate<string>(`RED.nodes.node('${this.editing}')._def.defaults['${field}'].type`),
    );
    await this.done('config');
    await this.settled('node');
  }

  /** What the dialog on top shows. */
  read(): Promise<Shown> {
    return this.page.evaluate('dialog.read()');
  }

  /** The fields that the dialog on top marks as wrong. */
  wrong(): Promise<string[]> {
    return this.page.evaluate('dialog.wrong()');
  }

  /** A node as the editor would deploy it. */
  saved(id: string): Promise<FlowNode> {
    return this.page.evaluate(`dialog.saved('${id}')`);
  }

  /** What the editor finds wrong with a saved node. */
  problems(id: string): Promise<string[]> {
    return this.page.evaluate(`RED.nodes.node('${id}').valid ? [] : RED.nodes.node('${id}').validationErrors`);
  }

  /** Keeps the dialog on top as a picture, light and dark. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    const tray = this.page.locator('.red-ui-tray').last();
    const file = `${name.replaceAll(/\W+/g, '-')}-${this.version}`;
    for (const theme of ['light', 'dark']) {
      await this.page.evaluate(`dialog.dark(${theme === 'dark'})`);
      await tray.screenshot({ path: join(SCREENSHOTS, `${file}-${theme}.png`) });
    }
    await this.page.evaluate('dialog.dark(false)');
  }

  /** What a new node of a type has. */
  initial(type: string): Promise<Record<string, unknown>> {
    return this.page.evaluate(`dialog.initial(${JSON.stringify(type)})`);
  }

  /** Keeps the dialog on top as a picture of the documentation: light, and no longer than what is in it. */
  async draw(path: string): Promise<void> {
    await this.page.setViewportSize({ width: 1200, height: 2600 });
    await this.page.evaluate('dialog.settle()');
    await this.page.screenshot({ path, clip: await this.page.evaluate('dialog.frame()'), animations: 'disabled' });
  }

  /** Clicks Deploy and waits until the flows run. */
  async deploy(): Promise<void> {
    // The answer comes before the flows run.
    const running = this.red.nextLine(/Started (modified )?(flows|nodes)/);
    running.catch(() => undefined);
    const answered = this.page.waitForResponse((answer) => {
      return answer.request().method() === 'POST' && new URL(answer.url()).pathname.endsWith('/flows');
    });
    await this.page.locator('#red-ui-header-button-deploy').click();
    // The editor asks again when a node is not configured or not known.
    const confirm = this.page
      .locator('#node-dialog-confirm-deploy-deploy, .red-ui-notification button.primary')
      .first();
    const answer = await Promise.race([
      answered,
      confirm.waitFor({ timeout: 10_000 }).then(
        () => confirm.click().then(() => answered),
        () => answered,
      ),
    ]);
    if (!answer.ok()) throw new Error(`deploy: ${answer.status()} ${await answer.text()}`);
    await running;
  }

  /** The flows that Node-RED runs. */
  async flows(): Promise<FlowNode[]> {
    const answer = await fetch(`${this.red.adminUrl}/flows`, { headers: { 'Node-RED-API-Version': 'v2' } });
    return ((await answer.json()) as { flows: FlowNode[] }).flows;
  }

  /** Imports a flow through the import dialog, onto a new tab unless it brings its own. */
  async import(flow: readonly FlowNode[]): Promise<void> {
    const { page } = this;
    await page.evaluate("RED.actions.invoke('core:show-import-dialog')");
    const text = page.locator('#red-ui-clipboard-dialog-import-text');
    await text.fill(JSON.stringify(flow));
    // The dialog looks at the text when a key comes up.
    await text.press('End');
    await page.locator('#red-ui-clipboard-dialog-import-opt-new').click();
    await page.locator('#red-ui-clipboard-dialog-ok:not([disabled])').click();
    await page.waitForFunction(`RED.nodes.node('${flow.find(({ type }) => type !== 'tab')!.id}') !== null`);
    // Nodes without a tab of their own hang on the mouse until they are put somewhere.
    if (await page.evaluate<boolean>('RED.view.state() === RED.state.IMPORT_DRAGGING')) {
      const chart = (await page.locator('#red-ui-workspace-chart').boundingBox())!;
      await page.mouse.move(chart.x + 500, chart.y + 300, { steps: 2 });
      await page.mouse.click(chart.x + 500, chart.y + 300);
      await page.waitForFunction('RED.view.state() !== RED.state.IMPORT_DRAGGING');
    }
  }
}
