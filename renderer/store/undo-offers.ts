import { hostById, hostIdOf } from './selectors.ts';
import type { App, AppState, DomainKey } from './store.ts';

/** Asks whether the last revert of a domain can be undone. A failure leaves it unknown. */
export function askUndoOffer(app: App, key: DomainKey): void {
  const domain = app.store.getState().domains.get(key);
  if (!domain) return;
  const { hostId, uuid } = domain;
  app.client.undoOffer({ hostId, uuid }).then(
    (offer) => app.store.setState(({ undoOffers }) => ({ undoOffers: new Map(undoOffers).set(key, offer) })),
    (error) => {
      console.warn(error);
      app.store.setState(({ undoOffers }) => {
        const others = new Map(undoOffers);
        others.delete(key);
        return { undoOffers: others };
      });
    },
  );
}

/** Asks whenever a domain is opened or its menu is, and its host can answer. */
export function followUndoOffers(app: App): () => void {
  let asked: readonly (DomainKey | null)[] = [];
  const look = (state: AppState) => {
    const wanted = [openedKey(state), menuKey(state)].map((key) => (key && canAsk(state, key) ? key : null));
    const fresh = wanted.filter((key, at) => key !== null && key !== asked[at]);
    asked = wanted;
    for (const key of fresh) if (key) askUndoOffer(app, key);
  };
  look(app.store.getState());
  return app.store.subscribe(look);
}

function openedKey({ place }: AppState): DomainKey | null {
  return place?.kind === 'domain' ? place.key : null;
}

function menuKey({ menu }: AppState): DomainKey | null {
  return menu && 'key' in menu.target ? menu.target.key : null;
}

function canAsk(state: AppState, key: DomainKey): boolean {
  const connected = hostById(state, hostIdOf(key))?.connection.status === 'connected';
  return state.link === 'open' && connected && state.domains.has(key);
}
