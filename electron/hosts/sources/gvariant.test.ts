import { expect, it } from 'vitest';
import { parseTexts } from './gvariant.ts';

it.each([
  ['@as []', []],
  ['[]\n', []],
  ["['qemu:///system']\n", ['qemu:///system']],
  ["['qemu:///system', 'qemu+ssh://root@kvm-a/system']", ['qemu:///system', 'qemu+ssh://root@kvm-a/system']],
  ["[\"it's\", 'a \"b\"', 'c\\'d']", ["it's", 'a "b"', "c'd"]],
  ["['a\\\\b\\n\\u00e9\\U0001f600\\q']", ['a\\b\né😀q']],
  ["['\\Uffffffff']", ['\ufffd']],
  ["['a', 'b'", null],
  ["['a' 'b']", null],
  ["['a',]", null],
  ["['a'", null],
  ["'a'", null],
  ['[1, 2]', null],
  ["[['a']]", null],
  ["['a\\']", null],
  ['', null],
  ['No such schema', null],
])('%s', (written, texts) => {
  expect(parseTexts(written)).toEqual(texts);
});

it('takes its time with no text', () => {
  expect(parseTexts(`['${'\\'.repeat(200_000)}`)).toBeNull();
  expect(parseTexts(`[${"'a',".repeat(100_000)}'b']`)).toHaveLength(100_001);
});
