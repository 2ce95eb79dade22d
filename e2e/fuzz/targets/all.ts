import type { Target } from '../target.ts';
import { connections } from './connections.ts';
import { figures } from './figures.ts';
import { frames } from './frames.ts';
import { greedy } from './greedy.ts';
import { hostLists } from './host-lists.ts';
import { pictures, qcow2 } from './images.ts';
import { record } from './recorded.ts';
import { libvirtConf, savedLists } from './sources.ts';
import { stores } from './stores.ts';
import { commandLines, journals, knownHosts, links, texts, uris } from './texts.ts';
import { imports, xml } from './xml.ts';

export async function allTargets(): Promise<Target[]> {
  const recorded = await record();
  return [
    frames(recorded),
    connections(recorded),
    xml(recorded),
    imports(recorded),
    uris,
    links,
    knownHosts,
    journals,
    stores,
    qcow2,
    figures,
    greedy,
    pictures,
    texts,
    commandLines,
    hostLists,
    libvirtConf,
    savedLists,
  ];
}
