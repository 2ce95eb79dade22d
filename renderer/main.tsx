// The order of layers comes before every other sheet.
import './styles/reset.css';
import './styles/tokens.css';
import './styles/forced-colors.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { watchTyping } from './dialogs/questions/typing.ts';
import { startLinks } from './shell/links.ts';
import { startNativeShell } from './shell/native-shell.ts';
import { startNotifications } from './shell/notifications.ts';
import { openDomainCode } from './snapshots/later.ts';
import { connectApi } from './store/api.ts';
import { createAppStore } from './store/store.ts';
import { somethingToShow, startSync } from './store/sync.ts';
import { showTheme } from './ui/theme.ts';

/** How long an empty window is not drawn where hosts and domains are about to come, milliseconds. */
const FIRST_MS = 150;

const root = document.getElementById('root');
if (!root) throw new Error('There is no #root in the page.');

const api = connectApi();
const app = { store: createAppStore(), client: api.client };
startLinks(app);
watchTyping(window);
startSync(api, app);
// It opens again as soon as its host tells of it.
if (app.store.getState().settings.lastDomain !== null) void openDomainCode.ahead();
if (window.snapkeel?.shell === 'electron') startNativeShell(app);
else startNotifications(app);
showTheme(app.store.getState().settings.theme);
void somethingToShow(app.store, FIRST_MS).then(() =>
  createRoot(root).render(
    <StrictMode>
      <App app={app} />
    </StrictMode>,
  ),
);
