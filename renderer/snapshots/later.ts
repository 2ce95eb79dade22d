import { Later } from '../ui/later.ts';

/** What shows the open domain and its snapshots: nothing is open when the window starts. */
export const openDomainCode = new Later(() => import('./open-domain.ts'));
