import { disk, facts, offFacts } from './fixtures.ts';
import { tagRules } from './tag-rules.ts';
import { disks, eachWay, tagged } from './testing.ts';

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
      [facts(disks(tagged('1', '2'))), 'memory-internal'],
      [offFacts(disks(disk('vdb'), tagged('7', '8'))), 'disks-internal'],
    ],
    [
      [facts(disks(tagged('1', '3'))), 'memory-internal'],
      [facts(disks(tagged('2', '2'))), 'memory-internal'],
      [facts(disks(tagged('1', '2'))), 'disks-external'],
    ],
  ],
]);
