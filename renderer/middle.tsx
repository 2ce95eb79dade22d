import { ConnectView } from './hosts/connect/connect-view.tsx';
import { HostView } from './hosts/host-view.tsx';
import { openDomainCode } from './snapshots/later.ts';
import { hostInTrouble, openDomain, openHost } from './store/selectors.ts';
import type { AppState } from './store/store.ts';
import blocks from './ui/blocks.module.css';
import { useAppState } from './ui/context.tsx';
import { Fetched, useAhead } from './ui/fetched.tsx';
import { useAfter } from './ui/hooks.ts';

/** Where nothing is open: what needs a look, or else the first host that is connected. */
function hostToShow(state: AppState) {
  return hostInTrouble(state) ?? state.hosts.find(({ connection }) => connection.status === 'connected');
}

/** The middle of the window: the open domain or host, or what can be connected to. */
export function Middle() {
  const loaded = useAppState((state) => state.loaded);
  const lost = useAppState((state) => state.link === 'lost');
  const place = useAppState((state) => state.place);
  const domain = useAppState(openDomain);
  const host = useAppState(openHost);
  const hosts = useAppState((state) => state.hosts.length);
  const toShow = useAppState(hostToShow);
  const late = useAfter(400, !loaded);
  useAhead(openDomainCode);
  if (!loaded && lost)
    return <Empty title="Snapkeel’s backend is not reachable" text="Hosts and domains are shown once it answers." />;
  if (!loaded) return late ? <Empty title="Asking the backend…" text="It lists the hosts and domains." /> : null;
  if (domain)
    return (
      <Fetched code={openDomainCode} waiting={<Coming />}>
        {({ DomainView }) => <DomainView domain={domain} />}
      </Fetched>
    );
  if (place?.kind === 'activity')
    return (
      <Fetched code={openDomainCode} waiting={<Coming />}>
        {({ ActivityView }) => <ActivityView />}
      </Fetched>
    );
  if (host && place?.kind === 'host') return <HostView host={host} />;
  if (host && place?.kind === 'domain') {
    if (host.connection.status !== 'connected') return <HostView host={host} />;
    return <Empty title="This domain is gone" text={`libvirt on ${host.name} no longer lists it.`} />;
  }
  if (hosts === 0 || place?.kind === 'connect') return <ConnectView />;
  if (toShow) return <HostView host={toShow} />;
  return <Empty title="No domain is open" text="Domains appear in the list as soon as a host is connected." />;
}

function Coming() {
  return useAfter(400) ? <Empty title="Loading…" text="The rest of the window is loading." /> : null;
}

function Empty({ title, text }: { title: string; text: string }) {
  return (
    <div className={blocks.empty}>
      <h1>{title}</h1>
      <p>{text}</p>
    </div>
  );
}
