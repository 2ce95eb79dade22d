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
const notConnected = 'Nothing on the host was changed. Its domains cannot be shown until this is fixed.';
const mayBeStopped =
  'libvirt stops the domain before it loads the snapshot, so it may be shut off now. Snapkeel has asked libvirt and shows the result.';
const leftAlone = 'Snapkeel continues without {holds}. The file is left unchanged, and nothing new is written to it.';

/** From a code to the sentences a person can act on. Codes are libvirt's names, the transports' and Snapkeel's own. */
export const problems = {
  // Finding and reaching a host
  INVALID_URI: {
    what: 'Snapkeel cannot use this connection URI: {reason}',
    effect: untouched,
    next: 'Write it as in qemu:///system, qemu+ssh://user@host/system or qemu+tls://host/system.',
  },
  SOCKET_MISSING: {
    what: 'No libvirt socket was found on this computer.',
    effect: notConnected,
    next: 'Install and start libvirt (libvirtd or virtqemud), then try again.[ The URI sets mode={mode}: leave it out to try all of them.][ Looked for: {tried}.]',
  },
  SOCKET_DENIED: {
    what: 'This user may not open the libvirt socket[ {path}].',
    effect: notConnected,
    next: 'Add the user to the “libvirt” group, log in again, and try again.',
  },
  SOCKET_REFUSED: {
    what: 'The libvirt socket[ {path}] exists, but nothing is listening on it.',
    effect: notConnected,
    next: 'Start libvirtd or virtqemud, then try again.',
  },
  HOST_NOT_FOUND: {
    what: 'The name “{host}” could not be resolved.',
    effect: notConnected,
    next: 'Check the spelling of the host name and your DNS.',
  },
  HOST_UNREACHABLE: {
    what: '“{host}” cannot be reached over the network.',
    effect: notConnected,
    next: 'Check that the host is up and that a route or VPN to it exists.',
  },
  LOCAL_NETWORK: {
    what: '“{host}” cannot be reached, or macOS does not let Snapkeel use the local network.',
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
    effect: 'Whatever the host was doing continues there. Snapkeel reads everything again when it is back.',
    next: 'Snapkeel tries again automatically.',
  },
  TIMED_OUT: {
    what: '“{host}” did not answer in time.',
    effect: notConnected,
    next: 'Check the network and the host’s load, then try again.',
  },
  SSH_HUNG_UP: {
    what: '“{host}” closed the connection before SSH was set up.',
    effect: notConnected,
    next: 'Snapkeel tries again automatically. If this keeps happening, check that the port belongs to an SSH server, and that its sshd accepts this many connections at once (MaxStartups).',
  },
  HANDSHAKE_FAILED: {
    what: '“{host}” answered, but no SSH connection could be negotiated.',
    effect: notConnected,
    next: '[Choose “{other}” for this host: it supports algorithms that the built-in client does not. ]Check that the port belongs to an SSH server. Details: {reason}',
  },
  LOGIN_UNREADABLE: {
    what: '“{host}” sent something during login that is not SSH, or is too long. A banner may be at most 32 KiB.',
    effect: notConnected,
    next: 'Choose “OpenSSH” for this host, which accepts longer ones, or check “Banner” in the host’s sshd_config. Nothing is wrong with your key. Details: {reason}',
  },
  HOST_KEY_CHANGED: {
    what: 'The host key of “{host}” does not match the known one[ in {knownFile} line {knownLine}]. Someone may be intercepting the connection, or the host was reinstalled.[ Known: {knownType} {knownFingerprint}.] Shown now: {keyType} {fingerprint}.',
    effect: notConnected,
    next: 'Ask whoever runs the host for its fingerprint. Only if it is the one shown now, [remove line {knownLine} from {knownFile} and ]connect again.',
  },
  HOST_KEY_UNKNOWN: {
    what: 'The host key of “{host}” is not known[ ({keyType} {fingerprint})], and the SSH configuration says to refuse such hosts (StrictHostKeyChecking).',
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
    what: '“{host}” refused the login[ as user “{user}”].',
    effect: notConnected,
    next: 'Load the right key into the SSH agent, or name it in the URI with ?keyfile=.[ The host ended the login after too many attempts ({tooMany}): offer only that key.][ It accepts: {accepts}.][ Tried: {tried}.][ Not offered: {skipped}.][ Only OpenSSH can offer: {openSsh}.]',
  },
  LOGIN_CANCELLED: {
    what: 'The login to “{host}” was cancelled: its question was not answered.',
    effect: notConnected,
    next: 'Connect again to be asked again. With the key in the SSH agent, you are not asked.',
  },
  LOGIN_QUESTIONS: {
    what: '“{host}” asks more during login than Snapkeel can answer: {reason}.',
    effect: notConnected,
    next: 'Try a key that the host accepts: it may then ask nothing. If this keeps happening, ask whoever runs the host.',
  },
  PASSWORD_EXPIRED: {
    what: 'The password of “{user}” on “{host}” has expired.',
    effect: notConnected,
    next: 'Log in once with ssh in a terminal, choose a new password, then connect again.',
  },
  SSH_CONFIG_FAILED: {
    what: 'The SSH configuration for “{host}” cannot be used: {reason}',
    effect: notConnected,
    next: 'Check ~/.ssh/config, for example with “ssh -G” in a terminal, then connect again.',
  },
  SSH_CONFIG_TIMED_OUT: {
    what: 'Reading the SSH configuration for “{host}” took too long.',
    effect: notConnected,
    next: 'A “Match exec” in ~/.ssh/config may be waiting for something. Try again once that is available.',
  },
  SSH_MISSING: {
    what: '“{host}” is set to use OpenSSH, but there is no ssh on this computer.',
    effect: notConnected,
    next: 'Install the OpenSSH client, or choose “Built in” for this host.',
  },
  SSH_FAILED: {
    what: '“{host}” could not be reached with ssh: {reason}',
    effect: notConnected,
    next: 'Try the same with ssh in a terminal. When it works there, connect again.',
  },
  SSH_FOLDER_MISSING: {
    what: 'There is no folder on this computer that ssh to “{host}” can use for its socket.',
    effect: notConnected,
    next: 'Set TMPDIR to a folder of your own that has a short path and allows programs to run, then start Snapkeel again. Or choose “Built in” for this host.[ Tried: {tried}.]',
  },
  NEEDS_OPENSSH: {
    what: 'Only the system’s own ssh can reach “{host}”, because of {reason}.',
    effect: notConnected,
    next: 'Choose “OpenSSH” for this host.',
  },
  JUMP_REFUSED: {
    what: '“{jump}” did not forward the connection to “{host}”: {reason}',
    effect: notConnected,
    next: 'Check that “{host}” is up and reachable from there, and that the sshd of “{jump}” allows TCP forwarding.',
  },
  KEY_UNREADABLE: {
    what: 'The key file {keyfile} cannot be read: {reason}',
    effect: notConnected,
    next: 'Check the path and its permissions.',
  },
  REMOTE_SOCKET_MISSING: {
    what: 'Logged in to “{host}”, but no libvirt socket could be opened there.',
    effect: notConnected,
    next: 'Check that libvirt runs there, that the user may use it, and that sshd allows stream-local forwarding or virt-ssh-helper is installed.[ The URI sets mode={mode}: leave it out to try every libvirt.][ Tried: {tried}.]',
  },
  REMOTE_SOCKET_DENIED: {
    what: 'Logged in to “{host}”, but the user may not open its libvirt socket.',
    effect: notConnected,
    next: 'Add the user to the “libvirt” group on the host.',
  },
  REMOTE_SOCKET_REFUSED: {
    what: 'Logged in to “{host}”, but nothing is listening on its libvirt socket.',
    effect: notConnected,
    next: 'Start libvirtd or virtqemud there. Snapkeel tries again automatically.',
  },
  HELPER_MISSING: {
    what: 'Neither a libvirt socket nor virt-ssh-helper could be used on “{host}”.',
    effect: notConnected,
    next: 'Install libvirt on the host, or allow stream-local forwarding in its sshd.[ Tried: {tried}.]',
  },
  HELPER_FAILED: {
    what: 'virt-ssh-helper on “{host}” failed[: {stderr}].',
    effect: notConnected,
    next: 'Check that libvirt runs on the host and that the user may use it.',
  },
  STREAM_GARBAGE: {
    what: 'Something other than libvirt answered on “{host}”[: {text}].',
    effect: notConnected,
    next: 'Shell start-up files on the host must not print anything in non-interactive sessions.',
  },
  TLS_CA_MISSING: {
    what: 'There is no CA certificate to verify “{host}” with.',
    effect: notConnected,
    next: 'Install the certificate of the CA that signed the host’s certificate, or set its folder with ?pkipath=.[ Looked for: {tried}.]',
  },
  TLS_FILE_UNREADABLE: {
    what: 'TLS to “{host}” needs {file}, which cannot be used: {reason}',
    effect: notConnected,
    next: 'Check the file’s content, and that you can read it.',
  },
  TLS_PAIR_INCOMPLETE: {
    what: 'The file {other} is there, but {file}, which goes with it, is missing.',
    effect: notConnected,
    next: 'Add the missing file, or remove both: libvirt needs a client certificate together with its key.',
  },
  TLS_KEY_MISMATCH: {
    what: 'The key in {keyfile} does not belong to the certificate {file}.',
    effect: notConnected,
    next: 'Install the key that the certificate was made with, or get a new certificate.',
  },
  TLS_OWN_EXPIRED: {
    what: 'The certificate {file} on this computer is not valid now[: it is valid from {from} to {until}].',
    effect: notConnected,
    next: 'Ask whoever runs the CA to renew it. If it should be valid, check this computer’s clock.',
  },
  TLS_SERVER_UNTRUSTED: {
    what: '“{host}” presented a certificate that the CA in {ca} does not confirm: {reason}. Someone may be intercepting the connection, or the certificate is from another CA.',
    effect: notConnected,
    next: 'Ask whoever runs the host for the certificate of its CA, and save it as {ca}.[ The host’s certificate names as its CA: {issuer}.]',
  },
  TLS_SERVER_EXPIRED: {
    what: 'The certificate of “{host}”, or of its CA, is not valid now[: the host’s is valid from {from} to {until}].',
    effect: notConnected,
    next: 'Ask whoever runs the host to renew it. If it should be valid, check this computer’s clock.',
  },
  TLS_SERVER_REVOKED: {
    what: 'The certificate of “{host}” has been revoked by its CA, according to {crl}.',
    effect: notConnected,
    next: 'Do not connect. Ask whoever runs the host.',
  },
  TLS_CRL_UNUSABLE: {
    what: 'It is not known whether the certificate of “{host}” has been revoked. {crl} cannot be used: {reason}.',
    effect: notConnected,
    next: 'Save the CA’s current list of revoked certificates there, or remove the file if the CA has none.',
  },
  TLS_SERVER_NAME: {
    what: 'The certificate of “{host}” is not for this name[: it is for {names}]. Someone may be intercepting the connection, or the host goes by another name.',
    effect: notConnected,
    next: 'Use a name or an address that is in the certificate, or get a certificate that has this one as a subject alternative name.',
  },
  TLS_CLIENT_REFUSED: {
    what: '“{host}” did not accept your certificate {certificate}[ ({subject})].',
    effect: notConnected,
    next: 'Ask whoever runs the host whether its CA has signed that certificate, and whether its name is in tls_allowed_dn_list of libvirtd.conf. The log of libvirt on the host says why.',
  },
  TLS_CLIENT_UNKNOWN: {
    what: '“{host}” did not accept a client without a certificate.',
    effect: notConnected,
    next: 'Ask whoever runs its CA for one and save it as {file} with its key, or set a folder with ?pkipath=.',
  },
  TLS_HUNG_UP: {
    what: '“{host}” closed the connection before TLS was set up.',
    effect: notConnected,
    next: 'Snapkeel tries again automatically. If this keeps happening, check that port {port} is libvirt’s TLS port, not plain TCP.',
  },
  TLS_HANDSHAKE_FAILED: {
    what: '“{host}” answered, but no TLS connection could be negotiated.',
    effect: notConnected,
    next: 'Check that port {port} is libvirt’s TLS port, and that the host offers TLS 1.2 or newer. Details: {reason}',
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
    what: 'polkit does not allow this user to use libvirt on “{host}”.',
    effect: notConnected,
    next: 'If you were asked for a password, it was not accepted: connect again. If not, polkit’s rules on the host do not allow it: add the user to the “libvirt” group there and log in again, or ask whoever runs the host.',
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
    what: 'polkit asked for a password to use libvirt on “{host}”, and libvirt waits only 30 seconds for it.',
    effect: notConnected,
    next: 'Answer the question if it is still there, then connect again. Members of the “libvirt” group are not asked.',
  },
  POLKIT_NOT_RUNNING: {
    what: 'libvirt on “{host}” asks polkit who may use it, and polkit cannot be reached there.',
    effect: notConnected,
    next: 'Start the D-Bus system bus and polkit on the host, restart libvirtd or virtqemud, then connect again.',
  },
  POLKIT_REFUSED: {
    what: 'libvirt did not let this user in (polkit refused).',
    effect: notConnected,
    next: 'Add the user to the “libvirt” group, log in again, and try again. See libvirt’s reason below.',
  },
  AUTH_UNSUPPORTED: {
    what: 'libvirt asks for a kind of authentication that Snapkeel does not support.',
    effect: notConnected,
    next: 'Use the host’s unix socket over SSH.',
  },
  AUTH_SASL: {
    what: 'libvirt on “{host}” asks for a name and a password, or a ticket (SASL[: {mechanisms}]), which Snapkeel does not support.',
    effect: notConnected,
    next: 'Connect over SSH (qemu+ssh://user@host/system). Or over TLS with a client certificate, which is enough where auth_tls in libvirtd.conf is "none".',
  },
  PROTOCOL: {
    what: '“{host}” sent something that is not libvirt’s protocol, so the connection was closed.',
    effect: 'Nothing more is sent to it. Earlier requests may or may not have been carried out.',
    next: 'Check what listens on that socket, and its version.',
  },
  NO_ANSWER: {
    what: '“{host}” does not respond any more.',
    effect: 'Whatever the host was doing may continue there. Snapkeel reads everything again when it is back.',
    next: 'Snapkeel tries again automatically.',
  },
  LOST: {
    what: 'The connection to libvirt on “{host}” was lost.',
    effect: 'Whatever the host was doing may continue there. Snapkeel reads everything again when it is back.',
    next: 'Snapkeel tries again automatically.',
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
    next: 'Choose a file saved with “Export hosts”.',
  },
  HOSTS_CHANGED: {
    what: 'The list of hosts has changed since you read this.',
    effect: untouched,
    next: 'Check again what the file would change.',
  },
  READ_ONLY_HOST: {
    what: '“{host}” is read-only in Snapkeel’s list: nothing on it can be changed.',
    effect: untouched,
    next: 'To change something, turn off “Read-only” in “Edit host…”.',
  },
  NO_HOST: { what: 'This host is no longer in the list.', effect: untouched, next: 'Add it again.' },

  XML_UNREADABLE: {
    what: 'libvirt’s description of the domain or its snapshot could not be read: {reason}',
    effect: untouched,
    next: 'Look at the XML with “virsh dumpxml” and “virsh snapshot-dumpxml” on the host.',
  },

  // Plans
  ENDING: {
    what: 'Snapkeel is closing and starts nothing new.',
    effect: untouched,
    next: 'Open it again.',
  },
  NO_PLAN: {
    what: 'This plan was carried out already, or has expired.',
    effect: untouched,
    next: 'Open the dialog again to see the current state.',
  },
  NAME_REFUSED: {
    what: 'The snapshot cannot have this name. {reason}',
    effect: untouched,
    next: 'Choose another name, or keep the present one.',
  },
  DESCRIPTION_REFUSED: {
    what: 'libvirt cannot keep this description: it is longer than 1 MiB, or contains a control character.',
    effect: untouched,
    next: 'Shorten it, or write it without that character.',
  },
  NOTHING_TO_CHANGE: {
    what: 'The name and the description have not changed.',
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
    what: 'This cannot be done now. {reason}',
    effect: untouched,
    next: 'Check the domain’s current state.',
  },
  NOT_ACKNOWLEDGED: {
    what: 'This needs your agreement first. {reason}',
    effect: untouched,
    next: 'Read it, and agree if that is what you want.',
  },
  IMPORT_REFUSED: {
    what: '{reason}',
    effect: untouched,
    next: 'Choose files that “Export snapshots” or “virsh snapshot-dumpxml” made from this domain.',
  },
  NO_CURRENT_SNAPSHOT: {
    what: '“{domain}” has no current snapshot.',
    effect: 'Nothing was reverted.',
    next: 'Choose a snapshot by name.',
  },
  CONFIG_TOO_LARGE: {
    what: 'A configuration has more than {most} elements, which is too many to compare.',
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
    next: 'Choose another state after the revert, or another snapshot.',
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
    what: 'Something changed before this could start: what the dialog said is no longer true.',
    effect: 'Nothing was done.',
    next: 'Open the dialog again to see the current state.',
  },
  STALE_AFTER_SAFETY: {
    what: 'While the safety snapshot was taken, something else changed too.',
    effect: 'Nothing was reverted. The safety snapshot is kept.',
    next: 'Read what changed, then open the dialog again.',
  },
  BLOCKED_AFTER_SAFETY: {
    what: '{reason}',
    effect: 'Nothing was reverted. The safety snapshot is kept.',
    next: 'Open the dialog again to see the current state.',
  },
  NAME_NOT_TYPED: {
    what: '“{domain}” is protected, and its name was not typed correctly.',
    effect: 'Nothing was done.',
    next: 'Type the domain’s name, or remove its protection.',
  },
  CREATE_REFUSED: {
    what: 'This snapshot cannot be taken. {reason}',
    effect: 'No snapshot was taken.',
    next: 'Change what you chose, and try again.',
  },
  CREATE_HALF_DONE: {
    what: 'libvirt failed to take the snapshot, after it had switched the disks.',
    effect:
      'No data is lost: the domain now writes to the new files, which are based on the previous images. libvirt lists no snapshot for them.',
    next: 'Keep those files: the domain needs them. Check that the guest responds, then take another snapshot.',
  },
  CREATE_NOT_KEPT: {
    what: 'libvirt reports that it took “{snapshot}”, but its data is not there.',
    effect: 'There is nothing to revert to: a revert to it would leave the guest off.',
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
    next: 'See the reason, and revert without a safety snapshot only if you can do without Undo.',
  },
  SAFETY_UNKNOWN: {
    what: 'The connection to “{host}” was lost while the safety snapshot “{snapshot}” was taken.',
    effect: 'Nothing was reverted. It is not known yet whether the snapshot was taken.',
    next: 'Snapkeel asks libvirt as soon as it is reachable again. Check the domain’s snapshots before you continue.',
  },
  MANAGED_SAVE_STAYS: {
    what: 'The managed save image could not be removed.',
    effect: 'Nothing was reverted.',
    next: 'See the reason, and remove it with “virsh managedsave-remove” on the host.',
  },
  MANAGED_SAVE_UNKNOWN: {
    what: 'The connection to “{host}” was lost while the managed save image was removed.',
    effect: 'Nothing was reverted. It is not known yet whether the image was removed.',
    next: 'Snapkeel asks libvirt as soon as it is reachable again, and records the result in Activity.',
  },
  OPERATION_CANCELLED: {
    what: 'The operation was cancelled.',
    effect: 'Nothing was reverted.',
    next: 'Open the dialog again to try again.',
  },
  CANNOT_CANCEL: {
    what: 'This operation cannot be cancelled now: {reason}',
    effect: 'It continues until it is done.',
    next: 'Wait until it is done. If a safety snapshot was taken, you can then undo the revert.',
  },
  NO_OPERATION: {
    what: 'This operation has ended, or was started before Snapkeel was restarted.',
    effect: untouched,
    next: 'Check the domain’s state and its Activity.',
  },
  JOURNAL_FAILED: {
    what: 'The activity log could not be written. Without it, Snapkeel does not ask libvirt to change anything.',
    effect: untouched,
    next: 'Check that the data directory is writable and has free space.',
  },
  NO_UNDO: {
    what: 'The last revert of this domain cannot be undone. {reason}',
    effect: untouched,
    next: 'Choose a snapshot by name.',
  },
  NO_BATCH: {
    what: 'These changes are no longer running.',
    effect: untouched,
    next: 'See the report.',
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
    next: 'Snapkeel asks libvirt as soon as it is reachable again. Check the domain’s state before you continue.',
  },
  ANSWER_LOST: {
    what: 'The connection to “{host}” was lost before libvirt answered.',
    effect: 'Snapkeel waited until libvirt was done, and checked. The result is below.',
    next: 'If that is not what you wanted, try again.',
  },
  NOT_CONFIRMED: {
    what: 'libvirt reported success, but the result could not be checked.',
    effect: 'libvirt says that it was done.',
    next: 'Check the domain’s state when the host is connected again.',
  },

  // What lies in the data directory
  JOURNAL_NOT_READ: {
    what: 'The activity log could not be read[: {reason}].',
    effect: 'Earlier activity is not shown, and the result of unanswered requests is not looked up.',
    next: 'Make journal.jsonl in the data directory readable for you, then start Snapkeel again.',
  },
  KEPT_NOT_WRITTEN: {
    what: 'Snapkeel could not write {file}[: {reason}].',
    effect: 'This was not saved. Everything is as it was before.',
    next: 'Check that {folder} is writable and has free space, then try again.',
  },
  KEPT_NOT_READ: {
    what: 'Snapkeel cannot read {file}[: {reason}].',
    effect: leftAlone,
    next: 'Make {path} readable for you, then start Snapkeel again.',
  },
  KEPT_NOT_PRIVATE: {
    what: 'Other users of this computer can access the data directory {folder}.',
    effect: 'They could read what Snapkeel keeps there, or change which domains are protected.',
    next: 'Restrict the directory to yourself (chmod 700), or choose another one with --data-dir.',
  },
  KEPT_NEWER: {
    what: 'This version of Snapkeel cannot read {file}: a newer version wrote it.',
    effect: leftAlone,
    next: 'Use that version, or choose another data directory with --data-dir.',
  },
  KEPT_DAMAGED: {
    what: 'Snapkeel could not read {file}: it is damaged.',
    effect: 'Snapkeel continues without {holds}.[ The damaged file is kept as {aside}.]',
    next: 'Restore a good copy of it, or set up what you need again.',
  },
  FOLDER_UNWRITABLE: {
    what: 'Snapkeel cannot write to its data directory[: {reason}].',
    effect:
      'Nothing new is saved, and Snapkeel does not ask libvirt to change anything, because it could not be recorded.',
    next: 'Make {folder} writable for you and free some space, or choose another one with --data-dir. Then start Snapkeel again.',
  },
  FOLDER_SHARED: {
    what: 'Snapkeel on the computer “{host}” may be using this data directory too.',
    effect: 'No settings are lost, but changes may show only after the next start.',
    next: 'Quit Snapkeel there, or choose another data directory with --data-dir.',
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
    next: 'Check its XML: it may come from another version of libvirt.',
  },
  SNAPSHOT_REVERT_RISKY: {
    what: 'libvirt refuses this revert as risky.',
    effect: 'Nothing was reverted.',
    next: 'Read libvirt’s reason below. Force may be able to overcome it.',
  },
  OPERATION_INVALID: {
    what: 'libvirt cannot do this in the domain’s current state.',
    effect: 'libvirt checks this first, so nothing was reverted.',
    next: 'A transient domain needs “running” or “paused”; a block job must end first. See libvirt’s reason below.',
  },
  OPERATION_UNSUPPORTED: {
    what: 'This libvirt cannot do this with this snapshot.',
    effect: 'libvirt checks this first, so nothing was reverted.',
    next: 'See libvirt’s reason below.',
  },
  CONFIG_UNSUPPORTED: {
    what: 'libvirt cannot revert to this snapshot now.',
    effect: 'libvirt usually checks this before it changes anything.',
    next: 'See libvirt’s reason below.',
  },
  INVALID_ARG: {
    what: 'libvirt does not know one of the options.',
    effect: 'Nothing was reverted.',
    next: 'This libvirt may be too old for it. See its reason below.',
  },
  OPERATION_FAILED: {
    what: 'libvirt started the revert and failed.',
    effect: mayBeStopped,
    next: 'The snapshot may be missing from a disk image. Check the domain’s disks before you start it.',
  },
  INTERNAL_ERROR: {
    what: 'libvirt reported an internal error.',
    effect: mayBeStopped,
    next: 'See libvirt’s reason below and its log on the host.',
  },
  SYSTEM_ERROR: {
    what: 'A file that libvirt needs could not be used.',
    effect: mayBeStopped,
    next: 'A memory or overlay file of the snapshot may be missing. See libvirt’s reason below.',
  },
  OPERATION_TIMEOUT: {
    what: 'libvirt timed out while it waited for another job on this domain.',
    effect: 'Nothing was reverted.',
    next: 'Wait until that job has ended, then try again.',
  },
  OPERATION_ABORTED: {
    what: 'The operation was aborted.',
    effect: mayBeStopped,
    next: 'Check the domain’s state before you continue.',
  },
  OPERATION_DENIED: {
    what: 'This connection to libvirt is read-only.',
    effect: untouched,
    next: 'If the host is read-only in Snapkeel, turn that off in “Edit host…”. Otherwise check its URI: libvirt-sock-ro is the read-only socket.',
  },
  ACCESS_DENIED: {
    what: 'libvirt does not allow this user to do this.',
    effect: untouched,
    next: 'Ask whoever runs the host for permission.',
  },
  AUTH_FAILED: {
    what: 'libvirt did not accept the login.',
    effect: notConnected,
    next: 'Check the user’s rights on the host.',
  },
  AUTH_CANCELLED: { what: 'The login to libvirt was cancelled.', effect: notConnected, next: 'Connect again.' },
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
    next: 'Start the agent in the guest, or continue without quiescing.',
  },
  AGENT_UNSYNCED: {
    what: 'The guest agent’s answers are out of order.',
    effect: untouched,
    next: 'Try again in a moment, or restart the agent in the guest.',
  },
  AGENT_COMMAND_TIMEOUT: {
    what: 'The guest agent did not finish in time.',
    effect: 'The guest’s file systems may be frozen for a moment more.',
    next: 'Try again in a moment, or continue without quiescing.',
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
    effect: 'It is not known what was done before the error. Snapkeel shows what libvirt reports now.',
    next: 'See libvirt’s reason below.',
  },
  UNEXPECTED: {
    what: 'Snapkeel ran into an internal error.',
    effect: 'Earlier requests to libvirt may have been carried out.',
    next: 'Check the domain’s state, and report this with the details below.',
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
