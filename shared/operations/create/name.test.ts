import { version } from '../../libvirt/versions.ts';
import { nameRules } from './name.ts';
import { at, eachWay, off, on, test } from './testing.ts';

eachWay(nameRules, [
  [
    'NAME_COMMA',
    [[off, 'disks-external', { name: 'a,b' }]],
    [
      [on, 'disks-external', { name: 'a,b' }],
      [off, 'disks-internal', { name: 'a,b' }],
    ],
  ],
  [
    'TAG_ID',
    [
      [off, 'disks-internal', { name: '2' }],
      [on, 'memory-internal', { name: '20261126' }],
    ],
    [
      [on, 'disks-external', { name: '2' }],
      [on, 'memory-internal', { name: '2a' }],
      [test, 'memory-internal', { name: '2' }],
    ],
  ],
  [
    'TAG_QUOTED',
    [
      [at(9_000_000), 'memory-internal', { name: 'a"b' }],
      [at(7_000_000), 'memory-internal', { name: 'a\\b' }],
    ],
    [
      [at(version.namesJobs), 'memory-internal', { name: 'a"b' }],
      [at(9_000_000, off), 'disks-internal', { name: 'a"b' }],
      [at(9_000_000), 'memory-external', { name: 'a"b' }],
      [at(9_000_000), 'memory-internal', { name: "a'b" }],
    ],
  ],
  [
    'TAG_JOB',
    [
      [on, 'memory-internal', { name: 'grün' }],
      [on, 'memory-internal', { name: 'a b' }],
    ],
    [
      [at(9_000_000), 'memory-internal', { name: 'ä b' }],
      [on, 'memory-external', { name: 'ä b' }],
      [off, 'disks-internal', { name: 'ä b' }],
      [on, 'memory-internal', { name: 'a.b_c-1' }],
    ],
  ],
]);
