import { expect, it } from 'vitest';
import { cancelBlockJobs } from './block-jobs.ts';
import { FakeCaller } from './fake-caller.ts';

const uuid = '00000000-0000-4000-8000-000000000001';

it.each(['', 'none', 'null', '[]', '{"return":7}', '{"return":[null,7,{"device":7}]}', '{"error":{}}'])(
  'a monitor that answers %j has no jobs',
  async (result) => {
    expect(await cancelBlockJobs(new FakeCaller({ domainMonitorCommand: () => ({ result }) }), uuid)).toBe(0);
  },
);

it('cancels each job that there is', async () => {
  const asked: string[] = [];
  const caller = new FakeCaller({
    domainMonitorCommand: ({ cmd }) => {
      asked.push(cmd);
      return { result: '{"return":[{"device":"a"},{},{"device":"b"}]}' };
    },
  });
  expect(await cancelBlockJobs(caller, uuid)).toBe(2);
  expect(asked).toEqual([
    expect.stringContaining('query-block-jobs'),
    expect.stringContaining('"device":"a"'),
    expect.stringContaining('"device":"b"'),
  ]);
});
