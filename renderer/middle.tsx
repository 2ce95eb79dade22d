import { Plus } from 'lucide-react';
import { commandById, contextOf, runCommand } from './commands/context.ts';
import { HostView } from './hosts/host-view.tsx';
import { openDomainCode } from './snapshots/later.ts';
import { hostInTrouble, openDomain, openHost } from './store/selectors.ts';
import blocks from './ui/blocks.module.css';
import { Button } from './ui/button.tsx';
import { useApp, useAppState } from './ui/context.tsx';
import { Fetched, useAhead } from './ui/fetched.tsx';
import { useAfter } from './ui/hooks.ts';

/** The middle of the window: the open domain or host, or what to do when nothing is open. */
export function Middle() {
  const app = useApp();
  const loaded = useAppState((state) => state.loaded);
  const place = useAppState((state) => state.place);
  const domain = useAppState(openDomain);
  const host = useAppState(openHost);
  const hosts = useAppState((state) => state.hosts.length);
  const domains = useAppState((state) => state.domains.size);
  const inTrouble = useAppState(hostInTrouble);
  const late = useAfter(400, !loaded);
  useAhead(openDomainCode);
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
  if (hosts === 0) {
    return (
      <Empty title="No hosts yet" text="Add this machine’s libvirt, or one that you reach by SSH.">
        <Button look="primary" onClick={() => runCommand(commandById('host.add'), contextOf(app, null))}>
          <Plus size={14} aria-hidden="true" />
          Add host…
        </Button>
        <Button look="quiet" onClick={() => runCommand(commandById('host.import'), contextOf(app, null))}>
          Import hosts…
        </Button>
      </Empty>
    );
  }
  if (domains === 0 && inTrouble) return <HostView host={inTrouble} />;
  if (domains === 0)
    return <Empty title="No domains" text="Domains appear here as soon as a host is connected and has some." />;
  return <Empty title="No domain is open" text="Open one in the list to see its snapshots." />;
}

function Coming() {
  return useAfter(400) ? <Empty title="Loading…" text="The rest of the window is loading." /> : null;
}

function Empty({ title, text, children }: { title: string; text: string; children?: React.ReactNode }) {
  return (
    <div className={blocks.empty}>
      <h1>{title}</h1>
      <p>{text}</p>
      {children}
    </div>
  );
}
