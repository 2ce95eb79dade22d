// Stands where fpm would, as far as electron-builder uses it: lays files out and has dpkg-deb or rpmbuild pack them.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { buildDeb, filesIn } from '../../packaging/deb.ts';

const text = { type: 'string' } as const;
const several = { type: 'string', multiple: true } as const;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    source: { type: 'string', short: 's' },
    target: { type: 'string', short: 't' },
    depends: { type: 'string', multiple: true, short: 'd', default: [] },
    'deb-recommends': { ...several, default: [] },
    force: { type: 'boolean' },
    'deb-changelog': text,
    'deb-compression': text,
    'deb-priority': text,
    'rpm-os': text,
    'rpm-compression': text,
    'rpm-summary': text,
    architecture: text,
    'after-install': text,
    'after-remove': text,
    description: text,
    version: text,
    package: text,
    name: text,
    maintainer: text,
    vendor: text,
    url: text,
    category: text,
    license: text,
    iteration: text,
  },
});
const date = Number(process.env.SOURCE_DATE_EPOCH ?? 0);
const stage = mkdtempSync(join(tmpdir(), 'snapkeel-fpm-'));
process.on('exit', () => rmSync(stage, { recursive: true, force: true }));
const tree = join(stage, 'tree');
for (const mapping of positionals) {
  const [from, to] = mapping.split('=') as [string, string];
  mkdirSync(dirname(tree + to), { recursive: true });
  cpSync(from, tree + to, { recursive: true, verbatimSymlinks: true });
}
for (const file of filesIn(tree).filter((path) => path.startsWith('usr/'))) chmodSync(join(tree, file), 0o644);

if (values.target === 'deb') deb();
else if (values.target === 'rpm') rpm();
else throw new Error(`${values.target} is not something that is packed here`);

function deb(): void {
  const changelog = values['deb-changelog'];
  const zipped = changelog && gzipSync(readFileSync(changelog), { level: 9 });
  if (zipped) writeFileSync(join(tree, 'usr/share/doc', values.name ?? '', 'changelog.gz'), zipped);
  const control = {
    Package: values.name,
    Version: values.version,
    Section: values.category,
    Priority: values['deb-priority'],
    Architecture: values.architecture,
    Depends: values.depends.join(', '),
    Recommends: values['deb-recommends'].join(', '),
    Maintainer: values.maintainer,
    Homepage: values.url,
    Description: values.description,
  };
  const scripts = { postinst: script('after-install'), postrm: script('after-remove') };
  buildDeb(wanted('package'), tree, control, { scripts, date });
}

function rpm(): void {
  const spec = join(stage, 'package.spec');
  const paths = filesIn(tree).map((path) => `"/${path}"\n`);
  writeFileSync(
    spec,
    `Name: ${values.name}
Version: ${values.version}
Release: ${values.iteration ?? 1}
Summary: ${values['rpm-summary']}
License: ${values.license}
URL: ${values.url}
Vendor: ${values.vendor}
Group: ${values.category}
AutoReqProv: no
${values.depends.map((each) => `Requires: ${each}\n`).join('')}
%description
${values.description}

%install
cp -a ${tree}/. %{buildroot}

%post
${script('after-install')}
%postun
${script('after-remove')}
%files
${paths.join('')}`,
  );
  const defines = {
    _topdir: join(stage, 'rpm'),
    _rpmdir: dirname(wanted('package')),
    _rpmfilename: wanted('package').slice(dirname(wanted('package')).length + 1),
    _build_id_links: 'none',
    __os_install_post: '%{nil}',
    _binary_payload: 'w1.gzdio',
  };
  const args = Object.entries(defines).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  const { status } = spawnSync('rpmbuild', ['-bb', '--quiet', '--target', wanted('architecture'), ...args, spec], {
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}

function script(option: 'after-install' | 'after-remove'): string {
  return readFileSync(wanted(option), 'utf8');
}

function wanted(option: 'package' | 'architecture' | 'after-install' | 'after-remove'): string {
  const value = values[option];
  if (!value) throw new Error(`--${option} is missing`);
  return value;
}
