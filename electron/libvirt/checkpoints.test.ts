import { expect, it } from 'vitest';
import { checkpointNames } from './checkpoints.ts';
import { FakeCaller, refusal } from './fake-caller.ts';
import { parseUuid } from './uuid.ts';

const uuid = '8d3c1b52-6f0e-4a2c-9a53-1f5a7c2e0b01';
const domain = { name: '', uuid: parseUuid(uuid), id: -1 };
const refusing = (code: Parameters<typeof refusal>[0]) =>
  checkpointNames(new FakeCaller({ domainListAllCheckpoints: () => Promise.reject(refusal(code)) }), uuid);

it('tells none from not known', async () => {
  const named = new FakeCaller({
    domainListAllCheckpoints: () => ({ checkpoints: [{ name: 'cp1', domain }], count: 1 }),
  });
  expect(await checkpointNames(named, uuid)).toEqual(['cp1']);
  expect(await refusing('NO_SUPPORT')).toEqual([]);
  expect(await refusing('INTERNAL_ERROR')).toBeNull();
  await expect(refusing('NO_DOMAIN')).rejects.toMatchObject({ codeName: 'NO_DOMAIN' });
});
