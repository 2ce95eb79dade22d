import { Menu } from '@base-ui/react/menu';
import { Check, Download, ListFilter, Search } from 'lucide-react';
import type { ReactNode } from 'react';
import { activityCsv, activityJsonLines } from '../../shared/activity/export.ts';
import {
  type ActivityFilter,
  type Facet,
  facetKeys,
  facets,
  isFiltering,
  noFilter,
  offersOf,
  type Span,
  spans,
  toggled,
} from '../../shared/activity/filter.ts';
import type { JournalGroup } from '../../shared/activity/groups.ts';
import { capital, formatCount, formatWhole } from '../../shared/format.ts';
import { exactIn } from '../../shared/visible.ts';
import filters from '../snapshots/filter.module.css';
import { Button } from '../ui/button.tsx';
import { Cross } from '../ui/cross.tsx';
import { DropMenu } from '../ui/drop-menu.tsx';
import forms from '../ui/forms.module.css';
import menus from '../ui/menu.module.css';
import parts from '../ui/parts.module.css';
import { saveText } from '../ui/save-text.ts';
import styles from './activity.module.css';
import type { Scope } from './use-journal.ts';

/** Values of a facet that a menu offers; the text finds the others. */
const mostOffered = 30;

interface ActivityBarProps {
  scope: Scope;
  all: readonly JournalGroup[];
  shown: readonly JournalGroup[];
  filter: ActivityFilter;
  onFilter: (filter: ActivityFilter) => void;
  narrow: boolean;
  /** Stands at the end. */
  children?: ReactNode;
}

/** What of the activity is shown: a menu each where there is room, else one for all and what is chosen as chips. */
export function ActivityBar({ scope, all, shown, filter, onFilter, narrow, children }: ActivityBarProps) {
  const keys = facetKeys.filter((key) => !(key === 'host' && scope.hostId) && !(key === 'domain' && scope.uuid));
  const isActive = isFiltering(filter);
  const items = (key: Facet) => <FacetItems key={key} facet={key} all={all} filter={filter} onFilter={onFilter} />;
  const spanItems = <SpanItems filter={filter} onFilter={onFilter} />;
  return (
    <div className={filters.bar}>
      <label className={`${forms.field} ${filters.field}`}>
        <Search size={13} aria-hidden="true" />
        <input
          type="text"
          aria-label="Filter activity"
          placeholder="Filter activity"
          autoComplete="off"
          spellCheck={false}
          value={filter.text}
          onChange={(event) => onFilter({ ...filter, text: event.target.value })}
          onKeyDown={(event) => {
            if (event.key === 'Escape' && filter.text) onFilter({ ...filter, text: '' });
          }}
        />
        {filter.text ? <Cross label="Clear the text" onClick={() => onFilter({ ...filter, text: '' })} /> : null}
      </label>
      {narrow ? (
        <DropMenu icon={ListFilter} text="Filter" label="Filter by what was done" className={styles.menu}>
          {keys.map((key) => (
            <Menu.Group key={key} className={filters.group}>
              <Menu.GroupLabel className={filters.heading}>{facets[key].label}</Menu.GroupLabel>
              {items(key)}
            </Menu.Group>
          ))}
          <Menu.Group className={filters.group}>
            <Menu.GroupLabel className={filters.heading}>Time</Menu.GroupLabel>
            {spanItems}
          </Menu.Group>
        </DropMenu>
      ) : (
        <div className={styles.menus}>
          {keys.map((key) => (
            <DropMenu
              key={key}
              text={menuText(facets[key].label, filter[key].map(facets[key].words))}
              label={`${facets[key].label}: ${filter[key].map(facets[key].words).join(', ') || 'any'}`}
              className={styles.menu}
              chosen={filter[key].length > 0}
            >
              {items(key)}
            </DropMenu>
          ))}
          <DropMenu
            text={menuText('Time', filter.span === null ? [] : [spans[filter.span].words])}
            label={`Time: ${filter.span === null ? 'any' : spans[filter.span].words}`}
            className={styles.menu}
            chosen={filter.span !== null}
          >
            {spanItems}
          </DropMenu>
          {isActive ? (
            <Button look="quiet" onClick={() => onFilter(noFilter)}>
              Clear
            </Button>
          ) : null}
        </div>
      )}
      <span className={`${filters.count} ${styles.count}`} role="status">
        {isActive ? `${formatWhole(shown.length)} of ${formatWhole(all.length)}` : countText(all.length)}
      </span>
      {children}
      {narrow ? <Chips keys={keys} filter={filter} onFilter={onFilter} /> : null}
    </div>
  );
}

