/** The models of the contract, a file a subject; types are inferred from them. */
export * from './schema/base.ts';
export * from './schema/config.ts';
export * from './schema/console.ts';
export * from './schema/create.ts';
export * from './schema/delete.ts';
export * from './schema/event.ts';
export * from './schema/health.ts';
export * from './schema/host.ts';
export * from './schema/journal.ts';
export * from './schema/lab-reset.ts';
export * from './schema/metadata.ts';
export * from './schema/operation.ts';
export * from './schema/power.ts';
export * from './schema/revert.ts';
export * from './schema/settings.ts';
export * from './schema/snapshot.ts';
export * from './schema/thumbnail.ts';
