import { TriangleAlert, X } from 'lucide-react';
import styles from './file-notices.module.css';
import { dismissFileNotice } from './store/actions.ts';
import { Button } from './ui/button.tsx';
import { useApp, useAppState } from './ui/context.tsx';

/** What is wrong with Snapkeel's own files, above everything, until it is dismissed or mended. */
export function FileNotices() {
  const { store } = useApp();
  const all = useAppState((state) => state.fileNotices);
  const dismissed = useAppState((state) => state.dismissedNotices);
  const notices = all.filter(({ what }) => !dismissed.has(what));
  if (notices.length === 0) return null;
  return (
    <section className={styles.notices} aria-label="Snapkeel’s own files">
      {notices.map((notice) => (
        <article key={notice.what} className={styles.notice} role="alert">
          <TriangleAlert size={16} aria-hidden="true" />
          <p>
            <strong>{notice.what}</strong> {notice.effect} {notice.next}
          </p>
          <Button
            look="bare"
            className={styles.dismiss}
            aria-label="Dismiss"
            onClick={() => dismissFileNotice(store, notice)}
          >
            <X size={14} aria-hidden="true" />
          </Button>
        </article>
      ))}
    </section>
  );
}
