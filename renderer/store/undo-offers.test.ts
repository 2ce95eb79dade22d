import { expect, test, vi } from 'vitest';
import { aHost, anApp } from './fixtures.ts';
import { followUndoOffers } from './undo-offers.ts';

const offer = { available: true, snapshotName: 'before', takenAt: 1, revertedTo: 'clean' };
const settled = () => new Promise((resolve) => setTimeout(resolve));

test('a domain’s offer is asked for when it is opened and when its menu is, once each', async () => {
  const undoOffer = vi.fn(async () => offer);
  const app = anApp({ undoOffer }, { place: null });
  const stop = followUndoOffers(app);
  expect(undoOffer).not.toHaveBeenCalled();
  app.store.setState({ place: { kind: 'domain', key: 'h/u' } });
  app.store.setState({ domainFilter: 'x' });
  expect(undoOffer).toHaveBeenCalledTimes(1);
  app.store.setState({ menu: { target: { kind: 'domain', key: 'h/u' }, x: 0, y: 0, byKey: false } });
  expect(undoOffer).toHaveBeenCalledTimes(2);
  await settled();
  expect(app.store.getState().undoOffers.get('h/u')).toBe(offer);
  stop();
});

test('a host that cannot be asked is not, until it can be', () => {
  const undoOffer = vi.fn(async () => offer);
  const app = anApp({ undoOffer }, { hosts: [aHost({ connection: { status: 'disconnected' } })] });
  followUndoOffers(app);
  expect(undoOffer).not.toHaveBeenCalled();
  app.store.setState({ hosts: [aHost()] });
  expect(undoOffer).toHaveBeenCalledTimes(1);
});
