import { createContext, type ReactNode, useContext } from 'react';
import { useStore } from 'zustand';
import type { App, AppState } from '../store/store.ts';

const AppContext = createContext<App | null>(null);

export function AppProvider({ app, children }: { app: App; children: ReactNode }) {
  return <AppContext value={app}>{children}</AppContext>;
}

/** The store and the client of the app that this component is part of. */
export function useApp(): App {
  const app = useContext(AppContext);
  if (!app) throw new Error('There is no AppProvider above this component.');
  return app;
}

/** A value derived from the store. The selector must hand out the same value while nothing changed. */
export function useAppState<T>(selector: (state: AppState) => T): T {
  return useStore(useApp().store, selector);
}
