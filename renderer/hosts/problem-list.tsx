import { openDomainView, showTab } from '../store/actions.ts';
import { domainKey } from '../store/store.ts';
import { useApp } from '../ui/context.tsx';
import parts from '../ui/parts.module.css';
import { ProblemIcon } from '../ui/problem-icon.tsx';
import styles from './host-page.module.css';
import type { HostProblem } from './problems.ts';

const leads: Readonly<Record<NonNullable<HostProblem['tab']>, string>> = {
  health: 'Health',
  activity: 'Activity',
  snapshots: 'Open',
};

/** What needs seeing to, each with the way to where more is said of it. */
export function ProblemList({ problems }: { problems: readonly HostProblem[] }) {
  const { store } = useApp();
  return (
    <ul className={styles.problems}>
      {problems.map(({ key, level, domain, text, tab }) => (
        <li key={key}>
          <ProblemIcon level={level} />
          <div>
            {domain ? (
              <b>
                <bdi>{domain.name}</bdi>
              </b>
            ) : null}
            <p className={parts.dim}>
              <bdi>{text}</bdi>{' '}
              {domain && tab ? (
                <button
                  type="button"
                  className={parts.link}
                  aria-label={`${leads[tab]} of ${domain.name}`}
                  onClick={() => {
                    openDomainView(store, domainKey(domain));
                    showTab(store, tab);
                  }}
                >
                  {leads[tab]}
                </button>
              ) : null}
            </p>
          </div>
        </li>
      ))}
    </ul>
  );
}
