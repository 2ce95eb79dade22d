import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startLinks } from './shell/links.ts';
import { startNativeShell } from './shell/native-shell.ts';
import { connectApi } from './store/api.ts';
import { createAppStore } from './store/store.ts';
import { startSync } from './store/sync.ts';
import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/domains.css';
import './styles/snapshots.css';
import './styles/filter.css';
import './styles/inspector.css';
import './styles/health.css';
import './styles/dialogs.css';
import './styles/delete.css';
import './styles/compare.css';
import './styles/safety.css';
import './styles/create.css';
import './styles/row-grid.css';
import './styles/batch.css';
import './styles/metadata.css';
import './styles/pictures.css';

const root = document.getElementById('root');
if (!root) throw new Error('There is no #root in the page.');

const api = connectApi();
const app = { store: createAppStore(), client: api.client };
startLinks(app);
startSync(api, app);
if (window.snapkeel?.shell === 'electron') startNativeShell(app);
createRoot(root).render(
  <StrictMode>
    <App app={app} />
  </StrictMode>,
);
