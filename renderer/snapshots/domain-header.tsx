import { Camera, Eye, type LucideIcon, Play, RotateCcw, Save, Shield, Terminal, Timer } from 'lucide-react';
import { memo, useDeferredValue, useMemo } from 'react';
import { stateLabel } from '../../shared/format.ts';
import type { Domain } from '../../shared/schema.ts';
import type { CommandContext } from '../commands/command.ts';
import { commandById, contextOf, openTarget, revertCommand, runCommand } from '../commands/context.ts';
import { DetailsToggle } from '../commands/details-toggle.tsx';
import { MoreMenu } from '../commands/more-menu.tsx';
import { naturalAction } from '../commands/power-commands.ts';
import { hostById, isProtected } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { StateGlyph } from '../ui/glyphs.tsx';
import parts from '../ui/parts.module.css';
import { ShortName } from '../ui/short-name.tsx';
import styles from './domain-header.module.css';
import { DomainWords } from './domain-words.tsx';

const tones: Partial<Record<Domain['state'], string>> = {
  running: 'ok',
  blocked: 'ok',
  paused: 'warn',
  pmsuspended: 'warn',
  shutdown: 'warn',
  crashed: 'bad',
};

/** The name of the open domain, what it does, and the ways on: what has no room is in the menu. */
export function DomainHeader({ domain }: { domain: Domain }) {
  return (
    <header className={styles.head}>
      <div className={styles.lead}>
        <ShortName name={domain.name} />
        <States domain={domain} />
      </div>
      <Actions domain={domain} />
      <div className={styles.words}>
        <DomainWords domain={domain} />
      </div>
    </header>
  );
}

function States({ domain }: { domain: Domain }) {
  const host = useAppState((state) => hostById(state, domain.hostId));
  const guarded = useAppState((state) => isProtected(state, domainKey(domain)));
  const known = host?.connection.status === 'connected';
  const reason = domain.reason && domain.reason !== 'unknown' ? domain.reason : null;
  return (
    <div className={styles.second}>
      <span
        className={styles.pill}
        data-tone={known ? tones[domain.state] : undefined}
        {...(reason ? { title: `${stateLabel(domain.state)}: ${reason}` } : {})}
      >
        <StateGlyph state={domain.state} />
        <span className={styles.stateText}>
          {known ? '' : 'was '}
          {stateLabel(domain.state)}
        </span>
      </span>
      {guarded ? <Badge icon={Shield} text="protected" means="A revert asks for its name first" /> : null}
      {host?.readOnly ? (
        <Badge
          icon={Eye}
          text="read-only"
          means="Its host is read-only in the list: nothing can be changed from here"
        />
      ) : null}
      {domain.persistent ? null : (
        <Badge
          icon={Timer}
          text="transient"
          means="It has no stored configuration: shutting it down removes it from libvirt"
        />
      )}
      {domain.managedSave ? (
        <Badge
          icon={Save}
          text="managed save"
          means="Its memory was saved to a file, to be restored at the next start"
        />
      ) : null}
    </div>
  );
}

/** What is special about a domain: its shape alone where there is little room. */
function Badge({ icon: Icon, text, means }: { icon: LucideIcon; text: string; means: string }) {
  return (
    <span className={`${parts.chip} ${styles.badge}`} title={`${text}: ${means}`}>
      <Icon size={12} aria-hidden="true" />
      <span className={styles.badgeText}>{text}</span>
    </span>
  );
}

/** Drawn a moment later than the row that is selected: going over rows by keys waits for nothing. */
function Actions({ domain }: { domain: Domain }) {
  // What is said of Revert follows from these; contextOf reads them from the store itself.
  const selected = useAppState((state) => state.selectedRow);
  const chosen = useAppState((state) => state.chosenRows);
  const operations = useAppState((state) => state.operations);
  const history = useAppState((state) => state.history);
  const hosts = useAppState((state) => state.hosts);
  const link = useAppState((state) => state.link);
  const about = [domain, selected, chosen, operations, history, hosts, link];
  // biome-ignore lint/correctness/useExhaustiveDependencies: another one whenever one of them is
  return <ActionButtons domain={domain} about={useDeferredValue(useMemo(() => about, about))} />;
}

const ActionButtons = memo(PlainActionButtons);

/** @param about another one when there is something else to say; what is done goes by what is so when it is pressed */
function PlainActionButtons({ domain }: { domain: Domain; about: readonly unknown[] }) {
  const app = useApp();
  const contextNow = () => contextOf(app, openTarget(app.store.getState()));
  const context = contextNow();
  const command = context.row ? revertCommand(context) : undefined;
  const reason = command ? command.unavailable(context) : whyNothing(context);
  const create = commandById('snapshot.create');
  const onDomain = contextOf(app, { kind: 'domain', key: domainKey(domain) });
  const createRefused = create.unavailable(onDomain);
  return (
    <div className={styles.actions}>
      {onDomain.host?.readOnly ? null : (
        <>
          <FirstAction domain={domain} context={onDomain} />
          <Button
            look="primary"
            className={styles.take}
            disabled={createRefused !== null}
            aria-label="Take snapshot"
            tip={createRefused ?? 'Take snapshot'}
            onClick={() => runCommand(create, contextNow())}
          >
            <Camera size={14} aria-hidden="true" />
            <span className={styles.takeText}>Take snapshot</span>
          </Button>
          <Button
            className={styles.revert}
            disabled={!command || reason !== null}
            tip={reason ?? <bdi>{command?.label(context)}</bdi>}
            onClick={() => {
              const now = contextNow();
              const wanted = revertCommand(now);
              if (wanted) runCommand(wanted, now);
            }}
          >
            <RotateCcw size={14} aria-hidden="true" />
            Revert…
          </Button>
        </>
      )}
      <MoreMenu name={domain.name} target={{ kind: 'domain', key: domainKey(domain) }} ofOpenDomain />
      <DetailsToggle />
    </div>
  );
}

/** What one most likely wants of a domain besides: to start it, or to see its console. */
function FirstAction({ domain, context }: { domain: Domain; context: CommandContext }) {
  const action = naturalAction(domain);
  const command = commandById(action ? `domain.${action}` : 'domain.console');
  const Icon = action ? Play : Terminal;
  const reason = command.unavailable(context);
  return (
    <Button
      className={styles.first}
      disabled={reason !== null}
      {...(reason ? { tip: reason } : {})}
      onClick={() => runCommand(command, context)}
    >
      <Icon size={14} aria-hidden="true" />
      {action ? command.label(context) : 'Console'}
    </Button>
  );
}

function whyNothing({ row, chosen }: CommandContext): string {
  if (chosen.length > 0) return 'Several snapshots are selected. Select one to revert to.';
  return row?.kind === 'here' ? 'This domain has no current snapshot.' : 'Select a snapshot first.';
}
