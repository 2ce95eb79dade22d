import { openWindow } from '../../open-window.ts';
import { type Attack, type Attacked, assert, attacked } from '../attack.ts';
import { startBackend, startHostile } from '../backend.ts';

/** What is done, and which answers there may be. */
const deeds: Readonly<Record<string, { does: string; answers: RegExp }>> = {
  'odd ranges and paths': {
    does: '1,000 requests with ranges and paths that make no sense',
    answers: /^(200|400|404|431)$/,
  },
  'no HTTP': { does: '1,000 connections that speak something else', answers: /^(400|408|431|closed)$/ },
  'other names and origins': { does: '500 requests by other names, and 500 windows of other pages', answers: /^403$/ },
  'guessed tokens': { does: '1,000 windows with guessed tokens', answers: /^401$/ },
  'connections that say nothing': {
    does: '3,000 connections that begin a request and never end it',
    answers: /^the oldest go$/,
  },
  'requests one after the other': { does: '100,000 requests on one connection', answers: /^100,000 sent$/ },
  'messages that are none': { does: 'with the token, 21,000 messages that make no sense', answers: /^(open|closed)$/ },
  'calls that are given up': { does: 'with the token, 20,000 calls that are cancelled at once', answers: /^open$/ },
  'a message that is too long': { does: 'with the token, ten messages of 47 MiB', answers: /^closed$/ },
  'files that are too long': { does: 'with the token, six files of 60 MiB', answers: /^closed$/ },
  'a thousand windows': { does: 'with the token, 1,000 windows', answers: /^the oldest go$/ },
  'a window that reads nothing': {
    does: 'with the token, 40,000 calls whose answers are not read',
    answers: /^40,000 asked$/,
  },
};

export const clientAttacks: readonly Attack[] = Object.entries(deeds).map(([name, { does, answers }]) => ({
  name: `client: ${name}`,
  does,
  run: () => attack(name, answers),
}));

async function attack(name: string, answers: RegExp): Promise<Attacked> {
  const backend = await startBackend();
  const token = backend.address.hash.slice('#token='.length);
  const hostile = await startHostile('client', name, backend.address.host, token);
  return attacked(backend, [hostile], async () => {
    await backend.until('all was sent', () => hostile.count('sent') > 0, 120_000);
    const seen = hostile.lines.filter((line) => line.includes(' × '));
    for (const line of seen) assert(answers.test(line.split(' × ')[1] ?? ''), `no answer like “${line}”`);
    const window = await openWindow(backend.address, token);
    await window.client.info();
    window.close();
    return `${seen.join(', ')}; another window opens`;
  });
}
