import type { DomainModel, SnapshotDiskModel, SnapshotModel } from './model.ts';
import { domainXml } from './xml-domain.ts';
import { escapeXml as e, indent } from './xml-words.ts';

/** virDomainSnapshotDefFormat. A snapshot without a configuration has a `<domain>` that only holds the UUID. */
export function snapshotXml(snapshot: SnapshotModel, domain: DomainModel, secure: boolean): string {
  const { name, uuid } = domain;
  const about = { name, uuid, secure, id: null };
  const { config, inactiveConfig } = snapshot;
  const lines = [
    '<domainsnapshot>',
    ...indent([
      `<name>${e(snapshot.name)}</name>`,
      ...(snapshot.description ? [`<description>${e(snapshot.description)}</description>`] : []),
      `<state>${snapshot.state}</state>`,
      ...(snapshot.parent === null ? [] : ['<parent>', `  <name>${e(snapshot.parent)}</name>`, '</parent>']),
      `<creationTime>${snapshot.createdAt}</creationTime>`,
      `<memory snapshot='${snapshot.memory}'${snapshot.memoryFile === null ? '' : ` file='${e(snapshot.memoryFile)}'`}/>`,
      ...disksXml('disks', snapshot.disks),
      ...(config ? domainXml(config, about) : ['<domain>', `  <uuid>${uuid}</uuid>`, '</domain>']),
      ...(inactiveConfig ? domainXml(inactiveConfig, { ...about, element: 'inactiveDomain' }) : []),
      ...(snapshot.memory === 'no' ? [] : cookie),
      ...disksXml('revertDisks', snapshot.revertDisks),
    ]),
    '</domainsnapshot>',
  ];
  return `${lines.join('\n')}\n`;
}

const cookie = [
  '<cookie>',
  "  <cpu mode='custom' match='exact' check='full'>",
  "    <model fallback='forbid'>EPYC-Rome</model>",
  '    <vendor>AMD</vendor>',
  "    <feature policy='require' name='hypervisor'/>",
  '  </cpu>',
  '</cookie>',
];

function disksXml(element: string, disks: readonly SnapshotDiskModel[]): string[] {
  if (disks.length === 0) return [];
  return [`<${element}>`, ...indent(disks.flatMap(diskXml)), `</${element}>`];
}

function diskXml({ target, kind, file, deleteInProgress }: SnapshotDiskModel): string[] {
  if (kind !== 'external') return [`<disk name='${target}' snapshot='${kind}'/>`];
  return [
    `<disk name='${target}' snapshot='external' type='file'>`,
    "  <driver type='qcow2'/>",
    ...(deleteInProgress ? ['  <snapshotDeleteInProgress/>'] : []),
    ...(file === null ? [] : [`  <source file='${e(file)}'/>`]),
    '</disk>',
  ];
}
