import type { Found, Summary } from './explore.ts';
import { type Finding, harmless, kinds } from './judge.ts';
import type { Report, Script } from './sequence.ts';
import { stepText } from './steps.ts';

/** What is held against the app. */
export function faults<F extends Finding>(findings: readonly F[]): F[] {
  return findings.filter(({ kind }) => !harmless.has(kind));
}

/** A finding with its shortest sequence, as a listing and as a text for `--replay`. */
export function foundText(generation: string, { kind, signature, text, seed, times, script }: Found): string {
  return [
    `── ${kind} (${kinds[kind]})`,
    `   ${signature}; ${times} times; libvirt ${generation}, seed ${seed}`,
    `   ${text}`,
    listing(script),
    `   ${JSON.stringify({ generation, ...script })}`,
  ].join('\n');
}

/** What came of doing a sequence again. */
export function replayText({ script, findings, refusals, tried }: Report): string {
  return [
    listing(script),
    ...refusals.map(({ at, codes, text }) => `   refused at ${at + 1}: ${codes.join(' ')}: ${text}`),
    ...findings.map(({ at, kind, text }) => `   found at ${at + 1}: ${kind}: ${text}`),
    ...(tried ? [`   tried, though ${tried.codes.join(' ')}: ${tried.harm ?? 'no harm came of it'}`] : []),
  ].join('\n');
}

export function summaryText({ version, sequences, steps, found, endings, tried, broken, ms }: Summary): string {
  const refused = [...tried].map(
    ([code, { times, harms, harm }]) =>
      `   ${code}: tried ${times} times, harm ${harms} times${harm === '' ? '' : `, such as: ${harm.slice(0, 160)}`}`,
  );
  const times = [...found.values()].map(({ kind, signature, times }) => `   ${kind}: ${signature}: ${times} times`);
  return [
    'What the app said, and how it ended:',
    ...[...endings].sort().map(([ending, times]) => `   ${ending}: ${times} times`),
    ...(times.length > 0 ? ['Found:', ...times.sort()] : []),
    ...(refused.length > 0 ? ['Refused, and tried:', ...refused.sort()] : []),
    ...broken.map(({ seed, error }) => `Not carried out: seed ${seed}: ${error}`),
    `libvirt ${version}: ${sequences} sequences, ${steps} steps, ${faults([...found.values()]).length} findings, ${(ms / 60_000).toFixed(1)} minutes`,
  ].join('\n');
}

function listing({ domain, steps, tries }: Script): string {
  const { disks, name, folder, transient, pool } = domain;
  const about = disks.map(({ target, device, format, file, attribute, readonly, shareable }) =>
    [
      target,
      device,
      format,
      file ?? 'empty',
      attribute && `snapshot=${attribute}`,
      readonly && 'readonly',
      shareable && 'shareable',
    ]
      .filter(Boolean)
      .join(' '),
  );
  return [
    `   # domain ${JSON.stringify(name)}${transient ? ' (transient)' : ''} in …/${folder}: ${about.join('; ')}; pool: ${pool}`,
    ...steps.map(
      (step, n) =>
        `   ${n + 1}. ${stepText(step)}${tries && n === steps.length - 1 ? '   # refused; done with virsh' : ''}`,
    ),
  ].join('\n');
}
