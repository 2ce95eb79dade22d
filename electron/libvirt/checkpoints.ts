import { imagesOf } from '../../shared/libvirt/disks.ts';
import { readDisks } from './disks.ts';
import { type Caller, domainRef } from './domains.ts';
import { LibvirtError } from './errors.ts';
import { fewAtATime } from './few-at-a-time.ts';
import { procedures } from './procedures.ts';
import { readXml, XmlError } from './xml.ts';

/** A checkpoint, as incremental backups leave them. */
export interface Checkpoint {
  readonly name: string;
  /** The disks that a bitmap was made for, each with the image that it was made in; null where the metadata do not tell. */
  readonly disks: { readonly target: string; readonly image: string }[] | null;
}

/**
 * The checkpoints of a domain; null where libvirt does not tell.
 * @throws LibvirtError NO_DOMAIN; ConnectionError
 */
export async function checkpointFacts(caller: Caller, uuid: string): Promise<Checkpoint[] | null> {
  try {
    const args = { domain: domainRef(uuid), needResults: 1, flags: 0 };
    const { checkpoints } = await caller.call(procedures.domainListAllCheckpoints, args);
    return await fewAtATime(checkpoints, async (checkpoint) => {
      const { xml } = await caller.call(procedures.domainCheckpointGetXmlDesc, { checkpoint, flags: 0 });
      return { name: checkpoint.name, disks: await disksWithBitmap(xml) };
    });
  } catch (error) {
    if (!(error instanceof LibvirtError) || error.is('NO_DOMAIN')) throw error;
    return error.is('NO_SUPPORT') ? [] : null; // a driver that knows none has none
  }
}

/** Of the disks that have a bitmap (libvirt formatcheckpoint). */
async function disksWithBitmap(xml: string): Promise<Checkpoint['disks']> {
  try {
    const checkpoint = await readXml(xml, 'domaincheckpoint');
    const disks = readDisks(checkpoint.at('domain'));
    if (disks.length === 0) return null;
    const without = new Set(
      (checkpoint.at('disks')?.all('disk') ?? [])
        .filter((disk) => disk.attribute('checkpoint') === 'no')
        .map((disk) => disk.attribute('name')),
    );
    return imagesOf(disks.filter(({ target }) => !without.has(target))).map(({ target, path }) => ({
      target,
      image: path,
    }));
  } catch (error) {
    if (error instanceof XmlError) return null;
    throw error;
  }
}
