import { appendFile as appendText, mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { errorCode, errorDomain } from '../../../shared/libvirt/flags.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { memoryFile, uuidOf } from '../../testing.ts';
import { type AppendFs, appendFile } from './file.ts';
import { Journal, type Request } from './journal.ts';
import { type JournalRecord, parseLines, withLine } from './lines.ts';

const toArray = (rows: AsyncIterable<unknown>) => Readable.from(rows).toArray();

const request: Request = {
  operationId: 'op',
  kind: 'revert',
  host: { name: 'Lab', uri: 'qemu+ssh://lab/system', kind: 'ssh' },
  domain: { uuid: uuidOf(1), name: 'on' },
  snapshot: 'clean',
  flags: 1,
  plan: ['Revert to “clean”'],
  currentBefore: 'later',
};
const refusal = new LibvirtError({
  code: errorCode.OPERATION_INVALID,
  domain: errorDomain.QEMU,
  level: 2,
  message: 'no',
});
const open = (file = memoryFile(), lines: string[] = []) =>
  Journal.open({ file, who: 'tester', log: (line) => lines.push(line) });

/** Asks for something between two entries, as every change does. */
async function carryOut(journal: Journal, of: Request, ask: () => Promise<unknown>): Promise<string> {
  const requestId = await journal.begin(of);
  await journal.answer(requestId, of.host.name, ask);
  return requestId;
}

describe('the file', () => {
  it('is synced after each line, before anybody goes on', async () => {
    const done: string[] = [];
    const fs: AppendFs = {
      lines: async function* () {},
      async open() {
        done.push('open');
        return {
          appendFile: async (text) => void done.push(text.includes('"asked"') ? 'write asked' : 'write answered'),
          datasync: async () => void done.push('sync'),
          end: async () => ({ size: 0, whole: true }),
          truncate: async () => {},
          close: async () => {},
        };
      },
    };
    const journal = await Journal.open({ file: appendFile('/nowhere', fs), who: 'tester', log: () => {} });
    await carryOut(journal, request, async () => void done.push('libvirt'));
    expect(done).toEqual(['open', 'write asked', 'sync', 'libvirt', 'write answered', 'sync']);
  });

  it('tells the log why something was refused', async () => {
    const lines: string[] = [];
    const journal = await open(memoryFile(), lines);
    await carryOut(journal, request, () => Promise.reject(refusal)).catch(() => {});
    expect(lines).toEqual([
      expect.stringMatching(/: revert “clean” of .+ refused: OPERATION_INVALID: no \(libvirt error 55/),
    ]);
  });

  it('is made for this user alone, and only grows', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'snapkeel-journal-')), 'deep', 'journal.jsonl');
    const file = appendFile(path);
    expect(await toArray(file.lines())).toEqual([]);
    await Promise.all([file.append('a'), file.append('b')]);
    await file.close();
    await file.append('c');
    await file.close();
    expect(await readFile(path, 'utf8')).toBe('a\nb\nc\n');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('that ends in a torn line does not lose the next one', async () => {
    const path = join(await mkdtemp(join(tmpdir(), 'snapkeel-journal-')), 'journal.jsonl');
    const first = await Journal.open({ file: appendFile(path), who: 'tester', log: () => {} });
    const requestId = await carryOut(first, request, async () => 'value');
    await first.close();
    await appendText(path, '{"type":"asked","requ');
    const lines: string[] = [];
    const file = appendFile(path);
    const second = await Journal.open({ file, who: 'tester', log: (line) => lines.push(line) });
    expect(lines).toEqual([]);
    expect(second.list({ limit: 9 })).toMatchObject([{ requestId, result: 'done' }]);
    await carryOut(second, { ...request, snapshot: 'next' }, async () => {});
    await file.close();
    const third = await Journal.open({ file: appendFile(path), who: 'tester', log: () => {} });
    expect(third.list({ limit: 9 }).map((entry) => entry.snapshotName)).toEqual(['next', 'clean']);
  });
});