const countText = (count: number) => formatCount(count, 'operation');

function menuText(label: string, chosen: readonly string[]): string {
  const [first] = chosen;
  if (first === undefined) return label;
  return chosen.length === 1 ? `${label}: ${first}` : `${label}: ${chosen.length}`;
}

/** What is filtered by, each with a way to end that. */
function Chips({ keys, filter, onFilter }: Pick<ActivityBarProps, 'filter' | 'onFilter'> & { keys: readonly Facet[] }) {
  const chips = [
    ...keys.flatMap((key) =>
      filter[key].map((value) => ({
        words: `${facets[key].label}: ${facets[key].words(value)}`,
        without: toggled(filter, key, value),
      })),
    ),
    ...(filter.span === null
      ? []
      : [{ words: `Time: ${spans[filter.span].words}`, without: { ...filter, span: null } }]),
  ];
  if (chips.length === 0) return null;
  return (
    <ul className={filters.facets} aria-label="What is filtered by">
      {chips.map(({ words, without }) => (
        <li key={words} className={`${parts.chip} ${filters.facet}`}>
          <bdi>{words}</bdi>
          <Cross label={`Do not filter by “${words}”`} size={11} onClick={() => onFilter(without)} />
        </li>
      ))}
    </ul>
  );
}

function FacetItems({
  facet,
  all,
  filter,
  onFilter,
}: Pick<ActivityBarProps, 'all' | 'filter' | 'onFilter'> & { facet: Facet }) {
  const offers = offersOf(all, facet, filter[facet]);
  const isOn = (value: string) => filter[facet].includes(value);
  const shown = offers.filter(({ value }, at) => at < mostOffered || isOn(value));
  return (
    <>
      {shown.map(({ value, words, count }) => (
        <Menu.CheckboxItem
          key={value}
          className={menus.item}
          checked={isOn(value)}
          closeOnClick={false}
          onCheckedChange={() => onFilter(toggled(filter, facet, value))}
        >
          <Menu.CheckboxItemIndicator className={menus.check} keepMounted>
            <Check size={13} aria-hidden="true" />
          </Menu.CheckboxItemIndicator>
          <span className={menus.label}>
            <bdi>{words}</bdi>
          </span>
          <span className={filters.offered}>{formatWhole(count)}</span>
        </Menu.CheckboxItem>
      ))}
      {shown.length < offers.length ? (
        <p className={`${parts.dim} ${filters.nothing}`}>
          {formatWhole(offers.length - shown.length)} more: type a name to find them
        </p>
      ) : null}
    </>
  );
}

function SpanItems({ filter, onFilter }: Pick<ActivityBarProps, 'filter' | 'onFilter'>) {
  const choices: readonly [Span | null, string][] = [
    [null, 'Any time'],
    ...Object.entries(spans).map(([span, { words }]): [Span, string] => [span as Span, capital(words)]),
  ];
  return (
    <Menu.RadioGroup value={filter.span} onValueChange={(span: Span | null) => onFilter({ ...filter, span })}>
      {choices.map(([span, words]) => (
        <Menu.RadioItem key={words} value={span} className={menus.item} closeOnClick>
          <Menu.RadioItemIndicator className={menus.check} keepMounted>
            <Check size={13} aria-hidden="true" />
          </Menu.RadioItemIndicator>
          <span className={menus.label}>{words}</span>
        </Menu.RadioItem>
      ))}
    </Menu.RadioGroup>
  );
}

const formats = [
  { words: 'JSON Lines…', extension: 'jsonl', write: activityJsonLines },
  { words: 'CSV, for a spreadsheet…', extension: 'csv', write: activityCsv },
] as const;

/** Saves what is shown. */
export function ExportMenu({ groups, name }: { groups: readonly JournalGroup[]; name: string }) {
  return (
    <DropMenu icon={Download} text="Export" label="Export what is shown" align="end" className={styles.menu}>
      <Menu.Group>
        <Menu.GroupLabel className={filters.heading}>{countText(groups.length)}, as filtered</Menu.GroupLabel>
        {formats.map(({ words, extension, write }) => (
          <Menu.Item
            key={extension}
            className={menus.item}
            disabled={groups.length === 0}
            onClick={() => saveText(`${name}.${extension}`, write(exactIn(groups)))}
          >
            <span className={menus.label}>{words}</span>
          </Menu.Item>
        ))}
      </Menu.Group>
    </DropMenu>
  );
}
