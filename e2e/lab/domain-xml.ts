import type { DiskFormat } from './disk.ts';

export interface GuestOptions {
  /** Also the title on the guest's screen. */
  readonly name: string;
  /** Default: 16. */
  readonly memoryMiB?: number;
  /** How many 64 MiB disks, or the format of each; the first one boots. At most 4. Default: one qcow2. */
  readonly disks?: number | readonly DiskFormat[];
  /** How large its disks are. Default: 64. */
  readonly diskMiB?: number;
  /** Its starts can be held up: `guest.holdStart()`. */
  readonly holdable?: boolean;
  /** Created instead of defined: it runs at once, and is gone when it stops. */
  readonly transient?: boolean;
  /** A VNC display: on 127.0.0.1 on a port of libvirt's choice, or on a socket of the guest's own. */
  readonly graphics?: 'port' | 'socket';
  readonly description?: string;
  /** A guest agent that answers from outside: `guest.agent`. */
  readonly agent?: boolean;
  /** Its memory is a file in the lab's folder, for `fillMemory`. */
  readonly memoryInFile?: boolean;
  /** Its folder is a storage pool, so that libvirt can look into its images. Default: true. */
  readonly pool?: boolean;
}

/** The names that IDE gives to four disks. */
export const diskTargets = ['hda', 'hdb', 'hdc', 'hdd'] as const;

const vnc = {
  port: "<graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1'/>",
  socket: "<graphics type='vnc'><listen type='socket'/></graphics>",
} as const;

/** The domain XML of a lab guest: emulated, without network, with nothing that slows its start. */
export function domainXml(
  options: GuestOptions,
  disks: readonly { path: string; format: DiskFormat }[],
  { agentSocket, emulator }: { agentSocket?: string | undefined; emulator?: string | undefined } = {},
): string {
  const { name, memoryMiB = 16, graphics, description, memoryInFile = false } = options;
  return `<domain type='qemu'${agentSocket === undefined ? '' : " xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'"}>
  <name>${escapeXml(name)}</name>
  ${description === undefined ? '' : `<description>${escapeXml(description)}</description>`}
  <memory unit='MiB'>${memoryMiB}</memory>
  ${memoryInFile ? "<memoryBacking><source type='file'/><access mode='shared'/></memoryBacking>" : ''}
  <vcpu>1</vcpu>
  <os>
    <type arch='x86_64' machine='pc'>hvm</type>
    <boot dev='hd'/>
  </os>
  <devices>
    ${emulator === undefined ? '' : `<emulator>${escapeXml(emulator)}</emulator>`}
    ${disks.map(({ path, format }, index) => diskXml(path, format, diskTargets[index])).join('\n    ')}
    <controller type='usb' model='none'/>
    ${graphics ? vnc[graphics] : ''}
    <video><model type='vga' vram='1024'/></video>
    ${agentSocket === undefined ? '' : agentChannel(agentSocket)}
    <memballoon model='none'/>
  </devices>
  ${agentSocket === undefined ? '' : alwaysConnected}
</domain>`;
}

/** libvirt is the client here, so that whoever listens on the path is the agent. */
function agentChannel(path: string): string {
  return `<controller type='virtio-serial' index='0'/><channel type='unix'><source mode='connect' path='${escapeXml(path)}'/><target type='virtio' name='org.qemu.guest_agent.0'/><alias name='ua-agent'/></channel>`;
}

/** QEMU says of a console that somebody has it open; of a port only when the guest's driver does (libvirt 8.2 and newer). */
const alwaysConnected =
  "<qemu:override><qemu:device alias='ua-agent'><qemu:frontend><qemu:property name='driver' type='string' value='virtconsole'/></qemu:frontend></qemu:device></qemu:override>";

function diskXml(path: string, format: DiskFormat, target: string | undefined): string {
  if (target === undefined) throw new RangeError('a lab guest has at most four disks');
  return `<disk type='file' device='disk'><driver name='qemu' type='${format}'/><source file='${escapeXml(path)}'/><target dev='${target}' bus='ide'/></disk>`;
}

function escapeXml(text: string): string {
  return text.replace(/[<>&'"]/g, (character) => `&#${character.codePointAt(0)};`);
}
