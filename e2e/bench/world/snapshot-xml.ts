/*
 * Configurations as long as those that libvirt keeps for a QEMU guest with two disks, a network and a display: about 4 KB
 * of XML in a snapshot.
 */

/** A domain of libvirt's test driver. */
export function domainXml(name: string, uuid: string): string {
  const pci = (slot: number, rest = "function='0x0'") =>
    `<address type='pci' domain='0x0000' bus='0x${hex(slot)}' slot='0x00' ${rest}/>`;
  return `<domain type='test'>
  <name>${name}</name>
  <uuid>${uuid}</uuid>
  <title>${name}, a guest of the benchmark</title>
  <description>Two disks, a network and a display</description>
  <memory unit='KiB'>4194304</memory>
  <currentMemory unit='KiB'>4194304</currentMemory>
  <vcpu placement='static'>4</vcpu>
  <os><type arch='x86_64'>hvm</type><boot dev='hd'/></os>
  <features><acpi/><apic/></features>
  <cpu mode='custom' match='exact' check='none'>
    <model fallback='allow'>Skylake-Server-IBRS</model>
    <topology sockets='1' dies='1' cores='4' threads='1'/>
    ${['vme', 'ss', 'vmx', 'pdcm', 'hypervisor', 'tsc_adjust', 'umip', 'pku', 'md-clear', 'stibp', 'ssbd']
      .map((feature) => `<feature policy='require' name='${feature}'/>`)
      .join('\n    ')}
  </cpu>
  <clock offset='utc'>
    <timer name='rtc' tickpolicy='catchup'/>
    <timer name='pit' tickpolicy='delay'/>
    <timer name='hpet' present='no'/>
  </clock>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <pm><suspend-to-mem enabled='no'/><suspend-to-disk enabled='no'/></pm>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    ${['vda', 'vdb']
      .map(
        (target, at) => `<disk type='file' device='disk'>
      <driver name='qemu' type='qcow2' discard='unmap'/>
      <source file='/var/lib/libvirt/images/${name}-${target}.qcow2'/>
      <target dev='${target}' bus='virtio'/>
      ${pci(at + 4)}
    </disk>`,
      )
      .join('\n    ')}
    <controller type='virtio-serial' index='0'>${pci(3)}</controller>
    <interface type='network'>
      <mac address='52:54:00:1a:2b:3c'/>
      <source network='default'/>
      <model type='virtio'/>
      ${pci(1)}
    </interface>
    <serial type='pty'><target type='isa-serial' port='0'><model name='isa-serial'/></target></serial>
    <console type='pty'><target type='serial' port='0'/></console>
    <channel type='unix'>
      <target type='virtio' name='org.qemu.guest_agent.0'/>
      <address type='virtio-serial' controller='0' bus='0' port='1'/>
    </channel>
    <input type='tablet' bus='usb'><address type='usb' bus='0' port='1'/></input>
    <input type='mouse' bus='ps2'/>
    <input type='keyboard' bus='ps2'/>
    <graphics type='vnc' port='-1' autoport='yes' listen='127.0.0.1'><listen type='address' address='127.0.0.1'/></graphics>
    <video><model type='virtio' heads='1' primary='yes'/></video>
    <memballoon model='virtio'>${pci(6)}</memballoon>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend>${pci(7)}</rng>
  </devices>
</domain>`;
}

/** How long a branch of the tree of snapshots is. */
const BRANCH = 50;

/** One of many snapshots in branches, in the form in which libvirt takes it with REDEFINE; of `config` as `domainXml`. */
export function snapshotXml(at: number, config: string): string {
  const parent = at % BRANCH === 0 ? at - BRANCH : at - 1;
  return `<domainsnapshot>
  <name>${snapshotName(at)}</name>
  <description>Before the update of week ${at}</description>
  <state>running</state>
  ${parent < 0 ? '' : `<parent><name>${snapshotName(parent)}</name></parent>`}
  <creationTime>${1_600_000_000 + at * 3_600}</creationTime>
  <memory snapshot='internal'/>
  <disks><disk name='vda' snapshot='internal'/><disk name='vdb' snapshot='internal'/></disks>
  ${config}
</domainsnapshot>`;
}

export function snapshotName(at: number): string {
  return `week-${at}`;
}

function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}
