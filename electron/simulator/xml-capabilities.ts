import { can } from '../../shared/libvirt/versions.ts';

/** virCapabilitiesFormatXML: a host with two sockets' worth of KVM, and what snapshots it can do. */
export function capabilitiesXml(version: number): string {
  return `<capabilities>

  <host>
    <uuid>5e3c9a0e-77a5-4f0d-9b0b-2f2b8f7a1c55</uuid>
    <cpu>
      <arch>x86_64</arch>
      <model>EPYC-Rome</model>
      <vendor>AMD</vendor>
      <topology sockets='1' dies='1' cores='8' threads='2'/>
    </cpu>
    <power_management/>
    <iommu support='yes'/>
  </host>

  <guest>
    <os_type>hvm</os_type>
    <arch name='x86_64'>
      <wordsize>64</wordsize>
      <emulator>/usr/bin/qemu-system-x86_64</emulator>
      <machine maxCpus='288'>pc-q35-7.2</machine>
      <domain type='qemu'/>
      <domain type='kvm'/>
    </arch>
    <features>
      <acpi default='on' toggle='yes'/>
      <apic default='on' toggle='no'/>
      <cpuselection/>
      <deviceboot/>
      <disksnapshot default='on' toggle='no'/>
${can(version, 'revertsExternal') ? '      <externalSnapshot/>\n' : ''}    </features>
  </guest>

</capabilities>
`;
}
