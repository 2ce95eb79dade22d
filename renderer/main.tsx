// The order of layers comes before every other sheet.
import './styles/reset.css';
import './styles/tokens.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { watchTyping } from './dialogs/questions/typing.ts';
import { startLinks } from './shell/links.ts';
import { startNativeShell } from './shell/native-shell.ts';
import { connectApi } from './store/api.ts';
import { createAppStore } from './store/store.ts';
import { startSync } from './store/sync.ts';

const root = document.getElementById('root');
if (!root) throw new Error('There is no #root in the page.');

const api = connectApi();
const app = { store: createAppStore(), client: api.client };
startLinks(app);
watchTyping(window);
startSync(api, app);
if (window.snapkeel?.shell === 'electron') startNativeShell(app);
createRoot(root).render(
  <StrictMode>
    <App app={app} />
  </StrictMode>,
);
