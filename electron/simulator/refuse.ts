import { type ErrorName, errorCode, errorDomain, errorLevel } from '../../shared/libvirt/flags.ts';
import { LibvirtError } from '../libvirt/errors.ts';

export type ErrorDomainName = keyof typeof errorDomain;

/** An answer of libvirt's that is a refusal: the code, the part of libvirt that raises it, and its words. */
export interface Refusal {
  readonly code: ErrorName;
  readonly domain: ErrorDomainName;
  readonly message: string;
}

/** The error that goes over the wire (virNetError, level 2). */
export function refusal({ code, domain, message }: Refusal): LibvirtError {
  return new LibvirtError({ code: errorCode[code], domain: errorDomain[domain], level: errorLevel.error, message });
}

/** @throws LibvirtError always. */
export function refuse(code: ErrorName, domain: ErrorDomainName, message: string): never {
  throw refusal({ code, domain, message });
}

/** `virCheckFlags`: any bit outside `known` is refused. @throws LibvirtError 8 */
export function checkFlags(flags: number, known: number, domain: ErrorDomainName, where: string): void {
  const rest = (flags & ~known) >>> 0;
  if (rest) refuse('INVALID_ARG', domain, `unsupported flags (0x${rest.toString(16)}) in function ${where}`);
}
