import { expect, it } from 'vitest';
import { assessCreate } from './assess.ts';
import { type FileCase, fileRules } from './file-rules.ts';
import { newFiles } from './files.ts';
import { disk, draft, facts } from './fixtures.ts';
import { type Case, caseOf, disks, exists, included, off, on, virsh } from './testing.ts';

type FileRow = readonly [code: string, matches: Case, unless: Case];
const fileRows: readonly FileRow[] = [
  [
    'FILE_NEEDED',
    [facts({ disks: [disk('vda', { type: 'block', path: '/dev/vg/vda' })] }), 'disks-external'],
    [on, 'disks-external'],
  ],
  [
    'FILE_RELATIVE',
    [on, 'disks-external', included('vda', 'here.qcow2')],
    [on, 'disks-external', included('vda', '/srv/here.qcow2')],
  ],
  ['FILE_FOLDER', [on, 'memory-external', { memoryFile: '/tmp/' }], [on, 'memory-external', { memoryFile: '/tmp/x' }]],
  [
    'FILE_ROUNDABOUT',
    [on, 'disks-external', included('vda', '/tmp/./x')],
    [on, 'disks-external', included('vda', '/tmp/.x')],
  ],
  [
    'FILE_ROUNDABOUT',
    [on, 'memory-external', { memoryFile: '/tmp//x' }],
    [on, 'memory-external', { memoryFile: '/tmp/..x' }],
  ],
  [
    'FILE_CONTROL',
    [on, 'disks-external', included('vda', '/tmp/a\nb')],
    [on, 'disks-external', included('vda', '/tmp/a b')],
  ],
  [
    'FILE_COMMA_FOLDER',
    [off, 'disks-external', included('vda', '/a,b/x')],
    [on, 'disks-external', included('vda', '/a,b/x')],
  ],
  [
    'FILE_COMMA',
    [off, 'disks-external', included('vda', '/tmp/a,b')],
    [on, 'disks-external', included('vda', '/tmp/a,b')],
  ],
  [
    'FILE_LONG',
    [on, 'disks-external', included('vda', `/tmp/${'ä'.repeat(130)}`)],
    [on, 'disks-external', included('vda', `/tmp/${'ä'.repeat(127)}`)],
  ],
  [
    'FILE_TWICE',
    [on, 'disks-external', included('vda', '/var/lib/libvirt/images/vdb.fresh')],
    [on, 'disks-external', included('vda', '/srv/vdb.fresh')],
  ],
  ['FILE_TWICE', [on, 'memory-external', { memoryFile: '/var/lib/libvirt/images/vda.fresh' }], [on, 'memory-external']],
  ['FILE_IN_USE', [on, 'disks-external', included('vda', '/var/lib/libvirt/images/vda.qcow2')], [on, 'disks-external']],
  [
    'FILE_IN_USE',
    [
      facts(disks(disk('vda', { below: [{ path: '/srv/base', type: 'file', format: 'qcow2' }] }))),
      'disks-external',
      included('vda', '/srv/base'),
    ],
    [on, 'disks-external', included('vda', '/srv/base')],
  ],
  [
    'FOLDER_MISSING',
    [facts({ files: exists('/srv/', false) }), 'disks-external', included('vda', '/srv/x')],
    [facts({ files: exists('/srv/', null) }), 'disks-external', included('vda', '/srv/x')],
  ],
  [
    'FILE_EXISTS',
    [facts({ files: exists('/srv/m', true) }), 'memory-external', { memoryFile: '/srv/m' }],
    [facts({ files: exists('/srv/m', false) }), 'memory-external', { memoryFile: '/srv/m' }],
  ],
  [
    'FILE_UNKNOWN',
    [facts({ files: exists('/srv/m', null) }), 'memory-external', { memoryFile: '/srv/m' }],
    [facts({ files: exists('/srv/m', null) }), 'disks-external', included('vda', '/srv/m')],
  ],
];
it.each(fileRows)('%s', (code, matches, unless) => {
  const codes = ([of, mode, change]: Case) =>
    assessCreate(of, draft(of, mode, change), virsh).blockers.map((each) => each.code);
  expect(codes(matches)).toContain(code);
  expect(codes(unless)).not.toContain(code);
});
it('every rule of files is among those that were tried', () => {
  const tried = new Set(fileRows.map(([code]) => code));
  expect(fileRules.filter(({ code }) => !tried.has(code))).toEqual([]);
  const c: FileCase = {
    ...caseOf([on, 'disks-external']),
    file: '',
    what: 'memory',
    all: newFiles(on, draft(on, 'disks-external')),
  };
  expect(fileRules[0]?.text(c)).toContain('memory');
});