describe('the journal', () => {
  it('tells who asked for what, and what was answered', async () => {
    const file = memoryFile();
    const journal = await open(file);
    await carryOut(journal, request, async () => {});
    await expect(carryOut(journal, { ...request, flags: 5 }, () => Promise.reject(refusal))).rejects.toBe(refusal);
    const entries = (await open(file)).list({ limit: 9 });
    expect(entries).toEqual(journal.list({ limit: 9 }));
    expect(entries).toMatchObject([
      { flags: 5, result: 'refused', problem: { code: 'OPERATION_INVALID' } },
      {
        kind: 'revert',
        who: 'tester',
        hostName: 'Lab',
        hostUri: 'qemu+ssh://lab/system',
        uuid: uuidOf(1),
        domainName: 'on',
        snapshotName: 'clean',
        flags: 1,
        plan: ['Revert to “clean”'],
        result: 'done',
        resolved: false,
      },
    ]);
    expect(entries[0]?.answeredAt).toBeGreaterThanOrEqual(entries[0]?.askedAt ?? Number.NaN);
  });

  it('is filtered by host and domain, newest first, so many', async () => {
    const journal = await open();
    for (const n of [1, 2, 3]) {
      const host = { ...request.host, uri: n === 3 ? 'qemu:///system' : request.host.uri };
      await carryOut(journal, { ...request, host, domain: { uuid: uuidOf(n), name: `${n}` } }, async () => {});
    }
    const found = (filter: object) => journal.list({ limit: 9, ...filter }).map((entry) => entry.domainName);
    expect(found({})).toEqual(['3', '2', '1']);
    expect(found({ limit: 2 })).toEqual(['3', '2']);
    expect(found({ host: request.host })).toEqual(['2', '1']);
    expect(found({ uuid: uuidOf(2) })).toEqual(['2']);
  });

  it('keeps what was shown before, and reads lines that have nothing of it', async () => {
    const file = memoryFile();
    const journal = await open(file);
    const shown = {
      losses: [{ text: 'Everything in memory' }, { text: 'Writes to vda', kept: true }],
      virsh: 'virsh snapshot-revert on clean',
      batch: { id: 'b', domains: 3 },
    };
    await carryOut(journal, request, async () => {});
    await carryOut(journal, { ...request, ...shown }, async () => {});
    const [withShown, without] = (await open(file)).list({ limit: 9 });
    expect(withShown).toMatchObject(shown);
    expect(without).toMatchObject({ result: 'done', plan: ['Revert to “clean”'] });
    expect(without).not.toHaveProperty('losses');
    expect(without).not.toHaveProperty('virsh');
  });

  it('asks nothing of libvirt when it cannot be written', async () => {
    const file = memoryFile();
    const journal = await open(file);
    file.failNext = new Error('ENOSPC');
    let asked = false;
    const running = carryOut(journal, request, async () => {
      asked = true;
    });
    await expect(running).rejects.toMatchObject({ problem: { code: 'JOURNAL_FAILED', detail: 'ENOSPC' } });
    expect(asked).toBe(false);
    expect(journal.list({ limit: 9 })).toEqual([]);
  });

  it('goes on when the answer cannot be written', async () => {
    const file = memoryFile();
    const lines: string[] = [];
    const journal = await open(file, lines);
    await carryOut(journal, request, async () => {
      file.failNext = new Error('ENOSPC');
    });
    expect(lines).toEqual([expect.stringContaining('the journal could not be written')]);
    expect(journal.list({ limit: 9 })).toMatchObject([{ result: 'done' }]);
    expect((await open(file)).unsettled(request.host, 0)).toHaveLength(1);
  });

  it('tells of lines that cannot be read, unless it is the last', async () => {
    const lines: string[] = [];
    const rows = async function* () {
      yield* ['rubbish', '{"type":"unheard of"}', '', '{"ty'];
    };
    expect(await toArray(parseLines(rows(), (line) => lines.push(line)))).toEqual([]);
    expect(lines).toEqual(['line 1 of the journal could not be read', 'line 2 of the journal could not be read']);
  });

  it('remembers no more requests than a person will ever look at', () => {
    const records = new Map<string, JournalRecord>();
    for (let n = 0; n < 20_100; n++)
      withLine(records, { ...request, type: 'asked', requestId: `${n}`, at: n, who: 'tester' });
    expect(records.size).toBe(20_000);
    expect([...records.keys()].at(0)).toBe('100');
  });
});
