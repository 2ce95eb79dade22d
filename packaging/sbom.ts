import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import type { BundledPackage } from './licences.ts';
import { manifest, root } from './project.ts';

interface Bom {
  serialNumber: string;
  metadata: { timestamp: string; component: { 'bom-ref': string; type: string; name: string } };
  components: { 'bom-ref': string; scope?: string; properties?: unknown }[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

/**
 * A bill of materials in CycloneDX: npm's own, less what is only built and tested with.
 * @param runtime whether Electron is part of what is described
 * @param date seconds
 * @throws Error when npm fails, or does not know a package that was bundled
 */
export function billOfMaterials(packages: readonly BundledPackage[], runtime: boolean, date: number): string {
  const { status, stdout, stderr } = spawnSync('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`npm sbom ended with ${status}: ${stderr.trim()}`);
  const bom = JSON.parse(stdout) as Bom;
  const wanted = new Set(packages.map(({ name, version }) => `${name}@${version}`));
  if (runtime) wanted.add(`electron@${manifest.devDependencies.electron}`);
  const component = { ...bom.metadata.component, type: 'application', name: manifest.name };

  const components = bom.components
    .filter((each) => wanted.has(each['bom-ref']))
    // To npm, what is bundled is for development.
    .map(({ scope: _scope, properties: _properties, ...each }) => each);
  const missing = [...wanted].filter((ref) => !components.some((each) => each['bom-ref'] === ref));
  if (missing.length > 0) throw new Error(`npm sbom does not know ${missing.join(', ')}`);
  const dependencies = bom.dependencies
    .filter(({ ref }) => wanted.has(ref) || ref === component['bom-ref'])
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => wanted.has(each)) }));

  const content = { ...bom, metadata: { timestamp: timeOf(date), component }, components, dependencies };
  const serialNumber = `urn:uuid:${uuidOf(JSON.stringify({ ...content, serialNumber: '' }))}`;
  return `${JSON.stringify({ ...content, serialNumber }, null, 2)}\n`;
}

function timeOf(date: number): string {
  return new Date(date * 1000).toISOString();
}

/** A UUID of version 8, so that the same content has the same number. */
function uuidOf(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 18), 16) & 0x3f) | 0x80).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(18, 20)}-${hex.slice(20, 32)}`;
}
