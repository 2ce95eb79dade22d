import { type Requested, requestProblems } from './request-problems.ts';
import type { Problem } from './schema.ts';

/**
 * What happened, what it means for the data, what to do. `{word}` is filled in from the problem's details; what stands
 * in `[…]` is left out when a detail in it is missing.
 */
interface Sentences {
  what: string;
  effect: string;
  next: string;
}

const untouched = 'Nothing was changed.';
const notConnected = 'Nothing on the host was changed; its domains cannot be shown until this is solved.';
const mayBeStopped =
  'libvirt stops the domain before it loads the snapshot, so it may be shut off now. Snapkeel has asked libvirt and shows what it found.';
const leftAlone = 'Snapkeel goes on without {holds}. The file is left as it is, and nothing new is written to it.';

/** From a code to the sentences a person can act on. Codes are libvirt's names, the transports' and Snapkeel's own. */
export const problems = {
  // Finding and reaching a host
  INVALID_URI: {
    what: 'This is not a connection URI that Snapkeel can use: {reason}',
    effect: untouched,
    next: 'Write it as in qemu:///system, qemu+ssh://user@host/system or qemu+tls://host/system.',
  },
  SOCKET_MISSING: {
    what: 'No libvirt socket was found on this computer.',
    effect: notConnected,
    next: 'Install and start libvirt (libvirtd or virtqemud), then try again.[ The address says mode={mode}: leave that out to reach any of them.][ Looked for: {tried}.]',
  },
  SOCKET_DENIED: {
    what: 'This user may not open the libvirt socket[ {path}].',
    effect: notConnected,
    next: 'Add the user to the “libvirt” group, log in again, and try again.',
  },
  SOCKET_REFUSED: {
    what: 'The libvirt socket[ {path}] exists, but nobody is listening on it.',
    effect: notConnected,
    next: 'Start libvirtd or virtqemud, then try again.',
  },
  HOST_NOT_FOUND: {
    what: 'The name “{host}” could not be resolved.',
    effect: notConnected,
    next: 'Check the spelling of the host and the DNS.',
  },
  HOST_UNREACHABLE: {
    what: '“{host}” cannot be reached over the network.',
    effect: notConnected,
    next: 'Check that the host is up and that a route or VPN to it exists.',
  },
  LOCAL_NETWORK: {
    what: '“{host}” cannot be reached, or macOS keeps Snapkeel out of the local network.',
    effect: notConnected,
    next: 'Allow Snapkeel in System Settings, Privacy & Security, Local Network. Then check that the host is up and that a route or VPN to it exists.',
  },
  CONNECTION_REFUSED: {
    what: '“{host}” refused the connection.',
    effect: notConnected,
    next: 'Check that sshd runs there and that the port is right.',
  },
  LIBVIRT_PORT_REFUSED: {
    what: '“{host}” refused the connection to port {port}.',
    effect: notConnected,
    next: 'Check that libvirt listens there (libvirtd-tls.socket or libvirtd-tcp.socket; with modular daemons, that of virtproxyd), and that the port is right. SSH needs no such port: qemu+ssh://user@host/system.',
  },
  CONNECTION_LOST: {
    what: 'The connection to “{host}” was lost.',
    effect: 'What the host was doing goes on there. Snapkeel reads everything anew when it is back.',
    next: 'Snapkeel tries again by itself.',
  },
  TIMED_OUT: {
    what: '“{host}” did not answer in time.',
    effect: notConnected,
    next: 'Check the network and the host’s load, then try again.',
  },
  SSH_HUNG_UP: {
    what: '“{host}” hung up before an SSH connection was agreed on.',
    effect: notConnected,
    next: 'Snapkeel tries again by itself. If it stays so, check that the port is that of an SSH server, and that its sshd takes as many connections at a time (MaxStartups).',
  },
  HANDSHAKE_FAILED: {
    what: '“{host}” answered, but no SSH connection could be agreed on.',
    effect: notConnected,
    next: '[Choose “{other}” for this host: it knows algorithms that the built-in client does not. ]Check that the port is that of an SSH server. Details: {reason}',
  },
  LOGIN_UNREADABLE: {
    what: '“{host}” sent something during the login that is no SSH, or is too long: a banner may have 32 KiB.',
    effect: notConnected,
    next: 'Choose “OpenSSH” for this host, which takes longer ones, or look at “Banner” in the host’s sshd_config. Nothing is wrong with your key. Details: {reason}',
  },
  HOST_KEY_CHANGED: {
    what: 'The host key of “{host}” is not the one that is known[ from {knownFile} line {knownLine}]. Somebody may be between you and the host, or it was installed anew.[ Known: {knownType} {knownFingerprint}.] Shown now: {keyType} {fingerprint}.',
    effect: notConnected,
    next: 'Ask whoever runs the host for its fingerprint. Only if it is the one shown now, [remove line {knownLine} from {knownFile} and ]connect again.',
  },
  HOST_KEY_UNKNOWN: {
    what: 'The host key of “{host}” is not known[ ({keyType} {fingerprint})], and the SSH configuration says to refuse such a host (StrictHostKeyChecking).',
    effect: notConnected,
    next: 'Add its key to known_hosts, for example with ssh-keyscan after comparing the fingerprint, then connect again.',
  },
  HOST_KEY_REVOKED: {
    what: 'The host key of “{host}” is marked as revoked[ in {knownFile} line {knownLine}].',
    effect: notConnected,
    next: 'Do not connect. Ask whoever runs the host.',
  },
  HOST_KEY_DECLINED: {
    what: 'The host key of “{host}” was not trusted.',
    effect: notConnected,
    next: 'Connect again to be asked again.',
  },
  KNOWN_HOSTS_FAILED: {
    what: 'The key of “{host}” could not be checked against {file}: {reason}',
    effect: notConnected,
    next: 'Make the file readable and writable for you, then connect again.',
  },
  SSH_AUTH_FAILED: {
    what: '“{host}” did not let anybody in[ as user “{user}”].',
    effect: notConnected,
    next: 'Load the right key into the SSH agent, or name it in the URI with ?keyfile=.[ The host ended the login after too many tries ({tooMany}): offer it that key alone.][ It takes: {accepts}.][ Tried: {tried}.][ Not offered: {skipped}.][ Only OpenSSH can offer: {openSsh}.]',
  },
  LOGIN_CANCELLED: {
    what: 'Logging in to “{host}” was cancelled: nobody gave what it asks for.',
    effect: notConnected,
    next: 'Connect again to be asked again. With the key in the SSH agent nothing is asked.',
  },
  LOGIN_QUESTIONS: {
    what: '“{host}” asks more during the login than can be answered: {reason}.',
    effect: notConnected,
    next: 'Try a key that the host takes, which may leave nothing to ask. If it goes on, ask whoever runs the host.',
  },
  PASSWORD_EXPIRED: {
    what: 'The password of “{user}” on “{host}” has expired.',
    effect: notConnected,
    next: 'Log in once with ssh in a terminal, choose a new password, then connect again.',
  },
  SSH_CONFIG_FAILED: {
    what: 'The SSH configuration for “{host}” cannot be used: {reason}',
    effect: notConnected,
    next: 'Look at ~/.ssh/config, for example with “ssh -G” in a terminal, then connect again.',
  },
  SSH_CONFIG_TIMED_OUT: {
    what: 'Reading the SSH configuration for “{host}” took too long.',
    effect: notConnected,
    next: 'A “Match exec” in ~/.ssh/config may be waiting for something. Try again when it is there.',
  },
  SSH_MISSING: {
    what: 'There is no ssh on this computer, which “{host}” is to be reached with.',
    effect: notConnected,
    next: 'Install OpenSSH’s client, or choose “Built in” for this host.',
  },
  SSH_FAILED: {
    what: '“{host}” could not be reached with ssh: {reason}',
    effect: notConnected,
    next: 'Try the same with ssh in a terminal. When it works there, connect again.',
  },
  SSH_FOLDER_MISSING: {
    what: 'There is no folder on this computer that ssh to “{host}” could use while it runs.',
    effect: notConnected,
    next: 'Set TMPDIR to a folder of yours with a short path, where programs may be run from, and start Snapkeel again. Or choose “Built in” for this host.[ Tried: {tried}.]',
  },
  NEEDS_OPENSSH: {
    what: 'Only the system’s own ssh can reach “{host}”, because of {reason}.',
    effect: notConnected,
    next: 'Choose “OpenSSH” for this host.',
  },
  JUMP_REFUSED: {
    what: '“{jump}” did not pass the connection on to “{host}”: {reason}',
    effect: notConnected,
    next: 'Check that “{host}” is up and reached from there, and that the sshd of “{jump}” allows TCP forwarding.',
  },
  KEY_UNREADABLE: {
    what: 'The key file {keyfile} cannot be read: {reason}',
    effect: notConnected,
    next: 'Check the path and its permissions.',
  },
  REMOTE_SOCKET_MISSING: {
    what: 'Logged in to “{host}”, but no libvirt socket could be opened there.',
    effect: notConnected,
    next: 'Check that libvirt runs there, that the user may use it, and that sshd allows stream-local forwarding or virt-ssh-helper is installed.[ The address says mode={mode}: leave that out to reach any libvirt.][ Tried: {tried}.]',
  },
  REMOTE_SOCKET_DENIED: {
    what: 'Logged in to “{host}”, but the user may not open its libvirt socket.',
    effect: notConnected,
    next: 'Add the user to the “libvirt” group on the host.',
  },
  REMOTE_SOCKET_REFUSED: {
    what: 'Logged in to “{host}”, but nobody is listening on its libvirt socket.',
    effect: notConnected,
    next: 'Start libvirtd or virtqemud there. Snapkeel tries again by itself.',
  },
  HELPER_MISSING: {
    what: 'Neither a libvirt socket nor virt-ssh-helper could be used on “{host}”.',
    effect: notConnected,
    next: 'Install libvirt on the host, or allow stream-local forwarding in its sshd.[ Tried: {tried}.]',
  },
  HELPER_FAILED: {
    what: 'virt-ssh-helper on “{host}” gave up[: {stderr}].',
    effect: notConnected,
    next: 'Check that libvirt runs on the host and that the user may use it.',
  },
  STREAM_GARBAGE: {
    what: 'Something other than libvirt answered on “{host}”[: {text}].',
    effect: notConnected,
    next: 'Shell start-up files on the host must not print anything for sessions that are not interactive.',
  },
  TLS_CA_MISSING: {
    what: 'There is no CA certificate to recognise “{host}” by.',
    effect: notConnected,
    next: 'Put the certificate of the CA that has signed the host’s certificate there, or name its folder with ?pkipath=.[ Looked for: {tried}.]',
  },
  TLS_FILE_UNREADABLE: {
    what: 'TLS to “{host}” needs {file}, which cannot be used: {reason}',
    effect: notConnected,
    next: 'Check what the file holds, and that you may read it.',
  },
  TLS_PAIR_INCOMPLETE: {
    what: 'The file {other} is there, but {file}, which belongs to it, is not.',
    effect: notConnected,
    next: 'Put the missing file there, or take both away: libvirt wants a client certificate together with its key.',
  },
  TLS_KEY_MISMATCH: {
    what: 'The key in {keyfile} is not that of the certificate {file}.',
    effect: notConnected,
    next: 'Put the key there that the certificate was made with, or have a new certificate made.',
  },
  TLS_OWN_EXPIRED: {
    what: 'The certificate {file} on this computer is not valid now[: it is valid from {from} to {until}].',
    effect: notConnected,
    next: 'Have it renewed by whoever runs the CA. If it should be valid, check the clock of this computer.',
  },
  TLS_SERVER_UNTRUSTED: {
    what: '“{host}” has shown a certificate that the CA in {ca} does not vouch for: {reason}. Somebody may be between you and the host, or it has a certificate of another CA.',
    effect: notConnected,
    next: 'Ask whoever runs the host for the certificate of its CA, and put that into {ca}.[ The host’s certificate names as its CA: {issuer}.]',
  },
  TLS_SERVER_EXPIRED: {
    what: 'The certificate of “{host}”, or of its CA, is not valid now[: the host’s is valid from {from} to {until}].',
    effect: notConnected,
    next: 'Have it renewed by whoever runs the host. If it should be valid, check the clock of this computer.',
  },
  TLS_SERVER_REVOKED: {
    what: 'The certificate of “{host}” has been revoked by its CA, as {crl} says.',
    effect: notConnected,
    next: 'Do not connect. Ask whoever runs the host.',
  },
  TLS_CRL_UNUSABLE: {
    what: 'Whether the certificate of “{host}” has been revoked cannot be told from {crl}: {reason}.',
    effect: notConnected,
    next: 'Put the CA’s current list of revoked certificates there, or take the file away if the CA has none.',
  },
  TLS_SERVER_NAME: {
    what: 'The certificate that “{host}” has shown is not for this name[: it is for {names}]. Somebody may be between you and the host, or you call it by another name.',
    effect: notConnected,
    next: 'Use a name or an address that is in the certificate, or have a certificate made that has this one as a subject alternative name.',
  },
  TLS_CLIENT_REFUSED: {
    what: '“{host}” did not accept your certificate {certificate}[ ({subject})].',
    effect: notConnected,
    next: 'Ask whoever runs the host whether its CA has signed that certificate, and whether its name is in tls_allowed_dn_list of libvirtd.conf. The log of libvirt on the host says why.',
  },
  TLS_CLIENT_UNKNOWN: {
    what: '“{host}” did not accept a client without a certificate.',
    effect: notConnected,
    next: 'Have whoever runs its CA make you one, and put it into {file} with its key, or name a folder with ?pkipath=.',
  },
  TLS_HUNG_UP: {
    what: '“{host}” hung up before a TLS connection was agreed on.',
    effect: notConnected,
    next: 'Snapkeel tries again by itself. If it stays so, check that port {port} is that of libvirt’s TLS, and not of plain TCP.',
  },
  TLS_HANDSHAKE_FAILED: {
    what: '“{host}” answered, but no TLS connection could be agreed on.',
    effect: notConnected,
    next: 'Check that port {port} is that of libvirt’s TLS, and that the host offers TLS 1.2 or newer. Details: {reason}',
  },
  CANCELLED: {
    what: 'Connecting to “{host}” was cancelled.',
    effect: notConnected,
    next: 'Connect again when you want to.',
  },
  UNSUPPORTED: {
    what: 'This way of connecting is not supported: {reason}',
    effect: notConnected,
    next: 'Use a local socket, qemu+ssh:// or qemu+tls://.',
  },
  POLKIT_DENIED: {
    what: 'polkit does not let this user use libvirt on “{host}”.',
    effect: notConnected,
    next: 'If you were asked for a password, it was not accepted: connect again. If not, polkit’s rules on the host say no: add the user to the “libvirt” group there and log in again, or ask whoever runs the host.',
  },
  POLKIT_NO_AGENT: {
    what: 'polkit wants a password before this user may use libvirt on “{host}”, but no polkit agent is running to ask for it.',
    effect: notConnected,
    next: 'Add the user to the “libvirt” group on the host and log in again. If the host is this computer, you can also start a polkit agent, which most desktops have, and connect again.',
  },
  POLKIT_CANCELLED: {
    what: 'polkit asked for a password to use libvirt on “{host}”, and was not given one.',
    effect: notConnected,
    next: 'Connect again to be asked again. Members of the “libvirt” group are not asked.',
  },
  POLKIT_UNANSWERED: {
    what: 'polkit asked for a password to use libvirt on “{host}”, and libvirt does not wait longer than 30 seconds for it.',
    effect: notConnected,
    next: 'Answer the question if it is still there, then connect again. Members of the “libvirt” group are not asked.',
  },
  POLKIT_NOT_RUNNING: {
    what: 'libvirt on “{host}” leaves it to polkit who may use it, and polkit cannot be reached there.',
    effect: notConnected,
    next: 'Start the D-Bus system bus and polkit on the host, restart libvirtd or virtqemud, then connect again.',
  },
  POLKIT_REFUSED: {
    what: 'libvirt did not let this user in (polkit refused).',
    effect: notConnected,
    next: 'Add the user to the “libvirt” group, log in again, and try again. See libvirt’s reason below.',
  },
  AUTH_UNSUPPORTED: {
    what: 'libvirt asks for a kind of authentication that Snapkeel does not know.',
    effect: notConnected,
    next: 'Use the host’s unix socket over SSH.',
  },
  AUTH_SASL: {
    what: 'libvirt on “{host}” asks for a name and a password, or a ticket (SASL[: {mechanisms}]), which Snapkeel does not offer.',
    effect: notConnected,
    next: 'Connect over SSH (qemu+ssh://user@host/system). Or over TLS with a client certificate, which is enough where auth_tls in libvirtd.conf is "none".',
  },
  PROTOCOL: {
    what: '“{host}” sent something that is not libvirt’s protocol, so the connection was ended.',
    effect: 'Nothing more is sent to it. What it was asked before may or may not have been done.',
    next: 'Check what listens on that socket, and its version.',
  },
  NO_ANSWER: {
    what: '“{host}” gives no sign of life.',
    effect: 'What the host was doing may go on there. Snapkeel reads everything anew when it is back.',
    next: 'Snapkeel tries again by itself.',
  },
  LOST: {
    what: 'The connection to libvirt on “{host}” was lost.',
    effect: 'What the host was doing may go on there. Snapkeel reads everything anew when it is back.',
    next: 'Snapkeel tries again by itself.',
  },
  CLOSED: {
    what: 'The connection to “{host}” was closed.',
    effect: untouched,
    next: 'Connect again when you want to.',
  },
  NOT_CONNECTED: { what: '“{host}” is not connected.', effect: untouched, next: 'Connect to it first.' },
  HOSTS_UNREADABLE: {
    what: 'This file is not a list of hosts: {reason}.',
    effect: untouched,
    next: 'Choose a file that “Export hosts” has saved.',
  },
  HOSTS_CHANGED: {
    what: 'The list of hosts was changed since this was read.',
    effect: untouched,
    next: 'Read what would come of the file now.',
  },
  READ_ONLY_HOST: {
    what: '“{host}” is read-only in Snapkeel’s list: nothing on it can be changed.',
    effect: untouched,
    next: 'Choose “Edit host…” and let it be changed, if that is what you want.',
  },
  NO_HOST: { what: 'This host is no longer in the list.', effect: untouched, next: 'Add it again.' },

  XML_UNREADABLE: {
    what: 'libvirt’s description of the domain or its snapshot could not be read: {reason}',
    effect: untouched,
    next: 'Look at the XML with “virsh dumpxml” and “virsh snapshot-dumpxml” on the host.',
  },

  // Plans
  ENDING: {
    what: 'Snapkeel is closing, and begins nothing any more.',
    effect: untouched,
    next: 'Open it again.',
  },
  NO_PLAN: {
    what: 'This plan is no longer held: it was carried out already, or is too old.',
    effect: untouched,
    next: 'Open the dialog again to read how things are now.',
  },
  NAME_REFUSED: {
    what: 'The snapshot cannot have this name. {reason}',
    effect: untouched,
    next: 'Choose another name, or keep the one it has.',
  },
  DESCRIPTION_REFUSED: {
    what: 'libvirt cannot keep this description: it is longer than 1 MiB, or holds a control character.',
    effect: untouched,
    next: 'Shorten it, or write it without that character.',
  },
  NOTHING_TO_CHANGE: {
    what: 'The name and the description are those that libvirt has already.',
    effect: untouched,
    next: 'Change one of them, or close the dialog.',
  },
  EDIT_REFUSED: { what: '{reason}', effect: untouched, next: 'Close the dialog.' },
  MAKE_CURRENT_REFUSED: { what: '{reason}', effect: untouched, next: 'Revert to the snapshot to make it current.' },
  CONSOLE_OFF: {
    what: '“{domain}” is off, so it shows no console.',
    effect: untouched,
    next: 'Start it first.',
  },
  CONSOLE_NONE: {
    what: '“{domain}” has no graphical console.',
    effect: untouched,
    next: 'Add a <graphics> device to it, or use “virsh console” for a serial one.',
  },
  POWER_REFUSED: {
    what: 'It cannot be done now. {reason}',
    effect: untouched,
    next: 'Look at the state the domain has now.',
  },
  NOT_ACKNOWLEDGED: {
    what: 'Something has to be agreed to first, and was not. {reason}',
    effect: untouched,
    next: 'Read it, and agree if that is what you want.',
  },
  IMPORT_REFUSED: {
    what: '{reason}',
    effect: untouched,
    next: 'Choose files that “Export snapshots” or “virsh snapshot-dumpxml” has made of this domain.',
  },
  NO_CURRENT_SNAPSHOT: {
    what: '“{domain}” has no current snapshot.',
    effect: 'Nothing was reverted.',
    next: 'Choose a snapshot by name.',
  },
  CONFIG_TOO_LARGE: {
    what: 'A configuration has more than {most} elements, and is too large to be compared.',
    effect: 'Nothing was changed.',
    next: 'Look at the XML of both instead.',
  },
  SNAPSHOT_GONE: {
    what: 'The snapshot “{snapshot}” no longer exists: it was deleted or renamed meanwhile.',
    effect: untouched,
    next: 'Choose another snapshot.',
  },
  BLOCKED: {
    what: '{reason}',
    effect: 'Nothing was reverted.',
    next: 'Choose another state for afterwards, or another snapshot.',
  },
  DELETE_BLOCKED: {
    what: '{reason}',
    effect: 'Nothing was deleted.',
    next: 'Choose another way to delete, or other snapshots.',
  },
  FORCE_NOT_ACKNOWLEDGED: {
    what: 'This revert needs force, which was not acknowledged. {reason}',
    effect: 'Nothing was reverted.',
    next: 'Read why, and tick “Revert with --force” if that is what you want.',
  },
  PLAN_STALE: {
    what: 'When its turn came, what its dialog had said was no longer true.',
    effect: 'Nothing was done.',
    next: 'Open the dialog again to read how things are now.',
  },
  STALE_AFTER_SAFETY: {
    what: 'While the safety snapshot was taken, something else changed too.',
    effect: 'Nothing was reverted. The safety snapshot stays.',
    next: 'Read what changed, then open the dialog again.',
  },
  BLOCKED_AFTER_SAFETY: {
    what: '{reason}',
    effect: 'Nothing was reverted. The safety snapshot stays.',
    next: 'Open the dialog again to read how things are now.',
  },
  NAME_NOT_TYPED: {
    what: '“{domain}” is marked as protected, and its name was not typed as it is.',
    effect: 'Nothing was done.',
    next: 'Type the domain’s name, or take the mark away.',
  },
  CREATE_REFUSED: {
    what: 'This snapshot cannot be taken. {reason}',
    effect: 'No snapshot was taken.',
    next: 'Choose otherwise, and try again.',
  },
  CREATE_HALF_DONE: {
    what: 'libvirt gave up on the snapshot after it had switched the disks.',
    effect:
      'No data is lost: the domain writes to the new files now, and they lie on the images of before. libvirt lists no snapshot of it.',
    next: 'Keep those files: the domain needs them. Look whether the guest answers, then take another snapshot.',
  },
  CREATE_NOT_KEPT: {
    what: 'libvirt says that it has taken “{snapshot}”, but what it was to keep is not there.',
    effect: 'There is nothing to go back to: reverting to it would leave the guest off.',
    next: 'Delete it from the list, then take another one, perhaps under another name.',
  },
  SAFETY_UNAVAILABLE: {
    what: 'A safety snapshot cannot be taken here. {reason}',
    effect: 'Nothing was reverted.',
    next: 'Revert without a safety snapshot if that is what you want.',
  },
  SAFETY_FAILED: {
    what: 'The safety snapshot “{snapshot}” could not be taken.',
    effect: 'Nothing was reverted.',
    next: 'See the reason, and revert without a safety snapshot only if you can do without a way back.',
  },
  SAFETY_UNKNOWN: {
    what: 'The connection to “{host}” was lost while the safety snapshot “{snapshot}” was taken.',
    effect: 'Nothing was reverted. Whether the snapshot was taken is not known yet.',
    next: 'Snapkeel asks libvirt as soon as it is reachable again. Look at the domain’s snapshots before you go on.',
  },
  MANAGED_SAVE_STAYS: {
    what: 'The managed save image could not be removed.',
    effect: 'Nothing was reverted.',
    next: 'See the reason, and remove it with “virsh managedsave-remove” on the host.',
  },
  MANAGED_SAVE_UNKNOWN: {
    what: 'The connection to “{host}” was lost while the managed save image was removed.',
    effect: 'Nothing was reverted. Whether the image was removed is not known yet.',
    next: 'Snapkeel asks libvirt as soon as it is reachable again, and writes what it finds into the history.',
  },
  OPERATION_CANCELLED: {
    what: 'The operation was cancelled.',
    effect: 'Nothing was reverted.',
    next: 'Open the dialog again when you want to.',
  },
  CANNOT_CANCEL: {
    what: 'This operation cannot be cancelled now: {reason}',
    effect: 'It goes on to its end.',
    next: 'Wait until it has ended. If a safety snapshot was taken, the revert can be undone then.',
  },
  NO_OPERATION: {
    what: 'This operation has ended, or is of an earlier run.',
    effect: untouched,
    next: 'Look at the domain’s state and at the journal.',
  },
  JOURNAL_FAILED: {
    what: 'The journal could not be written, and libvirt is not asked to change anything without it.',
    effect: untouched,
    next: 'Check that the data directory can be written to and has space left.',
  },
  NO_UNDO: {
    what: 'The last revert of this domain cannot be undone. {reason}',
    effect: untouched,
    next: 'Choose a snapshot by name.',
  },
  NO_BATCH: {
    what: 'These changes are not under way any more.',
    effect: untouched,
    next: 'Look at its report.',
  },
  NO_SNAPSHOT: {
    what: '“{domain}” has no snapshots.',
    effect: 'Nothing was reverted.',
    next: 'Take one first.',
  },
  NO_TAGGED_SNAPSHOT: {
    what: '“{domain}” has no snapshot with the tag “{tag}”.',
    effect: 'Nothing was reverted.',
    next: 'Tag one of its snapshots, or choose another target.',
  },
  OUTCOME_UNKNOWN: {
    what: 'The connection to “{host}” was lost while libvirt was reverting.',
    effect: 'It is not known yet whether the revert was done, and the domain may be shut off.',
    next: 'Snapkeel asks libvirt as soon as it is reachable again. Look at the domain’s state before you go on.',
  },
  ANSWER_LOST: {
    what: 'The connection to “{host}” was lost before libvirt answered.',
    effect: 'Snapkeel waited until libvirt was done, and looked: what it found is below.',
    next: 'If that is not what you wanted, ask for it again.',
  },
  NOT_CONFIRMED: {
    what: 'libvirt reported it as done, but could not be asked afterwards how things are.',
    effect: 'It was done.',
    next: 'Look at the domain’s state when the host is connected again.',
  },

  // What lies in the data directory
  JOURNAL_NOT_READ: {
    what: 'The journal could not be read[: {reason}].',
    effect: 'What was done in earlier runs is not shown, nor is it found out what came of requests without an answer.',
    next: 'Make journal.jsonl in the data directory readable for you, then start Snapkeel again.',
  },
  KEPT_NOT_WRITTEN: {
    what: 'Snapkeel could not write {file}[: {reason}].',
    effect: 'This is not remembered. Everything is as it was before.',
    next: 'Check that {folder} can be written to and has space left, then try again.',
  },
  KEPT_NOT_READ: {
    what: 'Snapkeel cannot read {file}[: {reason}].',
    effect: leftAlone,
    next: 'Make {path} readable for you, then start Snapkeel again.',
  },
  KEPT_NOT_PRIVATE: {
    what: 'Others on this computer can get at the data directory {folder}.',
    effect: 'They could read what Snapkeel keeps there, or change which domains are protected.',
    next: 'Give the directory to yourself alone (chmod 700), or choose another one with --data-dir.',
  },
  KEPT_NEWER: {
    what: 'This version of Snapkeel cannot read {file}: a newer one has written it.',
    effect: leftAlone,
    next: 'Use that version, or choose another data directory with --data-dir.',
  },
  KEPT_DAMAGED: {
    what: 'Snapkeel could not read {file}: it is damaged.',
    effect: 'Snapkeel goes on without {holds}.[ The damaged file is kept as {aside}.]',
    next: 'Put a good copy of it back, or set up again what you need.',
  },
  FOLDER_UNWRITABLE: {
    what: 'Snapkeel cannot write to its data directory[: {reason}].',
    effect:
      'Nothing new is remembered, and libvirt is not asked to change anything, since the journal could not tell of it.',
    next: 'Make {folder} writable for you and free some space, or choose another one with --data-dir. Then start Snapkeel again.',
  },
  FOLDER_SHARED: {
    what: 'Snapkeel on the computer “{host}” may be using this data directory too.',
    effect: 'Nothing that is set there or here is lost, but it may show only after the next start.',
    next: 'End Snapkeel there, or choose another data directory with --data-dir.',
  },

  // libvirt's answers, by its names
  NO_DOMAIN: {
    what: 'The domain no longer exists.',
    effect: untouched,
    next: 'It was undefined, or it was transient and has ended.',
  },
  NO_DOMAIN_SNAPSHOT: {
    what: 'The snapshot no longer exists.',
    effect: 'Nothing was reverted.',
    next: 'It was deleted or renamed meanwhile. Choose another snapshot.',
  },
  INVALID_DOMAIN_SNAPSHOT: {
    what: 'libvirt does not accept this snapshot.',
    effect: untouched,
    next: 'Look at its XML; it may come from another version of libvirt.',
  },
  SNAPSHOT_REVERT_RISKY: {
    what: 'libvirt refuses this revert as risky.',
    effect: 'Nothing was reverted.',
    next: 'Read libvirt’s reason below. Force may be able to overcome it.',
  },
  OPERATION_INVALID: {
    what: 'libvirt cannot do this in the domain’s present state.',
    effect: 'libvirt checks this first, so nothing was reverted.',
    next: 'A transient domain needs “running” or “paused”; a block job must end first. See libvirt’s reason below.',
  },
  OPERATION_UNSUPPORTED: {
    what: 'This libvirt cannot do this with this snapshot.',
    effect: 'libvirt checks this first, so nothing was reverted.',
    next: 'See libvirt’s reason below.',
  },
  CONFIG_UNSUPPORTED: {
    what: 'libvirt cannot revert to this snapshot as things are.',
    effect: 'libvirt usually finds this before it touches anything.',
    next: 'See libvirt’s reason below.',
  },
  INVALID_ARG: {
    what: 'libvirt does not know one of the options.',
    effect: 'Nothing was reverted.',
    next: 'This libvirt may be too old for it. See its reason below.',
  },
  OPERATION_FAILED: {
    what: 'libvirt began to revert and failed.',
    effect: mayBeStopped,
    next: 'The snapshot may be missing from a disk image. Check the domain’s disks before you start it.',
  },
  INTERNAL_ERROR: {
    what: 'libvirt met an internal error.',
    effect: mayBeStopped,
    next: 'See libvirt’s reason below and its log on the host.',
  },
  SYSTEM_ERROR: {
    what: 'A file that libvirt needs could not be used.',
    effect: mayBeStopped,
    next: 'A memory or overlay file of the snapshot may be missing. See libvirt’s reason below.',
  },
  OPERATION_TIMEOUT: {
    what: 'Another job on this domain kept libvirt waiting until it gave up.',
    effect: 'Nothing was reverted.',
    next: 'Wait until that job has ended, then try again.',
  },
  OPERATION_ABORTED: {
    what: 'The operation was aborted.',
    effect: mayBeStopped,
    next: 'Look at the domain’s state before you go on.',
  },
  OPERATION_DENIED: {
    what: 'libvirt lets this connection read, and change nothing.',
    effect: untouched,
    next: 'If the host is read-only in Snapkeel’s list, choose “Edit host…” and let it be changed. Else look at its address: libvirt-sock-ro is for reading alone.',
  },
  ACCESS_DENIED: {
    what: 'libvirt does not let this user do this.',
    effect: untouched,
    next: 'Ask whoever runs the host for the right.',
  },
  AUTH_FAILED: {
    what: 'libvirt did not accept the login.',
    effect: notConnected,
    next: 'Check the user’s rights on the host.',
  },
  AUTH_CANCELLED: { what: 'The login at libvirt was cancelled.', effect: notConnected, next: 'Connect again.' },
  AUTH_UNAVAILABLE: {
    what: 'libvirt could not ask for authorisation.',
    effect: notConnected,
    next: 'Add the user to the “libvirt” group on the host.',
  },
  RESOURCE_BUSY: { what: 'Something that libvirt needs is busy.', effect: untouched, next: 'Try again in a moment.' },
  NO_SUPPORT: {
    what: 'This hypervisor’s driver does not offer this.',
    effect: untouched,
    next: 'See libvirt’s reason below.',
  },
  NO_MEMORY: { what: 'The host has no memory left for this.', effect: untouched, next: 'Free some, then try again.' },
  ARGUMENT_UNSUPPORTED: {
    what: 'libvirt cannot do this with this domain’s devices.',
    effect: untouched,
    next: 'See libvirt’s reason below; a guest agent may have to be configured.',
  },
  BLOCK_COPY_ACTIVE: {
    what: 'A block job is running on a disk of the domain.',
    effect: untouched,
    next: 'Wait until it has ended, or abort it, then try again.',
  },
  AGENT_UNRESPONSIVE: {
    what: 'The guest agent does not answer.',
    effect: untouched,
    next: 'Start the agent in the guest, or go on without quiescing.',
  },
  AGENT_UNSYNCED: {
    what: 'The guest agent answers out of turn.',
    effect: untouched,
    next: 'Try again in a moment, or restart the agent in the guest.',
  },
  AGENT_COMMAND_TIMEOUT: {
    what: 'The guest agent did not finish in time.',
    effect: 'The guest’s file systems may be frozen for a moment more.',
    next: 'Try again in a moment, or go on without quiescing.',
  },
  AGENT_COMMAND_FAILED: {
    what: 'The guest agent could not do what it was asked.',
    effect: untouched,
    next: 'See libvirt’s reason below and the agent’s log in the guest.',
  },
  NO_STORAGE_POOL: {
    what: 'A storage pool that the domain uses no longer exists.',
    effect: untouched,
    next: 'Define and start it, then try again.',
  },
  NO_STORAGE_VOL: {
    what: 'A storage volume that the domain uses no longer exists.',
    effect: untouched,
    next: 'Look at the domain’s disks.',
  },
  XML_DETAIL: { what: 'libvirt does not accept the XML.', effect: untouched, next: 'See libvirt’s reason below.' },
  XML_INVALID_SCHEMA: {
    what: 'The XML is not what this libvirt’s schema allows.',
    effect: untouched,
    next: 'See libvirt’s reason below.',
  },
  XML_ERROR: { what: 'libvirt does not accept the XML.', effect: untouched, next: 'See libvirt’s reason below.' },
  RPC: {
    what: 'libvirt could not understand the request.',
    effect: untouched,
    next: 'Its version may be too old for this. See its reason below.',
  },
  LIBVIRT: {
    what: 'libvirt answered with an error ({name}).',
    effect: 'What was done before the error is not known. Snapkeel shows what libvirt says now.',
    next: 'See libvirt’s reason below.',
  },
  UNEXPECTED: {
    what: 'Snapkeel met an error of its own.',
    effect: 'What was asked of libvirt before may have been done.',
    next: 'Look at the domain’s state, and report this with the details below.',
  },
} as const satisfies Record<string, Sentences>;
export type ProblemCode = keyof typeof problems;

