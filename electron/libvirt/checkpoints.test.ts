import { expect, it } from 'vitest';
import { checkpointFacts } from './checkpoints.ts';
import { FakeCaller, refusal } from './fake-caller.ts';
import { parseUuid } from './uuid.ts';

const uuid = '8d3c1b52-6f0e-4a2c-9a53-1f5a7c2e0b01';
const domain = { name: '', uuid: parseUuid(uuid), id: -1 };
const disk = (target: string, file: string) =>
  `<disk type='file'><driver type='qcow2'/><source file='${file}'/><target dev='${target}'/></disk>`;
const having = (xml: string) =>
  checkpointFacts(
    new FakeCaller({
      domainListAllCheckpoints: () => ({ checkpoints: [{ name: 'cp1', domain }], count: 1 }),
      domainCheckpointGetXmlDesc: () => ({ xml }),
    }),
    uuid,
  );
const refusing = (code: Parameters<typeof refusal>[0]) =>
  checkpointFacts(new FakeCaller({ domainListAllCheckpoints: () => Promise.reject(refusal(code)) }), uuid);

it('tells the disks that have a bitmap, and where it was made', async () => {
  const config = `<domain><devices>${disk('vda', '/a')}${disk('vdb', '/b')}</devices></domain>`;
  const disks = "<disks><disk name='vda' checkpoint='bitmap'/><disk name='vdb' checkpoint='no'/></disks>";
  expect(await having(`<domaincheckpoint>${disks}${config}</domaincheckpoint>`)).toEqual([
    { name: 'cp1', disks: [{ target: 'vda', image: '/a' }] },
  ]);
});

it.each(['<domaincheckpoint/>', '<cut', '<other/>'])('does not know the disks of %s', async (xml) => {
  expect(await having(xml)).toEqual([{ name: 'cp1', disks: null }]);
});

it('tells none from not known', async () => {
  expect(await refusing('NO_SUPPORT')).toEqual([]);
  expect(await refusing('INTERNAL_ERROR')).toBeNull();
  await expect(refusing('NO_DOMAIN')).rejects.toMatchObject({ codeName: 'NO_DOMAIN' });
});
