import { choiceRules } from './choice-rules.ts';
import { facts } from './fixtures.ts';
import { disks, eachWay, halt, off, on, without } from './testing.ts';

eachWay(choiceRules, [
  [
    'NOTHING_SELECTED',
    [[on, 'disks-external', without('vda', 'vdb')]],
    [
      [on, 'disks-external', without('vda')],
      [on, 'memory-external', without('vda', 'vdb')],
      [facts(disks()), 'disks-external'],
    ],
  ],
  [
    'ALL_DISKS',
    [[on, 'memory-internal', without('vdb')]],
    [
      [on, 'memory-internal'],
      [on, 'memory-external', without('vdb')],
    ],
  ],
  ['LIVE_NOT_HERE', [[on, 'memory-internal', { live: true }]], [[on, 'memory-external', { live: true }]]],
  [
    'QUIESCE_WITH_MEMORY',
    [[on, 'memory-external', { quiesce: true }]],
    [
      [on, 'disks-external', { quiesce: true }],
      [off, 'memory-external', { quiesce: true }],
    ],
  ],
  ['QUIESCE_OFF', [[off, 'disks-external', { quiesce: true }]], [[on, 'disks-external', { quiesce: true }]]],
  [
    'QUIESCE_PAUSED',
    [[facts({ state: 'paused' }), 'disks-external', { quiesce: true }]],
    [
      [on, 'disks-external', { quiesce: true }],
      [off, 'disks-external', { quiesce: true }],
    ],
  ],
  [
    'AGENT_MISSING',
    [[facts({ agent: 'none' }), 'disks-external', { quiesce: true }]],
    [
      [facts({ agent: 'none' }), 'disks-external', { quiesce: false }],
      [on, 'disks-external', { quiesce: true }],
    ],
  ],
  [
    'AGENT_AWAY',
    [[facts({ agent: 'disconnected' }), 'disks-external', { quiesce: true }]],
    [[on, 'disks-external', { quiesce: true }]],
  ],
  [
    'HALT_TRANSIENT',
    [[facts({ persistent: false }), 'memory-internal', halt]],
    [
      [on, 'memory-internal', halt],
      [facts({ persistent: false }), 'memory-internal'],
    ],
  ],
  [
    'HALT_OFF',
    [[off, 'disks-internal', halt]],
    [
      [on, 'memory-internal', halt],
      [off, 'disks-internal'],
    ],
  ],
]);
