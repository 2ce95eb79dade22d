import { useState } from 'react';
import { formatCount } from '../../shared/format.ts';
import type { RememberedSecrets as Remembered } from '../../shared/schema.ts';
import { tellCallFailed } from '../store/effects.ts';
import { lastOf } from '../ui/asking.ts';
import { Button } from '../ui/button.tsx';
import { useApp } from '../ui/context.tsx';
import parts from '../ui/parts.module.css';
import { useAsked } from '../ui/use-asked.ts';

const places: Readonly<Record<Remembered['in'], string>> = {
  keychain: 'in the system keychain',
  memory: 'until Snapkeel ends',
};

/** How many passwords and passphrases are remembered, and the way to be rid of them. */
export function RememberedSecrets() {
  const app = useApp();
  const asked = useAsked({ subject: 'secrets', ask: (signal) => app.client.secrets.remembered(undefined, { signal }) });
  const [left, setLeft] = useState<Remembered | null>(null);
  const now = left ?? lastOf(asked);
  const forget = () =>
    void app.client.secrets.forgetAll().then(setLeft, (error: unknown) => tellCallFailed(app, error));
  return (
    <>
      <h3>Passwords and passphrases</h3>
      {now === null || now.count === 0 ? (
        <p className={parts.dim}>{now === null ? '' : 'None are remembered.'}</p>
      ) : (
        <p>
          {formatCount(now.count, 'secret')} remembered {places[now.in]}.{' '}
          <Button look="quiet" onClick={forget}>
            Forget all
          </Button>
        </p>
      )}
    </>
  );
}
