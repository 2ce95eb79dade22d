import { ArrowLeft } from 'lucide-react';
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { type ActivityFilter, filterActivity, isFiltering, noFilter } from '../../shared/activity/filter.ts';
import { isRevert, type JournalGroup } from '../../shared/activity/groups.ts';
import { type ActivityItem, activityItems } from '../../shared/activity/items.ts';
import { formatWhole } from '../../shared/format.ts';
import { DetailsToggle } from '../commands/details-toggle.tsx';
import { hostById, openDomain } from '../store/selectors.ts';
import { domainKey } from '../store/store.ts';
import { askUndoOffer } from '../store/undo-offers.ts';
import blocks from '../ui/blocks.module.css';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { useAfter, useWide, wideFrom } from '../ui/hooks.ts';
import parts from '../ui/parts.module.css';
import { ProblemView } from '../ui/problem-view.tsx';
import { ViewPane } from '../ui/side-pane.tsx';
import styles from './activity.module.css';
import { ActivityBar, ExportMenu } from './activity-bar.tsx';
import { ActivityDetails } from './activity-details.tsx';
import { ActivityGrid } from './activity-grid.tsx';
import { BatchDetails } from './batch-details.tsx';
import { domainOf } from './entry-domain.ts';
import { mostEntries, type Scope, useJournal } from './use-journal.ts';

const loadingAfterMs = 150;
const everywhere: Scope = {};

/** What was done on all hosts. */
export function ActivityView() {
  const app = useApp();
  const filter = useAppState((state) => state.activityFilter) ?? noFilter;
  const onFilter = (activityFilter: ActivityFilter) => app.store.setState({ activityFilter });
  return (
    <Activity
      scope={everywhere}
      label="Activity"
      filter={filter}
      onFilter={onFilter}
      head={(exporting) => (
        <>
          <header className={blocks.head}>
            <div className={blocks.title}>
              <h1>Activity</h1>
            </div>
            <div className={blocks.actions}>
              {exporting}
              <DetailsToggle />
            </div>
          </header>
          <p className={styles.about}>Everything done from Snapkeel on this computer, on all hosts.</p>
        </>
      )}
    />
  );
}

/** The same of a host or a domain, in a tab. */
export function ScopedActivity({ scope, name }: { scope: Scope; name: string }) {
  const [filter, setFilter] = useState(noFilter);
  return <Activity scope={scope} label={`Activity of ${name}`} filter={filter} onFilter={setFilter} />;
}

interface ActivityProps {
  scope: Scope;
  label: string;
  filter: ActivityFilter;
  onFilter: (filter: ActivityFilter) => void;
  /** What stands above, with the way to export; otherwise that stands in the bar. */
  head?: (exporting: ReactNode) => ReactNode;
}

const none: readonly JournalGroup[] = [];

function Activity({ scope, label, filter, onFilter, head }: ActivityProps) {
  const [attempt, setAttempt] = useState(0);
  const journal = useJournal(scope, attempt);
  const late = useAfter(loadingAfterMs, journal.status === 'loading');
  const minute = useAppState((state) => state.minute);
  const [root, isWide] = useWide(wideFrom);
  const [chosen, setChosen] = useState<string | null>(null);
  const all = journal.status === 'ready' ? journal.groups : none;
  const shown = useMemo(() => filterActivity(all, filter, (minute + 1) * 60_000), [all, filter, minute]);
  const items = useMemo(() => activityItems(shown), [shown]);
  const selected = items.find(({ key }) => key === chosen) ?? items[0];
  const exporting = <ExportMenu groups={shown} name={scope.uuid ? 'domain-activity' : 'snapkeel-activity'} />;
  return (
    <div ref={root} className={styles.activity}>
      {head?.(exporting)}
      {journal.status === 'ready' && all.length > 0 ? (
        <ActivityBar scope={scope} all={all} shown={shown} filter={filter} onFilter={onFilter} narrow={!isWide}>
          {head ? null : exporting}
        </ActivityBar>
      ) : null}
      {journal.status === 'failed' ? (
        <div className={blocks.empty} role="alert">
          <ProblemView problem={journal.problem}>
            <Button onClick={() => setAttempt(attempt + 1)}>Try again</Button>
          </ProblemView>
        </div>
      ) : null}
      {journal.status === 'loading' && late ? (
        <div className={blocks.empty} role="status">
          <p>Reading the journal…</p>
        </div>
      ) : null}
      {journal.status === 'ready' && all.length === 0 ? (
        <div className={blocks.empty}>
          <h2>Nothing has been done yet</h2>
          <p>Whatever Snapkeel asks libvirt to change is listed here: when, by whom, and how it ended.</p>
        </div>
      ) : null}
      {all.length > 0 && shown.length === 0 ? (
        <div className={blocks.empty}>
          <h2>No operation matches</h2>
          <p>None of the {formatWhole(all.length)} operations fits the filter.</p>
          <Button onClick={() => onFilter(noFilter)}>Clear the filter</Button>
        </div>
      ) : null}
      {selected ? (
        <>
          <ActivityGrid
            label={label}
            scope={scope}
            items={items}
            narrow={!isWide}
            selected={selected.key}
            select={setChosen}
          />
          {journal.status === 'ready' && !journal.isWhole && !isFiltering(filter) ? (
            <p className={`${styles.older} ${parts.dim}`}>
              The newest {formatWhole(mostEntries)} requests are listed; older ones stay in the journal.
            </p>
          ) : null}
          <ViewPane>
            <Details key={selected.key} item={selected} all={all} />
          </ViewPane>
        </>
      ) : null}
    </div>
  );
}

/** The details of an operation; of a batch how each one ended, and the way to its details. */
function Details({ item, all }: { item: ActivityItem; all: readonly JournalGroup[] }) {
  const [opened, setOpened] = useState<string | null>(null);
  const [only] = item.groups;
  if (only && item.groups.length === 1) return <Selected group={only} all={all} />;
  const group = item.groups.find(({ operationId }) => operationId === opened);
  if (!group) return <BatchDetails item={item} onOpen={setOpened} />;
  return (
    <>
      <Button className={styles.back} onClick={() => setOpened(null)}>
        <ArrowLeft size={14} aria-hidden="true" />
        <bdi>{item.asked}</bdi>
      </Button>
      <Selected group={group} all={all} />
    </>
  );
}

/** The details of what is selected; whether it can be undone is asked for where that is not known. */
function Selected({ group, all }: { group: JournalGroup; all: readonly JournalGroup[] }) {
  const app = useApp();
  const { main } = group;
  const last = all.find(
    (each) => isRevert(each.main) && each.main.uuid === main.uuid && each.main.hostUri === main.hostUri,
  );
  const isLastRevert = last?.operationId === group.operationId;
  const domain = useAppState((state) => domainOf(state, main));
  const isConnected = useAppState(
    (state) => domain && hostById(state, domain.hostId)?.connection.status === 'connected',
  );
  const ask = domain && isLastRevert && isConnected ? domainKey(domain) : null;
  useEffect(() => {
    if (ask !== null) askUndoOffer(app, ask);
  }, [app, ask]);
  const open = useAppState(openDomain);
  return (
    <ActivityDetails
      group={group}
      domain={domain}
      isLastRevert={isLastRevert}
      isThere={domain !== undefined && open === domain}
    />
  );
}
