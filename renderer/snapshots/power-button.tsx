import { Play } from 'lucide-react';
import type { Domain } from '../../shared/schema.ts';
import { commandById, contextOf, runCommand } from '../commands/context.ts';
import { naturalAction } from '../commands/power-commands.ts';
import { domainKey } from '../store/store.ts';
import { Button } from '../ui/button.tsx';
import { useApp } from '../ui/context.tsx';

/** Start or Resume, whichever a domain that does not run can do. */
export function PowerButton({ domain }: { domain: Domain }) {
  const app = useApp();
  const action = naturalAction(domain);
  if (!action) return null;
  const command = commandById(`domain.${action}`);
  const context = contextOf(app, { kind: 'domain', key: domainKey(domain) });
  const reason = command.unavailable(context);
  return (
    <Button disabled={reason !== null} tip={reason} onClick={() => runCommand(command, context)}>
      <Play size={14} aria-hidden="true" />
      {command.label(context)}
    </Button>
  );
}
