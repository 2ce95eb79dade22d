import parts from '../../ui/parts.module.css';
import styles from './add-host.module.css';

const examples = [
  { uri: 'qemu:///system', text: 'the domains of this machine' },
  { uri: 'qemu+ssh://user@host/system', text: 'a machine over SSH, with your keys and ~/.ssh/config' },
  { uri: 'qemu+tls://host/system', text: 'a machine over TLS, with libvirt’s certificates' },
];

/** Ways to write a connection URI, to begin with. */
export function Examples({ onPick }: { onPick: (uri: string) => void }) {
  return (
    <section aria-label="Examples">
      <h3 className={styles.group}>Examples</h3>
      <ul className={styles.examples}>
        {examples.map(({ uri, text }) => (
          <li key={uri}>
            <button type="button" className={`${parts.link} ${parts.mono}`} onClick={() => onPick(uri)}>
              {uri}
            </button>
            <span className={parts.dim}>{text}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
