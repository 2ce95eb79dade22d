import { firmwareOf } from './firmware.ts';
import type { DiskModel, DomainConfig, DomainModel } from './model.ts';
import { escapeXml as e, indent } from './xml-words.ts';

export interface DomainXmlOptions {
  readonly name: string;
  readonly uuid: string;
  /** QEMU's number: then it is the XML of a running domain. */
  readonly id: number | null;
  /** Shows passwords (VIR_DOMAIN_XML_SECURE). */
  readonly secure: boolean;
  /** `connected` unless told. */
  readonly agent?: DomainModel['agent'];
  readonly element?: 'domain' | 'inactiveDomain';
}

/** virDomainDefFormat: the lines of a `<domain>` element. */
export function domainXml(config: DomainConfig, options: DomainXmlOptions): string[] {
  const { id, element = 'domain' } = options;
  return [
    `<${element} type='kvm'${id === null ? '' : ` id='${id}'`}>`,
    ...indent([
      `<name>${e(options.name)}</name>`,
      `<uuid>${options.uuid}</uuid>`,
      ...(config.genid ? [`<genid>${config.genid}</genid>`] : []),
      ...(config.title ? [`<title>${e(config.title)}</title>`] : []),
      ...(config.description ? [`<description>${e(config.description)}</description>`] : []),
      ...metadata(config.os),
      `<memory unit='KiB'>${config.memoryKiB}</memory>`,
      `<currentMemory unit='KiB'>${config.memoryKiB}</currentMemory>`,
      `<vcpu placement='static'>${config.vcpus}</vcpu>`,
      ...(id === null ? [] : ['<resource>', '  <partition>/machine</partition>', '</resource>']),
      ...boot(config, options.name),
      '<features>',
      '  <acpi/>',
      '  <apic/>',
      '</features>',
      "<cpu mode='host-passthrough' check='none' migratable='on'/>",
      "<clock offset='utc'>",
      "  <timer name='rtc' tickpolicy='catchup'/>",
      "  <timer name='pit' tickpolicy='delay'/>",
      "  <timer name='hpet' present='no'/>",
      '</clock>',
      '<on_poweroff>destroy</on_poweroff>',
      '<on_reboot>restart</on_reboot>',
      '<on_crash>destroy</on_crash>',
      '<pm>',
      "  <suspend-to-mem enabled='no'/>",
      "  <suspend-to-disk enabled='no'/>",
      '</pm>',
      '<devices>',
      ...indent(devices(config, options)),
      '</devices>',
      ...(id === null ? [] : ["<seclabel type='dynamic' model='dac' relabel='yes'/>"]),
    ]),
    `</${element}>`,
  ];
}

function metadata(os: string): string[] {
  if (!os) return [];
  return [
    '<metadata>',
    '  <libosinfo:libosinfo xmlns:libosinfo="http://libosinfo.org/xmlns/libvirt/domain/1.0">',
    `    <libosinfo:os id="${e(os)}"/>`,
    '  </libosinfo:libosinfo>',
    '</metadata>',
  ];
}

function boot(config: DomainConfig, name: string): string[] {
  const files = firmwareOf(config, name);
  return [
    files ? "<os firmware='efi'>" : '<os>',
    `  <type arch='x86_64' machine='${config.machine}'>hvm</type>`,
    ...(files
      ? [
          `  <loader readonly='yes' secure='yes' type='pflash'>${files.loader}</loader>`,
          `  <nvram template='${files.template}' format='qcow2'>${e(files.nvram)}</nvram>`,
        ]
      : []),
    "  <boot dev='hd'/>",
    '</os>',
  ];
}

