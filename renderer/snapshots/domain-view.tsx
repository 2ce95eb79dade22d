import { Menu } from '@base-ui/react/menu';
import { Tabs } from '@base-ui/react/tabs';
import { Camera, Ellipsis, Eye, PanelRight, RotateCcw, Shield } from 'lucide-react';
import { memo, useDeferredValue, useMemo } from 'react';
import { stateLabel } from '../../shared/format.ts';
import type { Domain } from '../../shared/schema.ts';
import type { CommandContext } from '../commands/command.ts';
import { CommandItems } from '../commands/command-items.tsx';
import { commandById, contextOf, openTarget, revertCommand, runCommand } from '../commands/context.ts';
import { HealthMark, HealthPane } from '../health/health-pane.tsx';
import { useHealth } from '../health/use-health.ts';
import { ScopedActivity } from '../journal/activity-view.tsx';
import { showTab } from '../store/actions.ts';
import { hostById, isProtected } from '../store/selectors.ts';
import { type DomainTab, domainKey } from '../store/store.ts';
import blocks from '../ui/blocks.module.css';
import buttons from '../ui/button.module.css';
import { Button } from '../ui/button.tsx';
import { Contained } from '../ui/contained.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { StateGlyph } from '../ui/glyphs.tsx';
import menus from '../ui/menu.module.css';
import parts from '../ui/parts.module.css';
import styles from './domain-view.module.css';
import { DomainWords } from './domain-words.tsx';
import { FilterBar } from './filter-bar.tsx';
import { HistoryPane } from './history-pane.tsx';
import { PowerButton } from './power-button.tsx';
import tabs from './tabs.module.css';

const tones: Partial<Record<Domain['state'], string>> = {
  running: 'ok',
  blocked: 'ok',
  paused: 'warn',
  pmsuspended: 'warn',
  shutdown: 'warn',
  crashed: 'bad',
};

/** The open domain: what it is and does, the way to Revert, its snapshots, and what was done to it. */
export function DomainView({ domain }: { domain: Domain }) {
  const host = useAppState((state) => hostById(state, domain.hostId));
  const known = host?.connection.status === 'connected';
  const { store } = useApp();
  const tab = useAppState((state) => state.domainTab);
  const health = useHealth(domain, tab === 'health');
  const guarded = useAppState((state) => isProtected(state, domainKey(domain)));
  return (
    <>
      <header className={blocks.head}>
        <div className={blocks.title}>
          <h1 title={domain.name}>
            <bdi>{domain.name}</bdi>
          </h1>
          <span className={styles.pill} data-tone={known ? tones[domain.state] : undefined}>
            <StateGlyph state={domain.state} />
            {known ? '' : 'was '}
            {stateLabel(domain.state)}
            {domain.reason && domain.reason !== 'unknown' ? (
              <span className={styles.reason}>{domain.reason}</span>
            ) : null}
          </span>
          {guarded ? (
            <span className={`${parts.chip} ${styles.shielded}`} title="A revert asks for its name first">
              <Shield size={11} aria-hidden="true" />
              protected
            </span>
          ) : null}
          {host?.readOnly ? (
            <span
              className={`${parts.chip} ${styles.shielded}`}
              title="Its host is read-only in the list: nothing can be changed from here"
            >
              <Eye size={11} aria-hidden="true" />
              read-only
            </span>
          ) : null}
          {domain.persistent ? null : (
            <span
              className={parts.chip}
              title="It has no stored configuration: shutting it down removes it from libvirt"
            >
              transient
            </span>
          )}
          {domain.managedSave ? (
            <span className={parts.chip} title="Its memory was saved to a file, to be restored at the next start">
              managed save
            </span>
          ) : null}
        </div>
        <Actions domain={domain} />
      </header>
      <DomainWords domain={domain} />
      <Tabs.Root className={styles.tabs} value={tab} onValueChange={(value: DomainTab) => showTab(store, value)}>
        <Tabs.List className={`${tabs.list} ${styles.tabList}`} aria-label={`About ${domain.name}`}>
          <Tabs.Tab value="snapshots">Snapshots</Tabs.Tab>
          <Tabs.Tab value="health">
            Health
            <HealthMark report={health.report} />
          </Tabs.Tab>
          <Tabs.Tab value="activity">Activity</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="snapshots" className={styles.panel} tabIndex={-1}>
          <Contained what="The history" about={domain.uuid}>
            <FilterBar domain={domain} />
            <HistoryPane domain={domain} />
          </Contained>
        </Tabs.Panel>
        <Tabs.Panel value="health" className={styles.panel} tabIndex={-1}>
          <Contained what="Health" about={domain.uuid}>
            <HealthPane domain={domain} health={health} />
          </Contained>
        </Tabs.Panel>
        <Tabs.Panel value="activity" className={styles.panel} tabIndex={-1}>
          <Contained what="What was done" about={domain.uuid}>
            <ScopedActivity
              key={domainKey(domain)}
              scope={{ hostId: domain.hostId, uuid: domain.uuid }}
              name={domain.name}
            />
          </Contained>
        </Tabs.Panel>
      </Tabs.Root>
    </>
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
  const { host, ...onDomain } = contextOf(app, { kind: 'domain', key: domainKey(domain) });
  const createRefused = create.unavailable({ ...onDomain, host });
  const inspector = commandById('view.inspector');
  const more = (
    <>
      <Menu.Root modal={false}>
        <Menu.Trigger className={buttons.button} data-look="icon" aria-label={`More for ${domain.name}`}>
          <Ellipsis size={15} aria-hidden="true" />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner className={menus.place} sideOffset={4} align="end">
            <Menu.Popup className={menus.menu}>
              <CommandItems target={{ kind: 'domain', key: domainKey(domain) }} />
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      <Button
        look="icon"
        aria-label="Details"
        tip={inspector.label(context)}
        onClick={() => runCommand(inspector, contextNow())}
      >
        <PanelRight size={15} aria-hidden="true" />
      </Button>
    </>
  );
  if (host?.readOnly) return <div className={blocks.actions}>{more}</div>;
  return (
    <div className={blocks.actions}>
      <PowerButton domain={domain} />
      <Button
        look="primary"
        disabled={createRefused !== null}
        {...(createRefused === null ? {} : { tip: createRefused })}
        onClick={() => runCommand(create, contextNow())}
      >
        <Camera size={14} aria-hidden="true" />
        Take snapshot
      </Button>
      <Button
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
      {more}
    </div>
  );
}

function whyNothing({ row, chosen }: CommandContext): string {
  if (chosen.length > 0) return 'Several snapshots are selected: a revert goes to one.';
  return row?.kind === 'here' ? 'libvirt knows no current snapshot of this domain.' : 'Select a snapshot first.';
}
