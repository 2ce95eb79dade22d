import type { DomainConfig } from '../../shared/config-changes.ts';
import { scaledBytes } from '../../shared/units.ts';
import { countOf } from './bounds.ts';
import type { XmlElement } from './xml.ts';

/** Reads a `<domain>` or `<inactiveDomain>` element. Elements that are not there become empty, never an error. */
export function parseDomainConfig(domain: XmlElement): DomainConfig {
  const type = domain.at('os', 'type');
  const devices = domain.at('devices');
  return {
    memoryBytes: bytesOf(domain.at('memory')),
    vcpus: numberOf(domain.at('vcpu')),
    arch: type?.attribute('arch') ?? '',
    machine: type?.attribute('machine') ?? '',
    cpu: [domain.at('cpu')?.attribute('mode'), domain.at('cpu', 'model')?.text].filter(Boolean).join(' '),
    firmware: domain.at('os', 'loader')?.text || domain.at('os')?.attribute('firmware') || '',
    disks: keyed(devices, 'disk', 'target', 'dev', (disk) => ({
      bus: disk.at('target')?.attribute('bus') ?? '',
      device: disk.attribute('device') ?? 'disk',
    })),
    interfaces: keyed(devices, 'interface', 'mac', 'address', (nic) => ({
      model: nic.at('model')?.attribute('type') ?? '',
      source: ['network', 'bridge', 'dev'].map((each) => nic.at('source')?.attribute(each)).find(Boolean) ?? '',
    })),
    graphics: (devices?.all('graphics') ?? []).map((each) => each.attribute('type') ?? 'unknown').sort(),
  };
}

function bytesOf(memory: XmlElement | undefined): number | null {
  return scaledBytes(memory?.text ?? '', memory?.attribute('unit'));
}

function numberOf(element: XmlElement | undefined): number | null {
  return countOf(element?.text, 0xffff);
}

function keyed<T>(
  devices: XmlElement | undefined,
  kind: string,
  child: string,
  attribute: string,
  read: (element: XmlElement) => T,
): Record<string, T> {
  const entries = (devices?.all(kind) ?? []).map((each, index) => {
    const key = each.at(child)?.attribute(attribute) ?? `#${index + 1}`;
    return [key, read(each)] as const;
  });
  return Object.fromEntries(entries);
}
