import { Tabs } from '@base-ui/react/tabs';
import type { KeyboardEvent } from 'react';
import type { Domain } from '../../shared/schema.ts';
import { HealthMark, HealthPane } from '../health/health-pane.tsx';
import { useHealth } from '../health/use-health.ts';
import { ScopedActivity } from '../journal/activity-view.tsx';
import { showTab } from '../store/actions.ts';
import { chosenSnapshots } from '../store/selectors.ts';
import { type DomainTab, domainKey } from '../store/store.ts';
import { Contained } from '../ui/contained.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { focusHome } from '../ui/focus-home.ts';
import tabs from '../ui/tabs.module.css';
import { ChosenBar } from './chosen-bar.tsx';
import { DomainHeader } from './domain-header.tsx';
import styles from './domain-view.module.css';
import { FilterBar } from './filter-bar.tsx';
import { HistoryPane } from './history-pane.tsx';

/** The open domain: what it is and does, the way to Revert, its snapshots, and what was done to it. */
export function DomainView({ domain }: { domain: Domain }) {
  const { store } = useApp();
  const tab = useAppState((state) => state.domainTab);
  const health = useHealth(domain, tab === 'health');
  return (
    <>
      <DomainHeader domain={domain} />
      <Tabs.Root className={tabs.root} value={tab} onValueChange={(value: DomainTab) => showTab(store, value)}>
        <Tabs.List className={`${tabs.list} ${tabs.inset}`} aria-label={`About ${domain.name}`}>
          <Tabs.Tab value="snapshots">Snapshots</Tabs.Tab>
          <Tabs.Tab value="health">
            Health
            <HealthMark report={health.report} />
          </Tabs.Tab>
          <Tabs.Tab value="activity">Activity</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="snapshots" className={tabs.panel} tabIndex={-1}>
          <Contained what="The history" about={domain.uuid}>
            <Bars domain={domain} />
            <HistoryPane domain={domain} />
          </Contained>
        </Tabs.Panel>
        <Tabs.Panel value="health" className={tabs.panel} tabIndex={-1}>
          <Contained what="Health" about={domain.uuid}>
            <HealthPane domain={domain} health={health} />
          </Contained>
        </Tabs.Panel>
        <Tabs.Panel value="activity" className={tabs.panel} tabIndex={-1}>
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

/** Escape leaves a field that is empty already. */
function leaveOnEscape({ key, target }: KeyboardEvent): void {
  if (key !== 'Escape' || !(target instanceof HTMLInputElement) || target.value !== '') return;
  const home = focusHome('history');
  if (home !== true) home.focus();
}

/** The filter, and over it, in the same place, what can be done with several snapshots while several are selected. */
function Bars({ domain }: { domain: Domain }) {
  const several = useAppState((state) => chosenSnapshots(state).length > 0);
  return (
    <div className={styles.bars}>
      <div className={styles.filter} inert={several} onKeyDownCapture={leaveOnEscape}>
        <FilterBar domain={domain} />
      </div>
      <ChosenBar domain={domain} />
    </div>
  );
}
