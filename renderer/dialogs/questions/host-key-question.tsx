import { AlertDialog } from '@base-ui/react/alert-dialog';
import { useRef } from 'react';
import type { Question } from '../../../shared/schema.ts';
import blocks from '../../ui/blocks.module.css';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import dialogs from '../../ui/dialog.module.css';
import parts from '../../ui/parts.module.css';
import virsh from '../../ui/virsh-line.module.css';
import { useAnswer } from './use-answer.ts';

/** What a type of key begins with -> the file that a host has such a key in. */
const keyFiles: readonly (readonly [string, string])[] = [
  ['ssh-rsa', 'ssh_host_rsa_key.pub'],
  ['rsa-', 'ssh_host_rsa_key.pub'],
  ['ecdsa-', 'ssh_host_ecdsa_key.pub'],
  ['', 'ssh_host_ed25519_key.pub'],
];

/** Asks whether an SSH server that was never seen is the one that was meant. Not connecting is the answer at hand. */
export function HostKeyQuestion({ question }: { question: Extract<Question, { kind: 'host-key' }> }) {
  const { answered, answer } = useAnswer(question.id);
  const safe = useRef<HTMLButtonElement>(null);
  const { host, port, keyType, fingerprint, knownHostsFile } = question;
  const command = `ssh-keygen -lf /etc/ssh/${keyFiles.find(([begin]) => keyType.startsWith(begin))?.[1]}`;
  return (
    <AlertDialog.Root open onOpenChange={(open) => !open && answer(null)}>
      <AlertDialog.Portal>
        <AlertDialog.Backdrop forceRender className={`${dialogs.veil} ${dialogs.above}`} />
        <AlertDialog.Popup className={`${dialogs.dialog} ${dialogs.above}`} initialFocus={safe}>
          <div className={dialogs.head}>
            <AlertDialog.Title className={dialogs.title}>
              Is this really <bdi>{host}</bdi>?
            </AlertDialog.Title>
            <AlertDialog.Description className={dialogs.sub}>
              This host’s key is not known yet, so another machine could be answering.
            </AlertDialog.Description>
          </div>
          <div className={dialogs.body}>
            <dl className={blocks.facts}>
              <div>
                <dt>Host</dt>
                <dd className={parts.mono}>{host}</dd>
              </div>
              <div>
                <dt>Port</dt>
                <dd>{port}</dd>
              </div>
              <div>
                <dt>Key type</dt>
                <dd className={parts.mono}>{keyType}</dd>
              </div>
            </dl>
            <div className={virsh.line} data-whole>
              <code>{fingerprint}</code>
              <CopyButton text={fingerprint} what="fingerprint" />
            </div>
            <p>To compare, run this on the host:</p>
            <div className={virsh.line} data-whole>
              <code>{command}</code>
              <CopyButton text={command} what="command" />
            </div>
            <p className={parts.dim}>
              {knownHostsFile === null ? (
                'The SSH configuration names no file for known keys, so you are asked at every connection.'
              ) : (
                <>
                  If you trust it, the key is saved in <span className={parts.mono}>{knownHostsFile}</span>.
                </>
              )}
            </p>
          </div>
          <div className={dialogs.foot}>
            <span className={dialogs.why} />
            <Button ref={safe} onClick={() => answer(null)}>
              Don’t connect
            </Button>
            <Button look="primary" disabled={answered} onClick={() => answer({ kind: 'yes' })}>
              {knownHostsFile === null ? 'Trust' : 'Trust and remember'}
            </Button>
          </div>
        </AlertDialog.Popup>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
