import { Settings } from '../../shared/schema.ts';
import type { Hub } from '../hosts/hub.ts';
import { JsonFile, type Tell } from './json-file.ts';

export const defaultSettings: Settings = {
  snapshotNamePattern: 'snapshot-{date}-{time}',
  safetySnapshotsKept: 3,
  safetyNamePattern: 'before-revert-{date}-{time}',
  labParallelPerHost: 4,
  thumbnails: true,
  thumbnailsMiB: 100,
  thumbnailDays: 365,
  notifications: true,
};

/** As kept by an older version, which knew fewer of them. */
const Kept = Settings.partial().transform((kept): Settings => ({ ...defaultSettings, ...definedOnly(kept) }));

/** The person's choices, in `settings.json`. */
export class SettingsStore {
  private constructor(
    private readonly file: JsonFile<Settings>,
    private readonly hub: Hub,
  ) {}

  static async open(path: string, hub: Hub, log: (line: string) => void, tell?: Tell): Promise<SettingsStore> {
    const holds = 'your settings';
    return new SettingsStore(
      await JsonFile.open({ path, schema: Kept, empty: defaultSettings, holds, log, tell }),
      hub,
    );
  }

  get(): Settings {
    return this.file.value;
  }

  /** @throws ProblemError as `JsonFile.change` */
  async set(change: { [K in keyof Settings]?: Settings[K] | undefined }): Promise<Settings> {
    const settings = await this.file.change((now) => ({ ...now, ...definedOnly(change) }));
    this.hub.publish({ type: 'settings', settings });
    return settings;
  }
}

function definedOnly(change: { [K in keyof Settings]?: Settings[K] | undefined }): Partial<Settings> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
}