function devices(config: DomainConfig, { id, name, secure, agent = 'connected' }: DomainXmlOptions): string[] {
  const alias = (text: string): string[] => (id === null ? [] : [`  <alias name='${text}'/>`]);
  return [
    '<emulator>/usr/bin/qemu-system-x86_64</emulator>',
    ...config.disks.flatMap((disk, index) => diskXml(disk, index, id)),
    "<controller type='usb' index='0' model='qemu-xhci' ports='15'>",
    ...alias('usb'),
    "  <address type='pci' domain='0x0000' bus='0x02' slot='0x00' function='0x0'/>",
    '</controller>',
    "<controller type='pci' index='0' model='pcie-root'/>",
    ...config.networks.flatMap(({ mac, network }, index) => [
      "<interface type='network'>",
      `  <mac address='${mac}'/>`,
      `  <source network='${e(network)}'${id === null ? '' : ` bridge='virbr${index}'`}/>`,
      ...(id === null ? [] : [`  <target dev='vnet${id * 2 + index}'/>`]),
      "  <model type='virtio'/>",
      ...alias(`net${index}`),
      `  <address type='pci' domain='0x0000' bus='0x01' slot='0x0${index}' function='0x0'/>`,
      '</interface>',
    ]),
    "<serial type='pty'>",
    ...(id === null ? [] : [`  <source path='/dev/pts/${id}'/>`]),
    "  <target type='isa-serial' port='0'>",
    "    <model name='isa-serial'/>",
    '  </target>',
    ...alias('serial0'),
    '</serial>',
    ...(agent === 'none' ? [] : agentXml(agent, id, name)),
    "<input type='keyboard' bus='ps2'/>",
    ...graphicsXml(config, id, secure),
    "<audio id='1' type='none'/>",
    "<watchdog model='itco' action='reset'/>",
    "<memballoon model='virtio'>",
    ...alias('balloon0'),
    '</memballoon>',
  ];
}

function agentXml(state: string, id: number | null, name: string): string[] {
  const live = id !== null;
  const path = `/run/libvirt/qemu/channel/${id}-${e(name)}/org.qemu.guest_agent.0`;
  return [
    "<channel type='unix'>",
    ...(live ? [`  <source mode='bind' path='${path}'/>`] : []),
    `  <target type='virtio' name='org.qemu.guest_agent.0'${live ? ` state='${state}'` : ''}/>`,
    ...(live ? ["  <alias name='channel0'/>"] : []),
    '</channel>',
  ];
}

function diskXml(disk: DiskModel, index: number, id: number | null): string[] {
  const attribute = disk.type === 'block' ? 'dev' : 'file';
  return [
    `<disk type='${disk.type}' device='${disk.device}'>`,
    `  <driver name='qemu' type='${disk.format}'${disk.device === 'disk' ? " discard='unmap'" : ''}/>`,
    ...(disk.path === null
      ? []
      : [`  <source ${attribute}='${e(disk.path)}'${id === null ? '' : ` index='${index + 1}'`}/>`]),
    ...(id === null && disk.backing.length === 0 ? [] : indent(backingXml(disk.backing, id !== null))),
    `  <target dev='${disk.target}' bus='${disk.target.startsWith('vd') ? 'virtio' : 'sata'}'/>`,
    ...(disk.readonly ? ['  <readonly/>'] : []),
    ...(id === null ? [] : [`  <alias name='${disk.target.startsWith('vd') ? 'virtio-disk' : 'sata0-0-'}${index}'/>`]),
    '</disk>',
  ];
}

/** The chain ends with an empty element where libvirt has looked at the images, that is, while it runs. */
function backingXml(backing: readonly string[], probed: boolean): string[] {
  let inner = probed ? ['<backingStore/>'] : [];
  for (const path of backing.toReversed()) {
    inner = [
      "<backingStore type='file'>",
      "  <format type='qcow2'/>",
      `  <source file='${e(path)}'/>`,
      ...indent(inner),
      '</backingStore>',
    ];
  }
  return inner;
}

function graphicsXml({ graphics, password }: DomainConfig, id: number | null, secure: boolean): string[] {
  if (!graphics) return [];
  const port = id === null ? '-1' : String(5900 + id);
  const secret = secure && password !== null ? ` passwd='${e(password)}'` : '';
  return [
    `<graphics type='${graphics}' port='${port}' autoport='yes' listen='127.0.0.1'${secret}>`,
    "  <listen type='address' address='127.0.0.1'/>",
    '</graphics>',
    '<video>',
    `  <model type='${graphics === 'spice' ? 'qxl' : 'virtio'}' heads='1' primary='yes'/>`,
    '</video>',
  ];
}
