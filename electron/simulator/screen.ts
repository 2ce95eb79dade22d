import { formatDuration } from '../../shared/format.ts';
import { runningReason } from '../../shared/libvirt/flags.ts';
import { dot, glyph } from './font.ts';
import { type DomainModel, ranAt } from './model.ts';
import { type Colour, encodePng } from './png.ts';

const screen = { columns: 80, rows: 25, cellWidth: 8, cellHeight: 16 } as const;
const console_: readonly [Colour, Colour] = [
  [8, 10, 13],
  [159, 224, 181],
];
const desktop: readonly [Colour, Colour] = [
  [16, 62, 125],
  [235, 242, 252],
];

/** A text console as a guest of this kind would show it, 640 × 400 dots, PNG. */
export function screenshot(domain: DomainModel, now: number): Buffer {
  const isWindows = (domain.live ?? domain.config).os.includes('microsoft');
  const lines = isWindows ? desktopLines(domain, now) : consoleLines(domain, now);
  return encodePng(
    screen.columns * screen.cellWidth,
    screen.rows * screen.cellHeight,
    (x, y) => {
      const letter = lines[Math.floor(y / screen.cellHeight)]?.[Math.floor(x / screen.cellWidth)];
      if (letter === undefined) return false;
      const column = (x % screen.cellWidth) - 1;
      const row = Math.floor((y % screen.cellHeight) / 2);
      return column >= 0 && column < glyph.width && row < glyph.height && dot(letter, column, row);
    },
    isWindows ? desktop : console_,
  );
}

/** The lines that `screenshot` draws on a Linux guest's console. */
export function consoleLines(domain: DomainModel, now: number): string[] {
  const { os, memoryKiB, vcpus } = domain.live ?? domain.config;
  const system = systems.find(([part]) => os.includes(part))?.[1] ?? 'Linux';
  const host = domain.name.slice(0, 40);
  const up = `up ${formatDuration(ranAt(domain.clock, now) * 1000)}, ${ranAt(domain.clock, now)} s since boot`;
  const banner = ['', `${system} ${host} tty1`, ''];
  if (domain.state === 'running' && domain.reason === runningReason.booted)
    return [
      '[  OK  ] Started ssh.service - OpenBSD Secure Shell server.',
      '[  OK  ] Reached target multi-user.target - Multi-User System.',
      ...banner,
      `${host} login: _`,
      '',
      up,
    ];
  return [
    ...banner,
    `${host} login: admin`,
    'Password:',
    'Last login: Mon Nov 23 08:12:31 UTC 2026 on tty1',
    `admin@${host}:~$ systemctl is-system-running`,
    'running',
    `admin@${host}:~$ nproc; grep MemTotal /proc/meminfo`,
    String(vcpus),
    `MemTotal:       ${memoryKiB - 65_536} kB`,
    `admin@${host}:~$ uptime`,
    up,
    `admin@${host}:~$ ${domain.state === 'running' ? '_' : ''}`,
  ];
}

const systems: readonly (readonly [string, string])[] = [
  ['debian', 'Debian GNU/Linux 12'],
  ['ubuntu', 'Ubuntu 24.04.1 LTS'],
  ['fedora', 'Fedora Linux 41 (Server Edition)'],
  ['almalinux', 'AlmaLinux 9.5'],
];

function desktopLines({ name, state, clock }: DomainModel, now: number): string[] {
  const centred = (text: string): string => ' '.repeat(Math.max(0, (screen.columns - text.length) >> 1)) + text;
  return [
    ...Array(10).fill(''),
    centred('Windows 11'),
    '',
    centred(name.slice(0, 60)),
    '',
    centred(hints[state] ?? ''),
    '',
    centred(`on for ${formatDuration(ranAt(clock, now) * 1000)}`),
  ];
}
const hints: Partial<Record<DomainModel['state'], string>> = { running: 'Press Ctrl+Alt+Del to unlock' };
