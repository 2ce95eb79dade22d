// For what runs from the source: Node reads the thread's TypeScript with tsx. A build has no need of it.
import { tsImport } from 'tsx/esm/api';

await tsImport('./shrink-worker.ts', import.meta.url);
