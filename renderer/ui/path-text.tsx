import styles from './path-text.module.css';

/** A path in one line. Where there is no room it is its middle that is left out: the file's name tells most. */
export function PathText({ path }: { path: string }) {
  const at = path.lastIndexOf('/') + 1;
  return (
    <span className={styles.path} title={path}>
      <span className={styles.folder}>{path.slice(0, at)}</span>
      <bdi className={styles.file}>{path.slice(at)}</bdi>
    </span>
  );
}
