import { X } from 'lucide-react';
import { toggleInspector } from '../store/actions.ts';
import { Button } from '../ui/button.tsx';
import { useApp } from '../ui/context.tsx';
import styles from './activity.module.css';

/** What the details are about, and the way to be rid of them. */
export function DetailsHead({ title }: { title: string }) {
  const { store } = useApp();
  return (
    <div className={styles.detailsHead}>
      <h2>
        <bdi>{title}</bdi>
      </h2>
      <Button look="bare" aria-label="Close details" onClick={() => toggleInspector(store)}>
        <X size={14} aria-hidden="true" />
      </Button>
    </div>
  );
}
