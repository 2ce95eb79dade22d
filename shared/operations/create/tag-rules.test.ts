import type { CreateFacts } from '../../schema.ts';
import { disk, facts, offFacts, snapshot } from './fixtures.ts';
import { tagRules } from './tag-rules.ts';
import { disks, eachWay, tagged } from './testing.ts';

const listing = (name: string, of: CreateFacts): CreateFacts => ({ ...of, snapshots: [snapshot(name, 'internal')] });

eachWay(tagRules, [
  [
    'NAME_IN_IMAGE',
    [[facts(disks(tagged('1', 'fresh'))), 'memory-internal']],
    [
      [facts(disks(tagged('1', 'other'))), 'memory-internal'],
      [facts(disks(tagged('1', 'fresh'))), 'disks-external'],
      [facts(disks(disk('vda', { tags: null }))), 'memory-internal'],
    ],
  ],
  [
    'ID_IS_A_NAME',
    [
      [listing('2', facts(disks(tagged('1', '2')))), 'memory-internal'],
      [listing('8', offFacts(disks(disk('vdb'), tagged('7', '8')))), 'disks-internal'],
    ],
    [
      [facts(disks(tagged('1', '2'))), 'memory-internal'],
      [listing('3', facts(disks(tagged('1', '3')))), 'memory-internal'],
      [listing('2', facts(disks(tagged('2', '2')))), 'memory-internal'],
      [listing('2', facts(disks(tagged('1', '2')))), 'disks-external'],
    ],
  ],
]);
