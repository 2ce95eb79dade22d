import { expect, it } from 'vitest';
import { parseConf } from './libvirt-conf.ts';

const read = (text: string) => {
  const { values, faultAt } = parseConf(text);
  return { values: Object.fromEntries(values), faultAt };
};

it('reads what libvirt itself ships, and values over several lines', () => {
  const text = [
    '#',
    '# This can be used to setup URI aliases',
    '#uri_aliases = [',
    'uri_aliases = [',
    '  "hail=qemu+ssh://root@hail.cloud.example.com/system", # near the door',
    '',
    "  'sleet=qemu+ssh://root@sleet.cloud.example.com/system',",
    ']',
    'uri_default = "qemu:///system"   # here',
    'log_level = 3',
    'long = """a',
    '"b" """',
  ].join('\r\n');
  expect(read(text.replace('\r\n"b"', '\n"b"'))).toEqual({
    faultAt: null,
    values: {
      uri_aliases: [
        'hail=qemu+ssh://root@hail.cloud.example.com/system',
        'sleet=qemu+ssh://root@sleet.cloud.example.com/system',
      ],
      uri_default: 'qemu:///system',
      log_level: '3',
      long: 'a\n"b" ',
    },
  });
});

it.each([
  ['nothing', '', {}, null],
  ['an empty list', 'a = []', { a: [] }, null],
  ['one line', 'a=["b"]\nc="d"', { a: ['b'], c: 'd' }, null],
  ['the last of two', 'a="1"\na="2"', { a: '2' }, null],
  ['a quote that stays open', 'a = "b"\nc = "d\n', { a: 'b' }, 2],
  ['a list that stays open', 'a = "b"\nc = [ "d",\n', { a: 'b' }, 3],
  ['no comma', 'c = [ "d"\n "e" ]', {}, 2],
  ['two values in a line', 'a = "b" c = "d"', { a: 'b' }, 1],
  ['no value', 'a =\n', {}, 1],
  ['something else', 'a = "b"\n\u0000', { a: 'b' }, 2],
  ['a name from every object', 'constructor = "x"', { constructor: 'x' }, null],
])('of %s what can be read', (_, text, values, faultAt) => {
  expect(read(text)).toEqual({ values, faultAt });
});

it('a list without an end does not hold it up', () => {
  const { values, faultAt } = parseConf(`a = [${'"b",'.repeat(100_000)}]`);
  expect(values.size).toBe(0);
  expect(faultAt).toBe(1);
});
