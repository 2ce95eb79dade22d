import { useState } from 'react';
import { formatBytes, formatCount } from '../../../shared/format.ts';
import type { DiskChain, Domain, Layer } from '../../../shared/schema.ts';
import { domainKey } from '../../store/store.ts';
import { useApp } from '../../ui/context.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { useAfter } from '../../ui/hooks.ts';
import parts from '../../ui/parts.module.css';
import { PathText } from '../../ui/path-text.tsx';
import { ProblemView } from '../../ui/problem-view.tsx';
import { passingMs, useAsked, useEnded, useFree, useListed } from '../../ui/use-asked.ts';
import styles from './disks.module.css';

const waitingAfterMs = 150;
/** Of a deep chain so many images are shown at first. */
const mostShown = 6;

/** The disks of a snapshot, or with null of the domain as it is now: each with the images that it consists of. */
export function Disks({ domain, name }: { domain: Domain; name: string | null }) {
  const { client } = useApp();
  const { hostId, uuid, id } = domain;
  const key = domainKey(domain);
  const result = useAsked({
    subject: JSON.stringify([key, name]),
    when: useFree(key),
    versions: [useEnded(key), useListed(key), id],
    settleMs: passingMs,
    ask: (signal) => client.snapshots.disks({ hostId, uuid, name }, { signal }),
  });
  const late = useAfter(waitingAfterMs, result.status === 'loading');
  if (result.status === 'failed') return <ProblemView problem={result.problem} />;
  if (result.status === 'loading')
    return (
      <p className={parts.dim} role="status">
        {late ? 'Checking the images…' : ''}
      </p>
    );
  if (result.value.length === 0)
    return <p className={parts.dim}>{name === null ? 'It has no disks.' : 'It contains no disks.'}</p>;
  return result.value.map((chain) => <Chain key={`${name}\n${chain.target}`} chain={chain} />);
}

const kinds: Record<NonNullable<DiskChain['kind']>, string> = {
  internal: 'saved inside its image',
  external: 'its image at that time',
  none: 'not part of the snapshot',
  manual: 'saved by another program',
  unknown: 'saved in an unknown way',
};

function Chain({ chain: { target, kind, layers } }: { chain: DiskChain }) {
  const [whole, setWhole] = useState(false);
  const shown = whole || layers.length <= mostShown + 1 ? layers : layers.slice(0, mostShown);
  const hidden = layers.length - shown.length;
  return (
    <section className={styles.chain} aria-label={`Disk ${target}`}>
      <h3>
        {target}
        <span className={parts.dim}>
          {kind === null ? formatCount(layers.length, 'image') : kinds[kind]}
          {kind !== null && layers.length > 1 ? `, ${formatCount(layers.length, 'image')}` : ''}
        </span>
      </h3>
      <ol>
        {shown.map((layer, depth) => (
          <LayerCard key={layer.path} layer={layer} isBase={depth === layers.length - 1} />
        ))}
      </ol>
      {hidden > 0 ? (
        <button type="button" className={parts.link} onClick={() => setWhole(true)}>
          Show {formatCount(hidden, 'more image')} below
        </button>
      ) : null}
    </section>
  );
}

function LayerCard({ layer, isBase }: { layer: Layer; isBase: boolean }) {
  const { path, active, exists } = layer;
  return (
    <li className={styles.layer} data-state={exists === false ? 'missing' : active ? 'active' : undefined}>
      <div className={styles.path}>
        <PathText path={path} />
        <CopyButton text={path} what={`path ${path}`} label={null} />
      </div>
      <div className={styles.facts}>
        {exists === false ? (
          <span className={parts.chip} data-look="bad">
            missing
          </span>
        ) : null}
        <span>{factsOf(layer)}</span>
      </div>
      <div className={styles.owner}>
        {active ? (
          <span className={parts.chip} data-look="ok">
            written now
          </span>
        ) : null}
        {ownerOf(layer, isBase)}
      </div>
    </li>
  );
}

function factsOf({ format, type, virtualBytes, allocatedBytes, exists }: Layer): string {
  const kind = [format ?? 'format unknown', ...(type === 'file' ? [] : [type])].join(', ');
  if (exists === false) return kind;
  const size = allocatedBytes === null ? 'size unknown' : `${formatBytes(allocatedBytes)} on disk`;
  return [kind, ...(virtualBytes === null ? [] : [`${formatBytes(virtualBytes)} virtual`]), size].join(' · ');
}

function ownerOf({ holds, inside, made, active }: Layer, isBase: boolean) {
  const owners = [
    ...(holds.length > 0 ? [<Names key="holds" says="owned by" names={holds} />] : []),
    ...(inside.length > 0 ? [<Names key="inside" says="holds internal" names={inside} />] : []),
    ...(made
      ? [
          <Names
            key="made"
            says={made.by === 'revert' ? 'made by a revert to' : 'made by taking'}
            names={[made.snapshot]}
          />,
        ]
      : []),
  ];
  if (owners.length > 0) return owners;
  if (isBase) return active ? 'no snapshot needs it' : 'the base of the chain';
  return 'no snapshot owns it';
}

const mostNamed = 3;

function Names({ says, names }: { says: string; names: readonly string[] }) {
  const rest = names.length - mostNamed;
  return (
    <span>
      {says}{' '}
      {names.slice(0, mostNamed).map((name, at) => (
        <span key={name}>
          {at > 0 ? ', ' : ''}“<bdi title={name}>{name}</bdi>”
        </span>
      ))}
      {rest > 0 ? ` and ${rest} more` : ''}
    </span>
  );
}
