import type { ConfigNode } from '../../shared/config-diff/tree.ts';
import type { XmlElement } from './xml.ts';

/** An element as plain data. Children of one name stand together, where the first of them stood. */
export function configTree(element: XmlElement, name = 'domain'): ConfigNode {
  return {
    name,
    attributes: element.attributes,
    children: element.childNames.flatMap((child) => element.all(child).map((each) => configTree(each, child))),
    text: element.text.trim(),
  };
}
