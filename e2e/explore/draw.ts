import { Random } from './random.ts';
import { clone, type DiskSpec, type DomainSpec, spares } from './stage.ts';
import type { AppStep, OtherStep, Step } from './steps.ts';
import { isWritable, type Snap, type World } from './world.ts';
import { element } from './xml.ts';

const plainNames = ['web', 'db-1', 'build'] as const;
const oddDomains = ['7', 'a b', 'd"q', '-x', 'ünï', 'com,ma', "it's", 'שלום', '<&>', 'a\u202Eb'] as const;
const oddSnapshots = [
  'a"b',
  'a\\b',
  'sp ace',
  'com,ma',
  'ünï',
  'שלום',
  '-x',
  "q'uote",
  '<x>&',
  'a.b',
  'a\u202Eb',
  '%s',
];
const digits = ['1', '2', '3', '4', '01'] as const;
const folders = ['a,b', 'sp ace', 'q"t', 'שלום', "it's", 'a%sb'] as const;

/** A small domain, mostly an ordinary one. */
export function drawDomain(random: Random): DomainSpec {
  const disks: DiskSpec[] = [
    { target: 'hda', device: 'disk', ...(random.chance(0.95) ? qcow2('hda') : raw('hda')) },
    ...(random.chance(0.45)
      ? [{ target: 'hdb', device: 'disk' as const, ...(random.chance(0.9) ? qcow2('hdb') : raw('hdb')) }]
      : []),
    ...(random.chance(0.35)
      ? [
          {
            target: 'hdc',
            device: 'cdrom' as const,
            format: 'raw' as const,
            file: random.chance(0.6) ? spares.media[0] : null,
            readonly: true,
          },
        ]
      : []),
    ...(random.chance(0.1) ? [{ target: 'vdb', device: 'disk' as const, ...qcow2('vdb') }] : []),
    ...(random.chance(0.05) ? [{ target: 'fda', device: 'floppy' as const, ...raw('fda') }] : []),
    ...(random.chance(0.04) ? [{ target: 'vdc', device: 'disk' as const, ...qcow2('vdc'), readonly: true }] : []),
    ...(random.chance(0.03) ? [{ target: 'vdd', device: 'disk' as const, ...raw('vdd'), shareable: true }] : []),
  ];
  const marked = random.chance(0.08) ? random.pick(disks).target : null;
  const attribute = random.pick(['external', 'no', 'manual', 'internal']);
  return {
    name: random.pick(random.chance(0.7) ? plainNames : oddDomains),
    folder: random.chance(0.75) ? 'disks' : random.pick(folders),
    disks: disks.map((disk) => (disk.target === marked ? { ...disk, attribute } : disk)),
    transient: random.chance(0.06),
    pool: random.pick(['none', 'once', 'always', 'always']),
  };
}

/** Draws one step after the other, each such that it can be done, or nearly so. */
export class Drawer {
  readonly #gone: string[] = [];
  readonly #taste: 'internal' | 'external' | 'both';
  #count = 0;
  #exported = false;
  #reverted = false;

