import type { WireTypedParam } from '../../libvirt/procedures.ts';

/** A typed parameter; `tag` is its virTypedParameterType. */
export function param(field: string, tag: number, value: WireTypedParam['value']['value']): WireTypedParam {
  return { field, value: { tag, value } };
}
