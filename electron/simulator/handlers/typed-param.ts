import { typedParamType } from '../../../shared/libvirt/flags.ts';
import type { WireTypedParam } from '../../libvirt/procedures.ts';

export function param(
  field: string,
  type: keyof typeof typedParamType,
  value: WireTypedParam['value']['value'],
): WireTypedParam {
  return { field, value: { tag: typedParamType[type], value } };
}
