import { join } from 'node:path';
import { polkitdPath } from './available.ts';

/** Whom the lab's polkit lets in, by who asks. */
export const polkitUsers = {
  /** Is in the group that is let in. */
  member: { id: 4001, groups: ['libvirt'] },
  /** Is denied, whatever he types. */
  denied: { id: 4002, groups: [] },
  /** Is asked for root's password each time. */
  asked: { id: 4003, groups: [] },
  /** Is asked for root's password, and not again for a while. */
  askedOnce: { id: 4004, groups: [] },
} as const satisfies Record<string, { readonly id: number; readonly groups: readonly string[] }>;
export type PolkitUser = keyof typeof polkitUsers;

/** Rules are read in the order of their names over all folders: this one comes before the system's own. */
const rules = `
polkit.addAdminRule(function () { return ["unix-user:0"]; });
polkit.addRule(function (action, subject) {
  if (action.id !== "org.libvirt.unix.manage") return polkit.Result.NOT_HANDLED;
  if (subject.isInGroup("libvirt")) return polkit.Result.YES;
  return {
    denied: polkit.Result.NO,
    asked: polkit.Result.AUTH_ADMIN,
    askedOnce: polkit.Result.AUTH_ADMIN_KEEP,
  }[subject.user] || polkit.Result.NO;
});
`;

/** The bus itself starts polkitd when it is first asked for, however long that takes, and nothing else of the machine's. */
const bus = (services: string) => `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <fork/>
  <listen>unix:path=/run/dbus/system_bus_socket</listen>
  <auth>EXTERNAL</auth>
  <servicedir>${services}</servicedir>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
  </policy>
  <limit name="service_start_timeout">300000</limit>
</busconfig>
`;

/** What a lab's bus and polkit read. */
export function busFiles(dir: string): { path: string; text: string }[] {
  const services = join(dir, 'etc/bus/services');
  const service = [
    '[D-BUS Service]',
    'Name=org.freedesktop.PolicyKit1',
    `Exec=${polkitdPath()} --no-debug`,
    'User=root',
  ];
  return [
    ...userFiles(join(dir, 'etc/bus')),
    { path: join(dir, 'etc/bus/bus.conf'), text: bus(services) },
    { path: join(services, 'org.freedesktop.PolicyKit1.service'), text: `${service.join('\n')}\n` },
    { path: join(dir, 'etc/polkit-1/rules.d/10-lab.rules'), text: rules },
  ];
}

/** Lines for the lab's lists of users and groups; of two groups of one name, members of both are members. */
function userFiles(folder: string): { path: string; text: string }[] {
  const users = Object.entries(polkitUsers);
  const passwd = users.map(([name, { id }]) => `${name}:x:${id}:${id}::/:/bin/sh\n`);
  const own = users.map(([name, { id }]) => `${name}:x:${id}:\n`);
  const shared = users.flatMap(([name, { id, groups }]) => groups.map((group) => `${group}:x:${id + 1000}:${name}\n`));
  return [
    { path: join(folder, 'passwd'), text: passwd.join('') },
    { path: join(folder, 'group'), text: [...own, ...shared].join('') },
  ];
}
