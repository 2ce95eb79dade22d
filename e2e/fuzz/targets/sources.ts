import { parseTexts } from '../../../electron/hosts/sources/gvariant.ts';
import { parseConf } from '../../../electron/hosts/sources/libvirt-conf.ts';
import { mutatedText } from '../mutate.ts';
import { holds, refused, type Target, taken } from '../target.ts';

const confSeeds = [
  '# mine\nuri_aliases = [\n  "hail=qemu+ssh://root@hail.example/system", # a\n  \'sleet=qemu:///system\',\n]\n',
  'uri_default = "qemu:///system"\nlog_level = 3\n',
  'long = """a\n"b" """\nempty = []\n',
];
const listSeeds = ["['qemu:///system', 'qemu+ssh://root@kvm-a/system']", '@as []', `["it's", 'a\\n\\u00e9']`];

/** libvirt.conf: what stands before a fault counts, and the fault has a line of the file. */
export const libvirtConf: Target = {
  name: 'libvirt.conf',
  unit: 'libvirt.conf',
  full: 100_000,
  draw: (random) => {
    const honest = Array.from({ length: 1 + random.below(3) }, () => random.pick(confSeeds)).join('');
    return random.below(2) === 0 ? honest : mutatedText(random, honest, confSeeds);
  },
  read(input) {
    const text = input as string;
    const { values, faultAt } = parseConf(`before = "1"\n${text}`);
    if (faultAt === null) return taken;
    holds(faultAt >= 1 && faultAt <= text.split('\n').length + 1, 'a fault has a line of the file');
    holds(values.has('before'), 'what stands before it counts');
    return refused;
  },
};

/** Lists of texts as GSettings prints them: what is taken is written so that it is read to the same. */
export const savedLists: Target = {
  name: 'saved lists',
  unit: 'saved lists',
  full: 100_000,
  draw: (random) =>
    random.below(2) === 0 ? random.pick(listSeeds) : mutatedText(random, random.pick(listSeeds), listSeeds),
  read(input) {
    const texts = parseTexts(input as string);
    if (texts === null) return refused;
    const written = texts.map((text) => `'${text.replace(/[\\']/g, '\\$&')}'`).join(', ');
    holds(JSON.stringify(parseTexts(`[${written}]`)) === JSON.stringify(texts), 'it is read to the same');
    return taken;
  },
};
