import type { View } from './model';

const SVG = 'http://www.w3.org/2000/svg';
const HOOK = 'jambonz-call';

interface Mark {
  order: number;
  times: number;
  isLatest: boolean;
  isRunning: boolean;
}

/** Where Node-RED's drawing keeps what an element stands for. */
interface Drawn extends Element {
  __data__?: { source?: { id: string }; target?: { id: string } };
}

/**
 * Shows on the canvas which way a call goes: nodes and wires get classes and a badge with their
 * place in the order. Only the drawing is touched, never a node.
 */
export class Canvas {
  private marks = new Map<string, Mark>();
  private wires = new Set<string>();
  private readonly redraw = (): void => {
    if (this.marks.size > 0) this.draw();
  };

  constructor() {
    // A node gets a new drawing when its tab is opened, and another size when it gets another name.
    for (const event of ['viewAddNode', 'viewRedrawNode']) {
      RED.hooks.add(`${event}.${HOOK}`, ({ node, el }) => {
        if (this.marks.size > 0) this.mark(el, this.marks.get(node.id));
      });
    }
    RED.events.on('workspace:change', () => setTimeout(this.redraw, 0));
  }

  /** Shows a call, or none. */
  show(view: View | undefined, paths: readonly (readonly string[])[]): void {
    const latest = new Set(view?.latest);
    const running = new Set(view?.end ? [] : view?.running);
    this.marks = new Map(
      (view?.passed ?? []).map(({ node, times }, index) => [
        node,
        { order: index + 1, times, isLatest: latest.has(node), isRunning: running.has(node) },
      ]),
    );
    this.wires = new Set(paths.flatMap((nodes) => nodes.slice(1).map((node, index) => `${nodes[index]} ${node}`)));
    this.draw();
  }

  remove(): void {
    this.show(undefined, []);
    RED.hooks.remove(`*.${HOOK}`);
  }

  private draw(): void {
    for (const element of document.querySelectorAll('.jambonz-passed')) {
      if (!this.marks.has(element.id)) this.mark(element, undefined);
    }
    for (const [id, mark] of this.marks) {
      const element = document.getElementById(id);
      if (element) this.mark(element, mark);
    }
    for (const element of document.querySelectorAll<Drawn>('.red-ui-flow-link')) {
      const { source, target } = element.__data__ ?? {};
      element.classList.toggle('jambonz-passed-wire', this.wires.has(`${source?.id} ${target?.id}`));
    }
  }

  private mark(element: Element, mark: Mark | undefined): void {
    element.classList.toggle('jambonz-passed', mark !== undefined);
    element.classList.toggle('jambonz-latest', mark?.isLatest === true);
    element.classList.toggle('jambonz-running', mark?.isRunning === true);
    const label = mark && `${mark.isRunning ? '▶ ' : ''}${mark.order}${mark.times > 1 ? ` ×${mark.times}` : ''}`;
    const old = element.querySelector(':scope > .jambonz-badge');
    if (!label) old?.remove();
    else if (old?.textContent !== label) {
      old?.remove();
      element.append(badge(label));
    }
  }
}

function badge(label: string): SVGElement {
  const group = draw('g', { class: 'jambonz-badge' });
  const width = 10 + label.length * 6;
  const words = draw('text', { x: width / 2 - 6, y: 3.5, 'text-anchor': 'middle' });
  words.textContent = label;
  group.append(draw('rect', { x: -6, y: -8, width, height: 16, rx: 8 }), words);
  return group;
}

function draw(name: string, attributes: Record<string, string | number>): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  return element;
}
