import { isLoaded, pathOfText, propertyAt, textOfPath, versionOfVerbs, type Platform } from './properties';

/** What a type's form says about the verbs it makes, read from its template once. */
interface Arrangement {
  verbs: string[];
  /** The path in the verb, by the node's property (`data-verb="recognizer.vendor"`). */
  paths: Map<string, string[]>;
  /** The node's properties, by the text of the path. */
  fields: Map<string, string[]>;
}

const arrangements = new Map<string, Arrangement>();

/** The verbs and the arranged properties of a node's type. */
export function arrangementOf(type: string): Arrangement {
  const known = arrangements.get(type);
  if (known) return known;
  const template = $('<div>').html($(`script[data-template-name="${type}"]`).html() || '');
  const paths = new Map<string, string[]>();
  const fields = new Map<string, string[]>();
  template.find('[data-verb]').each((_index, element) => {
    const property = element.id.replace(/^node-input-/, '').replace(/-container$/, '');
    const path = pathOfText(element.dataset.verb ?? '');
    paths.set(property, path);
    fields.set(textOfPath(path), [...(fields.get(textOfPath(path)) ?? []), property]);
  });
  const verbs = (template.find('[data-more]').attr('data-more') ?? '').split(' ').filter(Boolean);
  const arrangement = { verbs, paths, fields };
  arrangements.set(type, arrangement);
  return arrangement;
}

/** Whether a version of jambonz lacks what a field sets. False while the catalog is not there. */
export function isUnknownField(node: EditorNode, property: string, platform: Platform | undefined): boolean {
  const { verbs, paths } = arrangementOf(node.type);
  const path = paths.get(property);
  if (!path || !platform || !isLoaded()) return false;
  return isUnknown(verbs, path, platform);
}

/** Whether a version of jambonz lacks a property. The verb itself may be what it lacks. */
export function isUnknown(verbs: readonly string[], path: readonly string[], platform: Platform): boolean {
  if (!isLoaded()) return false;
  const only = versionOfVerbs(verbs);
  if (only && only !== platform) return false;
  const located = propertyAt(verbs, path);
  if (located) return located.version !== undefined && located.version !== platform;
  return !hasOpenParent(verbs, path);
}

/** An object whose properties nobody lists takes any. */
function hasOpenParent(verbs: readonly string[], path: readonly string[]): boolean {
  for (let length = path.length - 1; length > 0; length--) {
    const parent = propertyAt(verbs, path.slice(0, length));
    if (parent) return parent.property.p === undefined && parent.property.i?.p === undefined;
  }
  return false;
}

/** The visible field of a form that sets a property, if there is one. */
export function fieldFor(
  type: string,
  path: readonly string[],
  isVisible: (property: string) => boolean,
): string | undefined {
  return arrangementOf(type).fields.get(textOfPath(path))?.find(isVisible);
}
