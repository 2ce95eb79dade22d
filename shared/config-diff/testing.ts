import type { ConfigNode } from './tree.ts';

type Inside = ConfigNode | string | Readonly<Record<string, string>>;

/** For tests: an element from its attributes, children and text, in any order. */
export function el(name: string, ...inside: readonly Inside[]): ConfigNode {
  const attributes: Record<string, string> = {};
  const children: ConfigNode[] = [];
  let text = '';
  for (const each of inside) {
    if (typeof each === 'string') text = each;
    else if (isNode(each)) children.push(each);
    else Object.assign(attributes, each);
  }
  return { name, attributes, children, text };
}

/** A `<domain>` with these elements. */
export function domain(...inside: readonly Inside[]): ConfigNode {
  return el('domain', { type: 'kvm' }, ...inside);
}

/** A `<domain>` with these devices. */
export function withDevices(...devices: readonly ConfigNode[]): ConfigNode {
  return domain(el('devices', ...devices));
}

export function disk(target: string, file: string, more: readonly ConfigNode[] = []): ConfigNode {
  return el(
    'disk',
    { type: 'file', device: 'disk' },
    el('driver', { name: 'qemu', type: 'qcow2' }),
    el('source', { file }),
    el('target', { dev: target, bus: 'virtio' }),
    ...more,
  );
}

function isNode(inside: Exclude<Inside, string>): inside is ConfigNode {
  return Array.isArray((inside as ConfigNode).children);
}
