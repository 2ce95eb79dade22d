import { startLab } from './lab.ts';
import type { Generation } from './generations.ts';
import { startSshd } from './sshd.ts';
import { run } from './run.ts';
const lab = await startLab({ generation: (process.argv[2] ?? 'host') as Generation });
const sshd = await startSshd(lab);
try {
  console.log(sshd.uri, sshd.hostKeyFingerprint, sshd.knownHostsLine);
  await lab.guest({ name: 'alpha' });
  const ssh = (p: Promise<string>) => p.then((x) => console.log(x.trim()), (e) => console.log('ERR', e.message));
  await ssh(run(['virsh', '-c', `${sshd.uri}&no_verify=1`, 'list', '--all']));
  const base = ['ssh', '-i', sshd.keyFile, '-p', `${sshd.port}`, '-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o','LogLevel=ERROR', `${sshd.user}@127.0.0.1`];
  await ssh(run([...base, 'id; env; ls -l /run/libvirt/libvirt-sock /var/run/libvirt/libvirt-sock; ps aux | tail -8']));
  await ssh(run(['ssh-keyscan', '-p', `${sshd.port}`, '127.0.0.1']));
  const t = performance.now();
  await sshd.changeHostKey();
  console.log('changed', performance.now() - t, sshd.hostKeyFingerprint);
  await ssh(run(['virsh', '-c', `${sshd.uri}&no_verify=1`, 'list', '--all']));
  await sshd.setOption('AllowStreamLocalForwarding', 'no');
  await ssh(run(['cat', `${lab.dir}/ssh-${sshd.port}/sshd_config`]));
} finally {
  await sshd.stop();
  await lab.stop();
}
