/** What became different while a plan was read. */
export function Changes({ changes }: { changes: readonly string[] }) {
  if (changes.length === 0) return null;
  return (
    <div className="box notice" role="alert">
      <strong>Something changed while you were reading</strong>
      <ul>
        {changes.map((change) => (
          <li key={change}>{change}</li>
        ))}
      </ul>
      <p>Nothing was reverted.</p>
    </div>
  );
}
