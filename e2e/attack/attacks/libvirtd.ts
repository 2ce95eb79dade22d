import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Host, SnapshotList } from '../../../shared/schema.ts';
import { changedList } from '../../../shared/snapshot-change.ts';
import { type Attack, type Attacked, assert, attacked, toldBy } from '../attack.ts';
import { type Backend, type Hostile, newFolder, startBackend, startHostile } from '../backend.ts';

interface Place {
  readonly backend: Backend;
  readonly hostile: Hostile;
  host(): Host;
  /** Of the domain that is looked at. */
  readonly on: { readonly hostId: string; readonly uuid: string };
}

const victim = '00000000-0000-4000-8000-000000000001';

/** What is done with a hostile libvirtd, by its name, and what has to come of it. */
const deeds: Readonly<Record<string, { does: string; act(place: Place): Promise<string> }>> = {
  'unknown domains': { does: '4,000,000 events of domains that there are not', act: flooded },
  pings: { does: '2,000,000 keepalive pings, whose answers are not read', act: flooded },
  'unknown messages': { does: '1,000,000 messages of kinds that there are not', act: flooded },
  'packets as large as can be': { does: '60 packets of 32 MiB each', act: flooded },
  'a length that lies': { does: '32 MiB of one packet, 64 bytes at a time', act: flooded },
  'one byte at a time': { does: 'a picture in 4,000,000 packets of a byte', act: noPicture },
  'a stream without end': { does: 'a picture of 2 GiB, which goes on when it is not wanted any more', act: noPicture },
  'a silent stream': {
    does: 'six pictures that are begun and never come',
    act: (place) => times(6, () => noPicture(place)),
  },
  'a picture of 40 megapixels': { does: 'a picture of 8,000 × 5,000 dots, packed to 120 kB', act: noPicture },
  'the largest picture': { does: 'a picture of 4,096 × 2,304 dots, packed', act: picture },
  'a large plain picture': { does: 'a picture of 4,096 × 2,304 dots, 28 MB', act: picture },
  'long errors': {
    does: 'an error text of 4 MiB, ten times',
    act: (place) => times(10, () => refusedList(place)),
  },
  'many elements': { does: '4 MiB of <a/> as each of 3 snapshots', act: refusedList },
  'deep elements': { does: '1,200,000 elements within one another', act: refusedList },
  'many attributes': { does: '250,000 attributes', act: refusedList },
  'what was quadratic': { does: 'a comment of 156 KiB that does not end', act: refusedList },
  'long text': { does: '900,000 entities in one text', act: list },
  'many disks': {
    does: 'a domain and a snapshot with 20,000 disks each, which are compared',
    async act(place) {
      await connected(place);
      const compared = place.backend.client.snapshots.compare({ ...place.on, name: 's1', with: 'live' });
      return compared.then(({ changes }) => `${changes.length} changes are shown`, toldBy);
    },
  },
  'values that make no sense': {
    does: 'times, states and names that there cannot be, and a snapshot that is its own parent',
    act: list,
  },
  'many domains': {
    does: '1,000 domains with 20 snapshots each',
    async act({ backend }) {
      await backend.until('1,000 domains', () => backend.domains.size >= 1_000);
      return `${backend.domains.size} domains are shown`;
    },
  },
  'answers nobody asked for': {
    does: 'an answer to a call that was not made',
    async act(place) {
      const { backend } = place;
      return backend.until('an error of the protocol', () => problemOf(place.host()));
    },
  },
  'cut in the middle of a packet': {
    does: 'every connection is cut, in the middle of a packet, for 20 s',
    async act({ hostile }) {
      await sleep(20_000);
      const count = hostile.count('connection');
      assert(count <= 12, `no more than 12 connections within 20 s, and not ${count}`);
      return `${count} connections, ever more seldom`;
    },
  },
  'no answer to the greeting': {
    does: 'nothing is answered, while the person connects and disconnects 60 times',
    act: restless,
  },
  'no answer to a list': {
    does: 'the list is not answered, while the person connects and disconnects 60 times',
    act: restless,
  },
};

