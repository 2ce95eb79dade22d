import { expect, it } from 'vitest';
import { marshal, unmarshal } from './dbus-values.ts';

/** The bytes are by the D-Bus specification's own rules, written down by hand. */
it.each([
  ['s', ['ä'], '02000000c3a400'],
  ['yu', [1, 2], '0100000002000000'],
  ['i', [-2], 'feffffff'],
  ['at', [[1n]], '08000000000000000100000000000000'],
  ['v', [['u', 7]], '0175000007000000'],
  ['a{sv}', [[['k', ['g', 'u']]]], '0c00000000000000010000006b00016700017500'],
])('%s', (signature, values, hex) => {
  const bytes = marshal(signature, values);
  expect(bytes.toString('hex')).toBe(hex);
  expect(unmarshal(signature, bytes)).toEqual(values);
});

it('what is nested comes back', () => {
  const subject = [
    'unix-process',
    [
      ['pid', ['u', 4]],
      ['start-time', ['t', 2n ** 40n]],
      ['uid', ['i', -1]],
    ],
  ];
  const values = [subject, [['a', 'b']], '/path', 'a{sv}', [[8, ['g', 'u']]], 9];
  const signature = '(sa{sv})a{ss}oga(yv)y';
  expect(unmarshal(signature, marshal(signature, values))).toEqual(values);
});
