import type { Host } from '../../shared/schema.ts';
import { tellCallFailed } from '../store/effects.ts';
import blocks from '../ui/blocks.module.css';
import { Button } from '../ui/button.tsx';
import { useApp, useAppState } from '../ui/context.tsx';
import { HostGlyph } from '../ui/glyphs.tsx';
import { useNow } from '../ui/hooks.ts';
import parts from '../ui/parts.module.css';
import { ProblemView } from '../ui/problem-view.tsx';
import { connectingNow } from './connect-words.ts';
import { hostMeta } from './host-meta.ts';
import styles from './hosts.module.css';
import { OtherSshClient } from './ssh-choice.tsx';

/** Why a host can't be asked, and the button that tries again. In one line where older data is on show. */
export function HostTrouble({ host, inline = false }: { host: Host; inline?: boolean }) {
  const app = useApp();
  const now = useNow(1000);
  const linked = useAppState((state) => state.link === 'open');
  const { connection } = host;
  if (connection.status === 'connected') return null;
  const retry = (
    <Button
      disabled={!linked}
      onClick={() => app.client.hosts.connect({ hostId: host.id }).catch((error) => tellCallFailed(app, error))}
    >
      {connection.status === 'disconnected' ? 'Connect' : 'Try again now'}
    </Button>
  );
  const problem = 'problem' in connection ? connection.problem : null;
  if (inline) {
    return (
      <div className={blocks.strip} role="status">
        <HostGlyph status={connection.status} />
        <span>
          <bdi>{host.name}</bdi>: {problem ? problem.what : hostMeta(host, now)} This is the last known state.
        </span>
        {connection.status === 'retrying' ? <span className={styles.stripMeta}>{hostMeta(host, now)}</span> : null}
        {connection.status === 'connecting' ? null : retry}
      </div>
    );
  }
  if (connection.status === 'connecting') {
    return (
      <div className={blocks.empty} role="status">
        <HostGlyph status="connecting" />
        <h2>
          Connecting to <bdi>{host.name}</bdi>…
        </h2>
        <p className={parts.mono}>{host.uri}</p>
        <p className={parts.dim}>{connectingNow(host)}</p>
      </div>
    );
  }
  return (
    <div className={blocks.empty} role="status">
      {problem ? (
        <ProblemView problem={problem}>
          <div className={styles.buttons}>
            <OtherSshClient host={host} code={problem.code} />
            {retry}
            {connection.status === 'retrying' ? <span className={parts.dim}>{hostMeta(host, now)}</span> : null}
          </div>
        </ProblemView>
      ) : (
        <>
          <h2>
            <bdi>{host.name}</bdi> is disconnected
          </h2>
          <p className={parts.mono}>{host.uri}</p>
          {retry}
        </>
      )}
    </div>
  );
}