  constructor(
    private readonly random: Random,
    private readonly pool: DomainSpec['pool'],
  ) {
    this.#taste = random.weighted([
      [4, 'internal'],
      [4, 'external'],
      [3, 'both'],
    ]);
  }

  draw(world: World): Step {
    this.#count += 1;
    const step = this.random.chance(0.7) ? this.#app(world) : this.#other(world);
    if (step.by !== 'app') return step;
    if (step.do === 'delete') this.#gone.push(...step.names);
    if (step.do === 'export') this.#exported = true;
    if (step.do === 'revert' && step.safety) this.#reverted = true;
    return this.random.chance(0.06) ? { ...step, between: this.#other(world) } : step;
  }

  #app(world: World): AppStep {
    const { random } = this;
    const names = [...world.snapshots.keys()];
    const some = names.length > 0;
    const make = random.weighted<() => AppStep>([
      [names.length < 6 ? 30 : 8, () => this.#create(world)],
      [some ? 26 : 0, () => this.#revert(names)],
      [this.#reverted ? 7 : 0, () => ({ by: 'app', do: 'undo', safety: random.chance(0.3) })],
      [some ? 15 : 0, () => this.#delete(names)],
      [some ? 3 : 0, () => ({ by: 'app', do: 'describe', of: random.pick(names), text: `words ${this.#count}` })],
      [some ? 4 : 0, () => ({ by: 'app', do: 'rename', of: random.pick(names), to: this.#name(world, false) })],
      [some ? 4 : 0, () => ({ by: 'app', do: 'make-current', of: random.pick(names) })],
      [some ? 3 : 0, () => ({ by: 'app', do: 'export' })],
      [this.#exported ? 6 : 0, () => ({ by: 'app', do: 'import' })],
      [world.active ? 10 : 9, () => this.#power(world)],
    ]);
    return make();
  }

  #create(world: World): AppStep {
    const { random } = this;
    const taste = this.#taste === 'both' ? random.pick(['internal', 'external'] as const) : this.#taste;
    const memory = world.active && (taste === 'internal' || random.chance(0.5));
    const odd = random.chance(0.04);
    const mode = odd
      ? random.pick(['memory-internal', 'memory-external', 'disks-internal', 'disks-external'] as const)
      : (`${memory ? 'memory' : 'disks'}-${taste}` as const);
    const targets = world.disks.filter(isWritable).map(({ target }) => target);
    const without =
      mode.endsWith('external') && targets.length > 1 && random.chance(0.25) ? [random.pick(targets)] : [];
    const live = mode === 'memory-external' && random.chance(0.5);
    return { by: 'app', do: 'create', name: this.#name(world), mode, live, without };
  }

  #revert(names: readonly string[]): AppStep {
    const { random } = this;
    return {
      by: 'app',
      do: 'revert',
      to: random.pick(names),
      start: random.weighted([
        [7, 'as-saved'],
        [2, 'running'],
        [1, 'paused'],
      ]),
      safety: random.chance(0.5),
      dropSave: random.chance(0.5),
    };
  }

  #delete(names: readonly string[]): AppStep {
    const { random } = this;
    const several = names.length > 1 && random.chance(0.2);
    const mode = random.weighted([
      [6, 'this'],
      [2, 'with-children'],
      [2, 'children-only'],
      [2, 'metadata-only'],
    ] as const);
    const chosen = several ? [random.pick(names), random.pick(names)] : [random.pick(names)];
    return { by: 'app', do: 'delete', names: [...new Set(chosen)], mode };
  }

  #power(world: World): AppStep {
    const { random } = this;
    const action = !world.active
      ? 'start'
      : world.state === 'paused'
        ? random.pick(['resume', 'destroy', 'resume'] as const)
        : random.pick(['suspend', 'destroy', 'destroy', 'reset'] as const);
    return { by: 'app', do: 'power', action, discardSave: random.chance(0.4) };
  }

  #other(world: World): OtherStep {
    const { random } = this;
    const names = [...world.snapshots.keys()];
    const some = names.length > 0;
    const { active } = world;
    const running = world.state === 'running';
    const drive = world.disks.find(({ device }) => device === 'cdrom');
    const disks = world.disks.filter(isWritable);
    const second = disks.find(({ target }) => target !== 'hda');
    const layered = disks.find(({ path }) => path !== null && !/\.(qcow2|raw)$/.test(path));
    const internal = [...world.snapshots.values()].filter((snap) => [...snap.disks.values()].includes('internal'));
    const image = disks.find(({ format }) => format === 'qcow2')?.path;
    const make = random.weighted<() => OtherStep>([
      [12, () => this.#otherCreate(world)],
      [
        some ? 6 : 0,
        () =>
          virsh(
            'snapshot-revert',
            '{dom}',
            named(random.pick(names)),
            ...random.some(['--running'], 0.2),
            ...random.some(['--force'], 0.3),
          ),
      ],
      [some ? 5 : 0, () => virsh('snapshot-delete', '{dom}', named(random.pick(names)), '--metadata')],
      [internal.length > 0 ? 2 : 0, () => virsh('snapshot-delete', '{dom}', named(random.pick(internal).name))],
      [some ? 2 : 0, () => virsh('snapshot-current', '{dom}', named(random.pick(names)))],
      [running ? 6 : 0, () => virsh('managedsave', '{dom}')],
      [world.managedSave ? 3 : 0, () => virsh('managedsave-remove', '{dom}')],
      [second ? 0 : 4, () => attach(active, random.chance(0.8) ? 'qcow2' : 'raw')],
      [second ? 5 : 0, () => virsh('detach-disk', '{dom}', second?.target ?? '', '--config')],
      [drive ? 6 : 0, () => medium(drive?.path ?? null, active, random)],
      [4, () => virsh('setmaxmem', '{dom}', `${random.pick([20, 24, 28])}M`, '--config')],
      [running ? 4 : 0, () => virsh('checkpoint-create-as', '{dom}', `cp${this.#count}`)],
      [
        world.checkpoints.length > 0 && active ? 4 : 0,
        () => virsh('checkpoint-delete', '{dom}', `--checkpointname=${world.checkpoints[0]}`),
      ],
      [!active && image ? 3 : 0, () => shell('qemu-img', 'snapshot', '-c', this.#name(world), image ?? '')],
      [!active && image ? 1.5 : 0, () => shell('qemu-img', 'bitmap', '--add', image ?? '', `b${this.#count}`)],
      [
        layered && this.pool === 'always' ? 2 : 0,
        () =>
          shell(
            'qemu-img',
            'create',
            '-f',
            'qcow2',
            '-F',
            'qcow2',
            '-b',
            `{dir}/${layered?.target}.qcow2`,
            `{dir}/${clone}`,
          ),
      ],
      [
        !active && internal.length > 0 && image ? 3 : 0,
        () => shell('qemu-img', 'snapshot', '-d', random.pick(internal).name, image ?? ''),
      ],
      [this.#looseLayer(world) ? 1.5 : 0, () => shell('mv', this.#looseLayer(world) ?? '', '{dir}/moved')],
      [
        layered && running ? 3 : 0,
        () =>
          random.chance(0.5)
            ? virsh(
                'blockcommit',
                '{dom}',
                layered?.target ?? '',
                '--wait',
                '--active',
                ...(random.chance(0.5) ? ['--pivot'] : []),
              )
            : virsh('blockpull', '{dom}', layered?.target ?? '', '--wait'),
      ],
      [
        disks.length > 0 ? 3 : 0,
        () => ({
          by: 'define',
          target: random.pick(disks).target,
          change: { snapshot: random.pick(['external', 'no', 'internal', 'manual']) },
        }),
      ],
      [world.snapshots.size > 0 && !active ? 1 : 0, () => virsh('start', '{dom}', '--paused')],
      [3, () => ({ by: 'daemon' })],
    ]);
    return make();
  }

  #otherCreate(world: World): OtherStep {
    const { random } = this;
    const name = this.#name(world);
    const targets = world.disks.filter(isWritable).map(({ target }) => target);
    const [one = 'hda', ...rest] = targets;
    const external = rest.map((target) => `${target},snapshot=external`);
    const memory = ['--memspec', `file={dir}/${name.replaceAll(',', ',,').replaceAll('/', '')}.mem`];
    const specs = (...list: readonly string[]) => list.flatMap((spec) => ['--diskspec', spec]);
    const create = (...more: readonly string[]) => virsh('snapshot-create-as', '{dom}', `--name=${name}`, ...more);
    const make = random.weighted<() => OtherStep>([
      [this.#taste === 'external' ? 1 : 6, () => create()],
      [this.#taste === 'internal' ? 1 : 5, () => create('--disk-only', ...random.some(['--halt'], 0.1))],
      [rest.length > 0 ? 2 : 0, () => create('--disk-only', ...specs(`${one},snapshot=no`, ...external))],
      [2, () => create(...(world.active ? memory : ['--disk-only']), ...specs(`${one},snapshot=manual`, ...external))],
      [world.active ? 3 : 0, () => create(...memory, ...random.some(['--live'], 0.5))],
      [1, () => create('--disk-only', ...specs(...targets.map((target) => `${target},snapshot=external`)))],
      [
        1,
        () => ({
          ...virsh('snapshot-create', '{dom}', '{xml}'),
          xml: element('domainsnapshot', {}, [
            element('name', {}, name),
            element('disks', {}, [
              element('disk', { name: one, snapshot: random.pick(['external', 'no', 'internal']) }),
            ]),
          ]),
        }),
      ],
    ]);
    return make();
  }

  /** A layer of a snapshot that the domain does not use now. */
  #looseLayer(world: World): string | null {
    const used = new Set(world.disks.map(({ path }) => path));
    const layers = [...world.snapshots.values()].flatMap((snap) => snap.stored.map(({ path }) => path));
    return layers.find((path) => path !== null && !used.has(path) && !path.endsWith('.iso')) ?? null;
  }

  #name(world: World, mayBeTaken = true): string {
    const { random } = this;
    const free = (list: readonly string[]) => list.filter((name) => !world.snapshots.has(name));
    const plain = `s${this.#count}`;
    const wanted = random.weighted<() => readonly string[]>([
      [60, () => [plain]],
      [14, () => free(digits)],
      [12, () => free(oddSnapshots)],
      [10, () => free(this.#gone)],
      [mayBeTaken ? 2 : 0, () => [...world.snapshots.keys()]],
    ])();
    return wanted.length > 0 ? random.pick(wanted) : plain;
  }
}

/** A seed's domain and its stream of steps. */
export function fromSeed(seed: number): { domain: DomainSpec; drawer: Drawer; length: number } {
  const random = new Random(seed);
  const domain = drawDomain(random);
  return { domain, drawer: new Drawer(random, domain.pool), length: 8 + random.below(6) };
}

/** Whether a snapshot keeps anything outside of the images. */
export function isExternal({ disks, memory }: Snap): boolean {
  return memory === 'external' || [...disks.values()].includes('external');
}

function qcow2(target: string) {
  return { format: 'qcow2', file: `${target}.qcow2` } as const;
}

function raw(target: string) {
  return { format: 'raw', file: `${target}.raw` } as const;
}

function virsh(...args: readonly string[]): OtherStep & { by: 'virsh' } {
  return { by: 'virsh', args };
}

function shell(...argv: readonly string[]): OtherStep {
  return { by: 'shell', argv };
}

function named(snapshot: string): string {
  return `--snapshotname=${snapshot}`;
}

function attach(active: boolean, format: 'qcow2' | 'raw'): OtherStep {
  const driver = ['--driver', 'qemu', '--subdriver', format];
  return virsh(
    'attach-disk',
    '{dom}',
    `{dir}/${spares[format]}`,
    'vdx',
    '--config',
    ...driver,
    ...(active ? ['--live'] : []),
  );
}

function medium(path: string | null, active: boolean, random: Random): OtherStep {
  const where = ['--config', ...(active ? ['--live'] : [])];
  if (path !== null && random.chance(0.6)) return virsh('change-media', '{dom}', 'hdc', '--eject', '--force', ...where);
  return virsh(
    'change-media',
    '{dom}',
    'hdc',
    `{dir}/${random.pick(spares.media)}`,
    path === null ? '--insert' : '--update',
    '--force',
    ...where,
  );
}