export const libvirtdAttacks: readonly Attack[] = Object.entries(deeds).map(([name, { does, act }]) => ({
  name: `libvirtd: ${name}`,
  does,
  run: () => attack(name, act),
}));

async function attack(name: string, act: (place: Place) => Promise<string>): Promise<Attacked> {
  const folder = newFolder();
  const [bad, good] = ['bad', 'good'].map((each) => join(folder, each)) as [string, string];
  const [hostile, honest] = await Promise.all([
    startHostile('libvirtd', bad, name),
    startHostile('libvirtd', good, 'honest'),
  ]);
  const backend = await startBackend(folder);
  return attacked(backend, [hostile, honest], async () => {
    const add = (socket: string) => backend.client.hosts.add({ uri: `qemu+unix:///system?socket=${socket}` });
    const known = (id: string) => backend.until('the host', () => backend.hosts.get(id));
    const other = await known((await add(good)).hostId);
    await backend.until('the other host', () => backend.hosts.get(other.id)?.connection.status === 'connected');
    const { hostId } = await add(bad);
    await known(hostId);
    const host = () => backend.hosts.get(hostId) as Host;
    const verdict = await act({ backend, hostile, host, on: { hostId, uuid: victim } });
    assert(backend.hosts.get(other.id)?.connection.status === 'connected', 'the other host stays connected');
    const { text } = await backend.client.metadata.export({ hostId: other.id, uuid: victim });
    assert(text.includes('<name>s3</name>'), 'the other host answers');
    return verdict;
  });
}

async function connected({ backend, host }: Place): Promise<void> {
  await backend.until('the host is connected', () => host().connection.status === 'connected');
}

function problemOf({ connection }: Host): string | undefined {
  return 'problem' in connection ? `told: ${connection.problem.code}` : undefined;
}

async function flooded({ backend, hostile, host }: Place): Promise<string> {
  await backend.until('all was sent', () => hostile.count('sent') > 0, 120_000);
  return backend.until(
    'how it stands',
    () => problemOf(host()) ?? (host().connection.status === 'connected' && 'connected'),
  );
}

async function noPicture(place: Place): Promise<string> {
  await connected(place);
  assert((await place.backend.client.thumbnails.now(place.on)) === null, 'there is no picture');
  return 'no picture';
}

async function picture(place: Place): Promise<string> {
  await connected(place);
  const shown = await place.backend.client.thumbnails.now(place.on);
  assert(shown !== null && shown.dataUrl.length < 1_000_000, 'a small picture is shown');
  return `shown, ${Math.round(shown.dataUrl.length / 1_000)} kB`;
}

async function firstList(place: Place): Promise<SnapshotList | string> {
  await connected(place);
  try {
    let told: SnapshotList | null = null;
    for await (const each of await place.backend.client.snapshots.watch(place.on)) {
      told = changedList(told, each);
      if (!each.more) return told;
    }
  } catch (error) {
    assert(JSON.stringify(error).length < 20_000, 'the error is short');
    return toldBy(error);
  }
  return 'nothing was told';
}

async function list(place: Place): Promise<string> {
  const told = await firstList(place);
  assert(typeof told !== 'string', `there is a list, and not “${told}”`);
  assert(!/NaN|undefined|Invalid/.test(JSON.stringify(told)), 'nothing in it makes no sense');
  return `${told.snapshots.length} snapshots are shown`;
}

async function refusedList(place: Place): Promise<string> {
  const told = await firstList(place);
  return typeof told === 'string' ? told : `${told.snapshots.length} snapshots are shown`;
}

async function restless({ backend, on: { hostId } }: Place): Promise<string> {
  const { files } = backend.figures();
  for (let n = 0; n < 60; n++) {
    await backend.client.hosts.disconnect({ hostId });
    await backend.client.hosts.connect({ hostId });
    await sleep(30);
  }
  await backend.client.hosts.disconnect({ hostId });
  await backend.until('its sockets are closed', () => backend.figures().files <= files, 30_000);
  return 'every socket is closed';
}

async function times(count: number, act: () => Promise<string>): Promise<string> {
  let last = '';
  for (let n = 0; n < count; n++) last = await act();
  return last;
}
