import { readFile } from 'node:fs/promises';
import type { Bus, BusCall } from './dbus.ts';
import type { DbusValue } from './dbus-values.ts';

/** What a person is asked for, until it is answered. */
export interface Question {
  readonly action: string;
  /** As if root's password had been typed; resolves when polkit knows. */
  grant(): Promise<void>;
  /** As if a wrong one had been. */
  fail(): void;
  /** As if the window had been closed. */
  cancel(): void;
}

const name = 'org.freedesktop.PolicyKit1';
const path = '/org/freedesktop/PolicyKit1/Authority';

/**
 * Registers an agent of polkit for this process and its user, in the place of the one that a desktop has.
 * @param bus of the user
 * @param rootsBus of root, who alone may tell polkit that a password was right
 */
export async function registerAgent(bus: Bus, rootsBus: Bus, onQuestion: (question: Question) => void): Promise<void> {
  const user = process.getuid?.() ?? 0;
  bus.onCall = (call) => {
    if (call.member === 'BeginAuthentication') onQuestion(questionOf(call, user, bus, rootsBus));
    else call.done();
  };
  const subject = [
    ['pid', ['u', process.pid]],
    ['start-time', ['t', await startTime()]],
    ['uid', ['i', user]],
  ];
  const args = [['unix-process', subject], 'C', '/agent'];
  await bus.call(name, path, `${name}.Authority.RegisterAuthenticationAgent`, '(sa{sv})ss', args);
}

function questionOf(call: BusCall, user: number, bus: Bus, rootsBus: Bus): Question {
  const [action, , , , cookie] = call.args as [string, string, string, DbusValue, string];
  const root = ['unix-user', [['uid', ['u', 0]]]];
  return {
    action,
    async grant() {
      const response = `${name}.Authority.AuthenticationAgentResponse2`;
      await rootsBus.call(name, path, response, 'us(sa{sv})', [user, cookie, root]);
      call.done();
      // What polkit answers on this bus from now on, it answers after it has read that.
      const property = [`${name}.Authority`, 'BackendName'];
      await bus.call(name, path, 'org.freedesktop.DBus.Properties.Get', 'ss', property);
    },
    fail: () => call.done(),
    cancel: () => call.fail(`${name}.Error.Cancelled`),
  };
}

/** In clock ticks since boot, as polkit and libvirt tell one process from a later one of the same number. */
async function startTime(): Promise<bigint> {
  const stat = await readFile('/proc/self/stat', 'utf8');
  return BigInt(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 0);
}
