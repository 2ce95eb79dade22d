import boxes from '../ui/box.module.css';

/** What became different while a plan was read. */
export function Changes({
  changes,
  untouched = 'Nothing was reverted.',
}: {
  changes: readonly string[];
  untouched?: string;
}) {
  if (changes.length === 0) return null;
  return (
    <div className={boxes.box} data-look="notice" role="alert">
      <strong>Something changed while you were reading</strong>
      <ul>
        {changes.map((change) => (
          <li key={change}>{change}</li>
        ))}
      </ul>
      <p>{untouched}</p>
    </div>
  );
}
