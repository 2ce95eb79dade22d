import { describe, expect, it } from 'vitest';
import { isProblemCode } from '../../shared/errors.ts';
import { errorCode, errorDomain } from '../../shared/libvirt/flags.ts';
import { ConnectionError, LibvirtError } from './errors.ts';

describe('errorCode', () => {
  it('holds virErrorNumber’s values', () => {
    expect(errorCode).toMatchObject({
      INTERNAL_ERROR: 1,
      NO_SUPPORT: 3,
      INVALID_ARG: 8,
      OPERATION_FAILED: 9,
      XML_ERROR: 27,
      OPERATION_DENIED: 29,
      SYSTEM_ERROR: 38,
      RPC: 39,
      NO_DOMAIN: 42,
      OPERATION_INVALID: 55,
      CONFIG_UNSUPPORTED: 67,
      OPERATION_TIMEOUT: 68,
      INVALID_DOMAIN_SNAPSHOT: 71,
      NO_DOMAIN_SNAPSHOT: 72,
      SNAPSHOT_REVERT_RISKY: 77,
      OPERATION_ABORTED: 78,
      OPERATION_UNSUPPORTED: 84,
      ACCESS_DENIED: 88,
    });
    expect(errorDomain).toMatchObject({ RPC: 7, QEMU: 10, TEST: 12, DOMAIN_SNAPSHOT: 35, POLKIT: 60 });
  });

  it('gives every number one name', () => {
    const codes = Object.values(errorCode);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe('LibvirtError', () => {
  const error = new LibvirtError({ code: 77, domain: 10, level: 2, message: 'riskant' });

  it('carries libvirt’s numbers and words', () => {
    expect(error).toMatchObject({ code: 77, domain: 10, level: 2, message: 'riskant', name: 'LibvirtError' });
    expect(error.codeName).toBe('SNAPSHOT_REVERT_RISKY');
    expect(isProblemCode(error.codeName)).toBe(true);
  });

  it('is recognised by name', () => {
    expect(error.is('NO_DOMAIN', 'SNAPSHOT_REVERT_RISKY')).toBe(true);
    expect(error.is('NO_DOMAIN')).toBe(false);
    expect(error.is()).toBe(false);
  });

  it('knows the errno of a system error, and of nothing else', () => {
    const errno = (code: number, int1?: number) =>
      new LibvirtError({ code, domain: 0, level: 2, message: '', int1 }).errno;
    expect([errno(38, 2), errno(38, 0), errno(38, -1), errno(38), errno(1, 2)]).toEqual([2, null, null, null, null]);
  });

  it('keeps a code that is newer than the table, and a message that is missing', () => {
    const newer = new LibvirtError({ code: 999, domain: 99, level: 1, message: null });
    expect(newer.codeName).toBe('ERROR_999');
    expect(newer.message).toBe('libvirt error 999');
    expect(isProblemCode(newer.codeName)).toBe(false);
  });
});

it('ConnectionError keeps its cause', () => {
  const cause = new Error('EPIPE');
  expect(new ConnectionError('LOST', 'gone', { cause })).toMatchObject({ code: 'LOST', message: 'gone', cause });
});
