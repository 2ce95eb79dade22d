/** One element of a domain's XML, as plain data. `text` is trimmed; children keep the order in which they were told. */
export interface ConfigNode {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly ConfigNode[];
  readonly text: string;
}

/** The first element at the end of a path of names. */
export function nodeAt(node: ConfigNode | undefined, ...path: readonly string[]): ConfigNode | undefined {
  let found = node;
  for (const name of path) found = found?.children.find((child) => child.name === name);
  return found;
}

/** An attribute of the element at the end of a path. */
export function attributeAt(node: ConfigNode, path: readonly string[], attribute: string): string | undefined {
  return nodeAt(node, ...path)?.attributes[attribute];
}

/** Two elements say the same if and only if this is the same; the order of attributes says nothing. */
export function fingerprint(node: ConfigNode): string {
  return JSON.stringify(sorted(node));
}

/** Written as text once, at the end: a text within a text within a text grows twofold with each. */
function sorted({ name, attributes, children, text }: ConfigNode): unknown[] {
  const pairs = Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1));
  return [name, pairs, text, children.map(sorted)];
}

export function isEmpty({ attributes, children, text }: ConfigNode): boolean {
  return children.length === 0 && text === '' && Object.keys(attributes).length === 0;
}

/** The path of a child from `<domain>`, which itself has the path `''`. */
export function below(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`;
}
