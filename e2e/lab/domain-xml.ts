import type { DiskFormat } from './disk.ts';

export interface GuestOptions {
  /** Also the title on the guest's screen. */
  readonly name: string;
  /** Default: 16. */
  readonly memoryMiB?: number;
  /** How many 64 MiB disks, or the format of each; the first one boots. At most 4. Default: one qcow2. */
  readonly disks?: number | readonly DiskFormat[];
  /** Created instead of defined: it runs at once, and is gone when it stops. */
  readonly transient?: boolean;
  /** A VNC display on 127.0.0.1, on a port of libvirt's choice. */
  readonly graphics?: boolean;
  readonly description?: string;
}

/** The names that IDE gives to four disks. */
export const diskTargets = ['hda', 'hdb', 'hdc', 'hdd'] as const;

/** The domain XML of a lab guest: emulated, without network, with nothing that slows its start. */
export function domainXml(options: GuestOptions, disks: readonly { path: string; format: DiskFormat }[]): string {
  const { name, memoryMiB = 16, graphics = false, description } = options;
  return `<domain type='qemu'>
  <name>${escapeXml(name)}</name>
  ${description === undefined ? '' : `<description>${escapeXml(description)}</description>`}
  <memory unit='MiB'>${memoryMiB}</memory>
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <boot dev='hd'/>
  </os>
  <devices>
    ${disks.map(({ path, format }, index) => diskXml(path, format, diskTargets[index])).join('\n    ')}
    <controller type='usb' model='none'/>
    ${graphics ? "<graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1'/>" : ''}
    <video><model type='vga' vram='1024'/></video>
    <memballoon model='none'/>
  </devices>
</domain>`;
}

function diskXml(path: string, format: DiskFormat, target: string | undefined): string {
  if (target === undefined) throw new RangeError('a lab guest has at most four disks');
  return `<disk type='file' device='disk'><driver name='qemu' type='${format}'/><source file='${escapeXml(path)}'/><target dev='${target}' bus='ide'/></disk>`;
}

function escapeXml(text: string): string {
  return text.replace(/[<>&'"]/g, (character) => `&#${character.codePointAt(0)};`);
}
