import type { Link } from '../../shared/link.ts';
import type { Domain, Host } from '../../shared/schema.ts';
import { askRevert } from '../operations/revert/ask.ts';
import { openDomainView, pushNotice } from '../store/actions.ts';
import { type App, type AppState, domainKey } from '../store/store.ts';

/** A host that was asked to connect is waited for no longer; milliseconds. */
const WAIT_MS = 60_000;

/** Follows links as they come: shows the domain, or the plan of the revert. Nothing is done without the person. */
export function startLinks(app: App): void {
  let waiting: { link: Link; until: number } | null = null;
  app.store.subscribe((state, before) => {
    if (state.openedLink && state.openedLink !== before.openedLink)
      waiting = { link: state.openedLink.link, until: Date.now() + WAIT_MS };
    if (!waiting || !state.loaded) return;
    const { link, until } = waiting;
    const step = nextStep(state, link, Date.now() > until);
    if (step.kind === 'wait') {
      if (step.connect)
        app.client.hosts.connect({ hostId: step.connect.id }).catch((error: unknown) => console.warn(error));
      return;
    }
    waiting = null;
    if (step.kind === 'failed')
      pushNotice(app.store, { tone: 'failed', title: 'The link does not work', lines: [step.why] });
    else follow(app, link, step.domain);
  });
}

type LinkStep =
  | { readonly kind: 'wait'; readonly connect?: Host }
  | { readonly kind: 'failed'; readonly why: string }
  | { readonly kind: 'there'; readonly domain: Domain };

/** What to do for a link now. @param late nobody waits for the host any longer */
export function nextStep({ hosts, domains }: AppState, { host: uri, domain }: Link, late = false): LinkStep {
  const host = hosts.find((each) => each.uri === uri);
  if (!host)
    return {
      kind: 'failed',
      why: `It is for ${uri}, which is not in the list of hosts. Add that host if you trust the link.`,
    };
  const found = [...domains.values()].find(
    (each) => each.hostId === host.id && (each.name === domain || each.uuid === domain),
  );
  if (found) return { kind: 'there', domain: found };
  const { status } = host.connection;
  if (status === 'connected') return { kind: 'failed', why: `${host.name} has no domain “${domain}”.` };
  if (status === 'refused' || late) return { kind: 'failed', why: `${host.name} is not connected.` };
  return status === 'disconnected' ? { kind: 'wait', connect: host } : { kind: 'wait' };
}

function follow(app: App, { action, snapshot }: Link, { hostId, uuid, name }: Domain): void {
  openDomainView(app.store, domainKey({ hostId, uuid }));
  if (action === 'open' || snapshot === null || app.store.getState().dialog !== null) return;
  askRevert(app, { hostId, uuid, domainName: name, aim: { kind: 'named', name: snapshot } });
}
