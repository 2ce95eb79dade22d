import type { DomainConfig } from './model.ts';

export interface Firmware {
  /** Code that is only read. */
  readonly loader: string;
  readonly template: string;
  /** The domain's own variables, a qcow2 image. */
  readonly nvram: string;
}

/** The files that the firmware of a configuration lies in; null with a BIOS, which has none of its own. */
export function firmwareOf({ firmware }: DomainConfig, name: string): Firmware | null {
  if (firmware !== 'efi') return null;
  return {
    loader: '/usr/share/OVMF/OVMF_CODE_4M.ms.fd',
    template: '/usr/share/OVMF/OVMF_VARS_4M.ms.fd',
    nvram: `/var/lib/libvirt/qemu/nvram/${name}_VARS.qcow2`,
  };
}