/** The codes whose sentences do not depend on what libvirt was asked to do. */
const sameForEveryRequest: ReadonlySet<string> = new Set([
  'NO_DOMAIN',
  'OPERATION_DENIED',
  'ACCESS_DENIED',
  'RESOURCE_BUSY',
  'LIBVIRT',
  'UNEXPECTED',
]);

/** The sentences for a code. A detail that is missing reads as “unknown”, never as an empty gap. */
export function problemOf(
  code: ProblemCode,
  details: Readonly<Record<string, string>> = {},
  technical?: string,
  requested?: Requested,
): Problem {
  const whole = (part: string) => [...part.matchAll(/\{(\w+)\}/g)].every(([, word = '']) => details[word]);
  const fill = (template: string) =>
    template
      .replace(/\[([^\]]*)\]/g, (_, part: string) => (whole(part) ? part : ''))
      .replace(/\{(\w+)\}/g, (_, word: string) => details[word] || 'unknown');
  const meaning = requested && !sameForEveryRequest.has(code) ? requestProblems[requested] : undefined;
  const { what, effect, next } = {
    ...problems[code],
    ...(meaning && { effect: meaning.effect, ...meaning.codes[code] }),
  };
  return {
    code,
    what: fill(what),
    effect: fill(effect),
    next: fill(next),
    ...(technical ? { detail: technical } : {}),
  };
}

/** Whether a code has sentences of its own. */
export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(problems, code);
}
