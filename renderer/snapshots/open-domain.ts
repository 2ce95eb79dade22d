export { HostPage } from '../hosts/host-page.tsx';
export { ActivityView } from '../journal/activity-view.tsx';
export { DomainView } from './domain-view.tsx';
export { HereInspector } from './inspector/here.tsx';
export { Inspector } from './inspector.tsx';
