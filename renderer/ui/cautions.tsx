import { CircleHelp, Info, TriangleAlert } from 'lucide-react';
import boxes from './box.module.css';
import styles from './cautions.module.css';

interface Sentence {
  readonly text: string;
}

/** What may do harm: all of it in one box, so that a second sentence is not overlooked behind a second frame. */
export function Cautions({ of }: { of: readonly Sentence[] }) {
  return <Box kind="caution" title="Warning" icon={<TriangleAlert size={14} aria-hidden />} of={of} />;
}

/** What could not be found out, and therefore counts as no good sign. */
export function Unknowns({ of }: { of: readonly Sentence[] }) {
  return <Box kind="unknown" title="Not known" icon={<CircleHelp size={14} aria-hidden />} of={of} />;
}

/** True and worth knowing, and no reason to hesitate. */
export function Notes({ of }: { of: readonly Sentence[] }) {
  const texts = textsOf(of);
  if (texts.length === 0) return null;
  return (
    <ul className={styles.notes} aria-label="Notes">
      {texts.map((text) => (
        <li key={text}>
          <Info size={14} aria-hidden />
          <span>{text}</span>
        </li>
      ))}
    </ul>
  );
}

interface BoxProps {
  kind: 'caution' | 'unknown';
  title: string;
  icon: React.ReactNode;
  of: readonly Sentence[];
}

function Box({ kind, title, icon, of }: BoxProps) {
  const texts = textsOf(of);
  if (texts.length === 0) return null;
  return (
    <section className={boxes.box} data-look="warning" data-kind={kind}>
      <h3>
        {icon}
        {title}
      </h3>
      {texts.length === 1 ? (
        <p>{texts[0]}</p>
      ) : (
        <ul>
          {texts.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
    </section>
  );
}

function textsOf(of: readonly Sentence[]): string[] {
  return [...new Set(of.map(({ text }) => text))];
}
